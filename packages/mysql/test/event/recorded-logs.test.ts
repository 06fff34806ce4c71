// Whole recorded logs through every decoder: positions, checksums and contents.
import { describe, expect, test } from 'vitest'
import { decodeEvent } from '../../src/event/decode-event.ts'
import { eventTypeName, type GtidEvent, type QueryEvent, readBinlogFile, type TableMapEvent } from '../../src/index.ts'
import { fixtureLog, goldenLogs } from './logs.ts'

const logs = goldenLogs()

describe.skipIf(logs.length === 0)('goldens (skipped without ../shared/goldens)', () => {
  test.each(logs)('$name', ({ file, read }) => {
    const bytes = read()
    let end = 4
    for (const view of readBinlogFile(bytes, file)) {
      expect(view.startPosition).toBe(end)
      expect(view.endPosition).toBe(view.header.logPos)
      end = view.endPosition
      expect(() => decodeEvent(view)).not.toThrow()
    }
    expect(end).toBe(bytes.length)
  })
})

describe('fixture', () => {
  const events = [...readBinlogFile(fixtureLog(), 'binlog.000003')].length
  const decoded: { readonly name: string; readonly event: unknown; readonly pos: number }[] = []
  for (const view of readBinlogFile(fixtureLog(), 'binlog.000003')) {
    const { typeCode } = view.header
    decoded.push({ name: eventTypeName(typeCode), event: decodeEvent(view), pos: view.startPosition })
  }
  const all = <T>(name: string) => decoded.filter((entry) => entry.name === name).map((entry) => entry.event as T)

  test('holds what it was recorded for', () => {
    expect(decoded).toHaveLength(events)
    expect(new Set(decoded.map(({ name }) => name))).toEqual(
      new Set([
        'FORMAT_DESCRIPTION_EVENT',
        'PREVIOUS_GTIDS_LOG_EVENT',
        'GTID_LOG_EVENT',
        'GTID_TAGGED_LOG_EVENT',
        'QUERY_EVENT',
        'ROWS_QUERY_LOG_EVENT',
        'TABLE_MAP_EVENT',
        'WRITE_ROWS_EVENT',
        'UPDATE_ROWS_EVENT',
        'DELETE_ROWS_EVENT',
        'XID_EVENT',
        'TRANSACTION_PAYLOAD_EVENT',
        'ROTATE_EVENT',
      ]),
    )
  })

  test('previous GTIDs with a tag', () => {
    expect(String(all('PREVIOUS_GTIDS_LOG_EVENT')[0])).toMatch(/^017538a6-e826-11f1-808a-02fc00000001:1-\d+:tg1:1$/)
  })

  test('tagged GTID', () => {
    const [gtid] = all<GtidEvent>('GTID_TAGGED_LOG_EVENT')
    expect(gtid).toMatchObject({ tag: 'fixture_tag', gno: 1n, lastCommitted: 1n, sequenceNumber: 4n })
    expect(gtid?.uuid).toBe('017538a6-e826-11f1-808a-02fc00000001')
    expect(gtid?.immediateCommitUs).toBe(1795541009907766n)
  })

  test('table map: types, metadata, signedness and collations', () => {
    const [map] = all<TableMapEvent>('TABLE_MAP_EVENT')
    expect(map).toMatchObject({ database: 'fx', table: 't', columnCount: 11 })
    // INT, YEAR, TINY, TINY, VARCHAR, ENUM, STRING, BLOB, NEWDECIMAL, BIT, DATETIME2
    expect([...map!.columnTypes]).toEqual([3, 13, 1, 1, 15, 247, 254, 252, 246, 16, 18])
    // VARCHAR(300) latin1; ENUM 1 byte; CHAR(80) utf8mb4 = 320 bytes; BLOB 2; DECIMAL(10,3); BIT(11); DATETIME(3)
    expect([...map!.columnMeta]).toEqual([0, 0, 0, 0, 300, 1, 320, 2, (10 << 8) | 3, 11, 3])
    expect(map!.optional.unsigned?.slice(0, 4)).toEqual([true, true, true, false])
    expect(map!.optional.collationIds?.slice(4, 8)).toEqual([8, 0, 255, 63])
    expect(map!.optional.columnNames).toBeNull()
  })

  test('table map with FULL metadata', () => {
    const full = all<TableMapEvent>('TABLE_MAP_EVENT').find((map) => map.optional.columnNames !== null)
    expect(full?.optional.columnNames).toEqual(['id', 'y', 'u', 's', 'name', 'e', 'c', 'b', 'd', 'bits', 'dt'])
    expect(full?.optional.primaryKey).toEqual([0])
    expect(full?.optional.collationIds?.[5]).toBe(255)
  })

  test('query: database, text, thread', () => {
    const queries = all<QueryEvent>('QUERY_EVENT')
    expect(queries[0]).toMatchObject({ database: 'fx', errorCode: 0, charset: { client: 255 } })
    expect(queries[0]?.sql).toMatch(/^create table t\(id int unsigned/)
    expect(queries[1]?.sql).toBe('BEGIN')
    expect(queries[1]?.timeZone).toBe('+00:00')
  })

  test('rows query', () => {
    expect(all('ROWS_QUERY_LOG_EVENT')[0]).toBe('insert into t(id) values (3)')
  })
})
