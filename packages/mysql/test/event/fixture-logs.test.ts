// Logs of real servers, recorded by record-fixtures.ts: every event is decoded and says what the statements did.
import { describe, expect, test } from 'vitest'
import {
  ByteCursor,
  EventType,
  eventHandling,
  eventTypeName,
  type MariaDbGtidEvent,
  type QueryEvent,
  RowsDecoder,
  readBinlogFile,
  type TableMapEvent,
} from '../../src/index.ts'
import { type DecodedEvent, EveryEvent } from './every-event.ts'
import { RECORDED, recordedLog } from './logs.ts'

function decoded(name: string): DecodedEvent[] {
  const every = new EveryEvent()
  const events: DecodedEvent[] = []
  for (const view of readBinlogFile(recordedLog(name), 'binlog.000002', { stopsAtUnsupported: false })) {
    events.push(...every.decode(view))
  }
  return events
}

const namesOf = (events: readonly DecodedEvent[]) => new Set(events.map(({ name }) => name))

test.each(RECORDED)('%s: positions meet, every event is known', (name) => {
  const bytes = recordedLog(name)
  let end = 4
  for (const view of readBinlogFile(bytes, 'binlog.000002', { stopsAtUnsupported: false })) {
    expect(view.startPosition).toBe(end)
    // MariaDB 11.4 and later leave the position out inside of transactions.
    if (view.header.logPos !== 0) expect(view.endPosition).toBe(view.header.logPos)
    expect(eventTypeName(view.header.typeCode)).not.toBe('UNKNOWN_EVENT')
    expect(view.isMariaDb).toBe(name.startsWith('mariadb'))
    end = view.endPosition
  }
  expect(end).toBe(bytes.length)
})

test.each(RECORDED)('%s: statements, tables and rows', (name) => {
  const events = decoded(name)
  const queries = events.filter(({ name: type }) => /^QUERY_/.test(type)).map(({ body }) => body as QueryEvent)
  const sql = queries.map((query) => query.sql)
  expect(sql).toContain('CREATE DATABASE fx CHARACTER SET utf8mb4')
  expect(sql).toContain('ALTER TABLE t ADD COLUMN extra INT DEFAULT 3')
  expect(sql).toContain('TRUNCATE TABLE sel')
  expect(queries.every(({ charset, sqlMode }) => charset !== null && sqlMode !== null)).toBe(true)
  const tables = events.filter(({ name: type }) => type === 'TABLE_MAP_EVENT').map(({ body }) => body as TableMapEvent)
  expect(new Set(tables.map(({ table }) => table))).toEqual(new Set(['t', 'k', 'sel']))
  expect(new Set(tables.filter(({ table }) => table === 't').map(({ columnCount }) => columnCount))).toEqual(
    new Set([18, 19]),
  )
  // The first statements: one row, three, an update of two, a delete of one, one kept behind a savepoint, a wide one, a document, one column.
  const rows = events.filter((event) => event.rows > 0).map(({ name: type, rows: count }) => [type.slice(0, 6), count])
  expect(rows.slice(0, 8)).toEqual([
    ['WRITE_', 1],
    ['WRITE_', 3],
    ['UPDATE', 2],
    ['DELETE', 1],
    ['WRITE_', 1],
    ['WRITE_', 1],
    ['WRITE_', 1],
    ['UPDATE', 1],
  ])
})

describe('MySQL', () => {
  test('holds partial updates, tags, XA, statements and compressed transactions', () => {
    const events = decoded('mysql-9.7')
    const names = namesOf(events)
    for (const type of ['GTID_TAGGED_LOG_EVENT', 'PARTIAL_UPDATE_ROWS_EVENT', 'XA_PREPARE_LOG_EVENT', 'RAND_EVENT'])
      expect(names).toContain(type)
    expect(namesOf(events.filter(({ isInner }) => isInner))).toEqual(
      new Set([
        'QUERY_EVENT',
        'ROWS_QUERY_LOG_EVENT',
        'TABLE_MAP_EVENT',
        'WRITE_ROWS_EVENT',
        'UPDATE_ROWS_EVENT',
        'DELETE_ROWS_EVENT',
        'XID_EVENT',
      ]),
    )
  })

  test('without GTIDs and checksums', () => {
    const names = namesOf(decoded('mysql-9.7-no-checksum'))
    expect(names).toContain('ANONYMOUS_GTID_LOG_EVENT')
    expect(names).toContain('TRANSACTION_PAYLOAD_EVENT')
    expect(names).not.toContain('GTID_LOG_EVENT')
  })
})

