// Partial JSON updates of a real server: every document that is rebuilt from the changes in the log equals what the server has.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type MysqlServer, startMysql } from '@millrace/servers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BinaryJson,
  ByteCursor,
  type CellRow,
  openTextSession,
  RowReader,
  RowsDecoder,
  readBinlogFile,
  TableMaps,
  type TextSession,
} from '../src/index.ts'

const DOCUMENTS = 2000
const UPDATES = 3
// Forty seconds on an idle machine; five times that were seen under load.
const TIMEOUT_MS = 900_000

let server: MysqlServer
let session: TextSession

beforeAll(async () => {
  server = await startMysql({ args: ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'] })
  session = await openTextSession({ host: server.host, port: server.port, user: server.rootUser })
  await session.query('CREATE DATABASE partial CHARACTER SET utf8mb4')
  await session.query('USE partial')
  await session.query('SET binlog_row_value_options=PARTIAL_JSON')
}, TIMEOUT_MS)
afterAll(async () => {
  session?.close()
  await server?.stop()
})

const KEYS = ['a', 'b', 'key', 'a b', 'é', '"q"', 'back\\slash', 'a.b', '[0]', '', '😀', 'last', '1', 'x'.repeat(300)]
const keys = fc.constantFrom(...KEYS)

/** Documents with room for every storage form: 16 to 64-bit numbers, doubles, long strings, containers above 64 KB. */
const { document } = fc.letrec<{ readonly document: unknown; readonly scalar: unknown }>((tie) => ({
  scalar: fc.oneof(
    fc.integer({ min: -40_000, max: 70_000 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'grapheme' }),
    fc.integer({ min: 0, max: 300 }).map((length) => 'long "text" '.repeat(length)),
    { weight: 1, arbitrary: fc.integer({ min: 2000, max: 8000 }).map((length) => 'very long '.repeat(length)) },
  ),
  document: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('scalar'),
    fc.array(tie('document'), { maxLength: 6 }),
    fc.dictionary(keys, tie('document'), { maxKeys: 6 }),
  ),
}))

type Leg = string | number

/** Paths that exist in a document, some made to miss it by their last leg. */
function pathsIn(value: unknown, into: Leg[][], at: Leg[] = []): Leg[][] {
  into.push(at)
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) pathsIn(item, into, [...at, i])
    into.push([...at, value.length], [...at, value.length + 3], [...at, -1], [...at, -(value.length + 2)])
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) pathsIn(item, into, [...at, key])
    into.push([...at, 'new'], [...at, 'a'], [...at, 'new key'])
  } else into.push([...at, 0], [...at, 1])
  return into
}

function pathText(legs: readonly Leg[]): string {
  const text = (leg: Leg) =>
    typeof leg === 'string'
      ? `.${JSON.stringify(leg)}`
      : leg >= 0
        ? `[${leg}]`
        : leg === -1
          ? '[last]'
          : `[last-${-leg - 1}]`
  return `$${legs.map(text).join('')}`
}

function sqlText(text: string): string {
  return `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`
}

const sqlJson = (value: unknown): string => `CAST(${sqlText(JSON.stringify(value))} AS JSON)`

/** An expression that changes the column `j` in one to three places. */
function changeOf(paths: readonly Leg[][], picks: readonly number[], values: readonly unknown[], kind: number): string {
  const names = ['JSON_SET', 'JSON_REPLACE', 'JSON_REMOVE']
  const chosen = picks
    .map((pick) => paths[pick % paths.length] as Leg[])
    .filter((legs) => kind !== 2 || legs.length > 0)
  if (chosen.length === 0) return 'j'
  const args = chosen.map((legs, i) =>
    kind === 2 ? sqlText(pathText(legs)) : `${sqlText(pathText(legs))}, ${sqlJson(values[i % values.length])}`,
  )
  return `${names[kind]}(j, ${args.join(', ')})`
}

