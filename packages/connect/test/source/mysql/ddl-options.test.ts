// What the options of the schema history keep of statements: what is recorded, what is published, what is read at all.
import { describe, expect, it } from 'vitest'
import { CdcError } from '../../../src/base/errors.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { regexListMatcher } from '../../../src/config/mysql/filters.ts'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import { DdlTracker, type SchemaChange } from '../../../src/source/mysql/schema/ddl-tracker.ts'
import { TableSchemas } from '../../../src/source/mysql/schema/table-schema.ts'

const HISTORY = 'schema.history.internal'

function trackerOf(options: Readonly<Record<string, string>>, warned: unknown[] = []): DdlTracker {
  const { config } = parseMysqlConfig({
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': 'localhost',
    'database.user': 'u',
    'database.password': 'p',
    'database.server.id': '7',
    'topic.prefix': 'a',
    [`${HISTORY}.kafka.topic`]: 'h',
    [`${HISTORY}.kafka.bootstrap.servers`]: 'localhost:1',
    ...options,
  })
  const { history, filters } = config
  const fault = (reason: string) => expect.unreachable(reason)
  return new DdlTracker({
    schemas: new TableSchemas(),
    filters,
    storesOnlyCapturedTables: history.storesOnlyCapturedTables,
    storesOnlyCapturedDatabases: history.storesOnlyCapturedDatabases,
    skipsUnparseable: history.skipsUnparseableDdl,
    ddlFilter: history.ddlFilter === null ? null : regexListMatcher(history.ddlFilter, fault, true),
    serverVersion: '9.7.0',
    flavour: 'mysql',
    logger: { ...silentLogger, warn: (fields: unknown) => warned.push(fields) },
  })
}

function run(tracker: DdlTracker, ...statements: readonly string[]): SchemaChange[] {
  return statements.flatMap((sql) => tracker.apply({ sql, database: 's1', sqlMode: '' }).schemaChanges)
}

const recorded = (changes: readonly SchemaChange[]) => changes.filter((c) => c.isRecorded).map(({ ddl }) => ddl)
const published = (changes: readonly SchemaChange[]) => changes.filter((c) => c.isPublished).map(({ ddl }) => ddl)

describe('skip.unparseable.ddl', () => {
  const broken = 'ALTER TABLE t FROBNICATE 5'

  it('stops at a statement that may change a table and cannot be read', () => {
    const tracker = trackerOf({})
    run(tracker, 'CREATE TABLE t (a INT)')
    expect(() => run(tracker, broken)).toThrow(expect.objectContaining({ code: 'CDC_SCHEMA_DDL' }))
  })

  it('passes over it with a warning, records nothing of it and reads on', () => {
    const warned: unknown[] = []
    const tracker = trackerOf({ [`${HISTORY}.skip.unparseable.ddl`]: 'true' }, warned)
    run(tracker, 'CREATE TABLE t (a INT)')
    expect(run(tracker, broken)).toEqual([])
    expect(warned).toHaveLength(1)
    expect(warned).toMatchObject([{ reason: expect.stringContaining('cannot be read') }])
    expect(recorded(run(tracker, 'ALTER TABLE t ADD b INT'))).toHaveLength(1)
    expect(tracker.schemas.get('s1', 't')?.columns.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('lets a captured table be altered whose definition is not known', () => {
    const alter = 'ALTER TABLE nosuch ADD b INT'
    expect(() => run(trackerOf({}), alter)).toThrow(CdcError)
    const [change] = run(trackerOf({ [`${HISTORY}.skip.unparseable.ddl`]: 'true' }), alter)
    expect(change).toMatchObject({ ddl: alter, changes: [] })
  })

  it('reads a history whose statements cannot be read any more', () => {
    const tracker = trackerOf({ [`${HISTORY}.skip.unparseable.ddl`]: 'true' })
    tracker.replay(broken, 's1')
    expect(() => trackerOf({}).replay(broken, 's1')).toThrow(CdcError)
  })
})

describe('which statements are kept', () => {
  const statements = [
    'CREATE TABLE s1.t (a INT)',
    'CREATE TABLE s1.other (a INT)',
    'CREATE TABLE s2.t (a INT)',
    'DROP TABLE s1.t, s1.other',
    'CREATE DATABASE s2',
    'SET character_set_server=latin1',
    'FLUSH TABLES',
  ]
  const captured = { 'table.include.list': 's1\\.t' }
  const dropped = ['DROP TABLE `s1`.`t`', 'DROP TABLE `s1`.`other`']

  it('all by default', () => {
    const changes = run(trackerOf(captured), ...statements)
    expect(recorded(changes)).toEqual([...statements.slice(0, 3), ...dropped, ...statements.slice(4)])
    expect(published(changes)).toEqual(recorded(changes))
  })

  it('those of captured tables, and SET', () => {
    const changes = run(
      trackerOf({ ...captured, [`${HISTORY}.store.only.captured.tables.ddl`]: 'true' }),
      ...statements,
    )
    expect(recorded(changes)).toEqual([statements[0], dropped[0], statements[5]])
  })

  it('those of captured databases', () => {
    const only = { 'database.include.list': 's1', [`${HISTORY}.store.only.captured.databases.ddl`]: 'true' }
    const changes = run(trackerOf(only), ...statements)
    expect(recorded(changes)).toEqual([statements[0], statements[1], ...dropped, statements[5], statements[6]])
    expect(published(changes)).toEqual(recorded(changes))
  })

  it('keeps the definitions of tables of which nothing is recorded', () => {
    const tracker = trackerOf({ ...captured, [`${HISTORY}.store.only.captured.tables.ddl`]: 'true' })
    run(tracker, 'CREATE TABLE other (a INT)')
    const changes = run(tracker, 'RENAME TABLE other TO t')
    expect(recorded(changes)).toEqual(['RENAME TABLE other TO t'])
    expect(tracker.schemas.get('s1', 't')?.columns).toHaveLength(1)
  })
})

describe('ddl.filter', () => {
  const filtered = { [`internal.${HISTORY}.ddl.filter`]: 'create table tmp_.*, ALTER\\s+TABLE x .*' }

  it('leaves whole statements out, in any case and over lines, without reading them', () => {
    const tracker = trackerOf(filtered)
    expect(
      run(tracker, 'CREATE TABLE tmp_1 (a INT)', 'CREATE TABLE TMP_2 (\n  a INT\n)', 'ALTER\n TABLE x FROB\n'),
    ).toEqual([])
    expect(tracker.schemas.isEmpty).toBe(true)
  })

  it('reads what it fits only in part', () => {
    expect(recorded(run(trackerOf(filtered), '/* x */ CREATE TABLE tmp_1 (a INT)'))).toHaveLength(1)
  })
})