describe('MariaDB', () => {
  test.each(['mariadb-11.8-compressed', 'mariadb-10.11-compressed'])('%s holds packed rows and statements', (name) => {
    const names = namesOf(decoded(name))
    expect(names).toContain('QUERY_COMPRESSED_EVENT')
    for (const kind of ['WRITE', 'UPDATE']) expect(names).toContain(`${kind}_ROWS_COMPRESSED_EVENT_V1`)
    for (const type of ['GTID_LIST_EVENT', 'BINLOG_CHECKPOINT_EVENT', 'ANNOTATE_ROWS_EVENT'])
      expect(names).toContain(type)
  })

  test('packed rows of version 2 have extra data before their columns', () => {
    let checked = 0
    for (const view of readBinlogFile(recordedLog('mariadb-11.8-compressed'), 'x.000002', {
      stopsAtUnsupported: false,
    })) {
      const { typeCode } = view.header
      if (typeCode < 166 || typeCode > 168) continue
      const { bytes, bodyStart, bodyEnd } = view
      const before = new RowsDecoder().decode(new ByteCursor().open(bytes, bodyStart, bodyEnd, view), view)
      const images = before.bytes.subarray(before.rowsStart, before.rowsEnd)
      const body = bytes.subarray(bodyStart, bodyEnd)
      const extra = Buffer.from([5, 0, 1, 2, 3])
      const wide = Buffer.concat([body.subarray(0, 8), extra, body.subarray(8)])
      const place = { file: 'x.000002', startPosition: 4, header: { ...view.header, typeCode: typeCode + 3 } }
      const after = new RowsDecoder().decode(new ByteCursor().open(wide, 0, wide.length, place), { ...view, ...place })
      expect(after.kind).toBe(before.kind)
      expect(after.bytes.subarray(after.rowsStart, after.rowsEnd)).toEqual(images)
      checked++
    }
    expect(checked).toBeGreaterThan(3)
  })

  test('packed rows are the plain ones', () => {
    const images = (name: string) => {
      const texts: string[] = []
      for (const { body, rows } of decoded(name)) {
        if (rows === 0) continue
        const { kind, bytes, rowsStart, rowsEnd } = body as {
          kind: string
          bytes: Buffer
          rowsStart: number
          rowsEnd: number
        }
        texts.push(`${kind} ${bytes.toString('hex', rowsStart, rowsEnd)}`)
      }
      // The last row is RAND's; it and what a clock gave are not repeated.
      return texts
    }
    expect(images('mariadb-11.8-compressed')).toEqual(images('mariadb-11.8'))
  })

  test('names and collations of every column with FULL metadata, geometry included', () => {
    const events = decoded('mariadb-11.8-compressed')
    const map = events.find(({ name }) => name === 'TABLE_MAP_EVENT')!.body as TableMapEvent
    expect(map.optional.columnNames?.at(-1)).toBe('g')
    // utf8mb4's collation for the texts, binary (63) for the BLOB and the geometry.
    expect(map.optional.collationIds?.[1]).toBe(map.optional.collationIds?.[10])
    expect([map.optional.collationIds?.[9], map.optional.collationIds?.[17]]).toEqual([63, 63])
    expect(map.optional.primaryKey).toEqual([0])
  })

  test('both parts of an ALTER, and both of an XA transaction', () => {
    const gtids = decoded('mariadb-11.8-compressed').filter(({ name }) => name === 'GTID_EVENT')
    const events = gtids.map(({ body }) => body as MariaDbGtidEvent)
    const start = events.find(({ alter }) => alter === 'start')!
    const commit = events.find(({ alter }) => alter === 'commit')!
    expect(commit.alterStart).toBe(start.sequence)
    expect(events.filter(({ xa }) => xa !== null).map(({ xa }) => xa)).toEqual(['prepared', 'completed'])
  })
})

test('what the stream of changes reads of these logs has a decoder or a stop', () => {
  const codes = Object.values(EventType)
  for (const code of codes) if (eventHandling(code, 0) === 'harmless') expect(code).toBeOneOf([3, 5, 13, 14, 161, 164])
})