test(
  `${DOCUMENTS} random documents and their updates equal SELECT`,
  async () => {
    await session.query('CREATE TABLE t (id INT PRIMARY KEY, other JSON, j JSON, tail VARCHAR(20))')
    const change = fc.tuple(
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      fc.array(document, { minLength: 1, maxLength: 3 }),
      fc.nat({ max: 2 }),
    )
    const cases = fc.sample(fc.tuple(document, fc.array(change, { minLength: UPDATES, maxLength: UPDATES })), {
      numRuns: DOCUMENTS,
      seed: 20_261_124,
    })
    for (const [id, [first, changes]] of cases.entries()) {
      await session.query('BEGIN')
      await session.query(`INSERT INTO t VALUES (${id}, '{"k":1}', ${sqlJson(first)}, 'tail')`)
      const paths = pathsIn(first, [])
      for (const [picks, values, kind] of changes) {
        await session.query(`UPDATE t SET j = ${changeOf(paths, picks, values, kind)}, tail = ${id} WHERE id = ${id}`)
      }
      await session.query('COMMIT')
    }
    const selected = new Map((await session.query('SELECT id, j FROM t')).map(([id, text]) => [Number(id), text]))
    await session.query('DELETE FROM t')
    const log = readDocuments(server.dataFolder)
    expect(log.differences.slice(0, 5)).toEqual([])
    expect(log.last.size).toBe(DOCUMENTS)
    expect(log.partial).toBeGreaterThan(DOCUMENTS)
    for (const [id, text] of log.last) expect(JSON.parse(text)).toEqual(JSON.parse(selected.get(id) as string))
  },
  TIMEOUT_MS,
)

test('NOBLOB images hold the document before; MINIMAL ones do not, and are refused by name', async () => {
  const lone = async (image: string): Promise<() => LoggedDocuments> => {
    await session.query(`SET binlog_row_image=${image}`)
    await session.query(`CREATE TABLE lone_${image} (id INT PRIMARY KEY, j JSON)`)
    await session.query(`INSERT INTO lone_${image} VALUES (1, JSON_OBJECT('a', 1, 'b', REPEAT('x', 100)))`)
    await session.query(`UPDATE lone_${image} SET j = JSON_SET(j, '$.a', 2)`)
    return () => readDocuments(server.dataFolder, `lone_${image}`, 1)
  }
  const noblob = (await lone('NOBLOB'))()
  expect(noblob.partial).toBe(1)
  expect(noblob.last.get(1)).toBe(`{"a":2,"b":"${'x'.repeat(100)}"}`)
  const minimal = await lone('MINIMAL')
  const code = 'MYSQL_UNSUPPORTED_PARTIAL_WITHOUT_BEFORE'
  expect(minimal).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(/binlog_row_image=FULL/) }))
})

interface LoggedDocuments {
  /** Text of each row's document after its last change. */
  readonly last: Map<number, string>
  /** Rows whose event held changes instead of documents. */
  readonly partial: number
  /** Images before a change that are not what the change before it left. */
  readonly differences: string[]
}

/** Follows the documents of a table through the log; the image before each change is the server's own. */
function readDocuments(dataFolder: string, table = 't', column = 2): LoggedDocuments {
  const folder = path.join(dataFolder, 'data')
  const last = new Map<number, string>()
  const differences: string[] = []
  let partial = 0
  const json = new BinaryJson()
  const text = (row: CellRow): string =>
    row.ends[column]! < 0 ? 'null' : json.toText(row.bytes, row.starts[column]!, row.ends[column]!)
  const decoder = new RowsDecoder()
  const cursor = new ByteCursor()
  for (const file of readdirSync(folder).filter((name) => /^binlog\.\d+$/.test(name))) {
    const maps = new TableMaps()
    for (const event of readBinlogFile(readFileSync(path.join(folder, file)), file)) {
      const { typeCode } = event.header
      cursor.open(event.bytes, event.bodyStart, event.bodyEnd, event)
      if (typeCode === 19) maps.accept(cursor)
      if (![30, 31, 32, 39].includes(typeCode)) continue
      const rows = decoder.decode(cursor, event)
      const map = maps.get(rows.tableId)
      if (map?.table !== table) continue
      const reader = new RowReader(map)
      reader.open(rows)
      while (reader.next()) {
        const { before, after } = reader
        const id = (before ?? after)!.bytes.readInt32LE((before ?? after)!.starts[0]!)
        if (before !== null && last.has(id) && text(before) !== last.get(id)) differences.push(`${id}: ${typeCode}`)
        if (after !== null) last.set(id, text(after))
        if (rows.isPartial) partial++
      }
    }
  }
  return { last, partial, differences }
}
