// What real servers send over the wire: checksums that change between files, MariaDB's compressed events, compressed transactions of
// many megabytes.
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ByteCursor,
  type CellRow,
  EventType,
  type EventView,
  eventTypeName,
  openBinlog,
  PayloadEvents,
  RowReader,
  RowsDecoder,
  TableMaps,
} from '../../src/index.ts'

const LOADING_MS = 240_000

interface SeenRow {
  readonly op: string
  readonly id: number
  readonly bytes: string
}

/** The rows of a dump and the names of its event types. */
class Rows {
  readonly seen: SeenRow[] = []
  readonly types: string[] = []
  /** Largest buffer of unpacked events. */
  largest = 0
  readonly #maps = new TableMaps()
  readonly #decoder = new RowsDecoder()

  take(view: EventView): void {
    const { typeCode } = view.header
    this.types.push(eventTypeName(typeCode))
    this.largest = Math.max(this.largest, view.bytes.length)
    const cursor = new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view)
    if (typeCode === EventType.TABLE_MAP_EVENT) this.#maps.accept(cursor)
    if (!/(WRITE|UPDATE|DELETE)_ROWS_/.test(eventTypeName(typeCode))) return
    const event = this.#decoder.decode(cursor, view)
    const map = this.#maps.get(event.tableId)!
    const reader = new RowReader(map)
    reader.open(event)
    while (reader.next()) {
      const { bytes, starts, ends } = (reader.after ?? reader.before) as CellRow
      const text = bytes.subarray(starts[1]!, ends[1]!).toString('latin1')
      this.seen.push({ op: event.kind, id: bytes.readInt32LE(starts[0]!), bytes: ends[1]! < 0 ? '' : text })
    }
  }
}

async function readUntil(server: MysqlServer, from: { file: string; position: number }, lastId: number): Promise<Rows> {
  const start = { kind: 'position' as const, ...from }
  const login = { host: server.host, port: server.port, user: server.rootUser }
  const reader = await openBinlog({ ...login, serverId: 991, start, heartbeatMs: 1000 })
  const rows = new Rows()
  const isEnd = () => rows.seen.at(-1)?.id === lastId
  try {
    while (!isEnd()) {
      const chunk = await reader.next()
      for (let view = chunk!.next(); view !== null && !isEnd(); view = chunk!.next()) {
        rows.take(view)
        if (view.header.typeCode !== EventType.TRANSACTION_PAYLOAD_EVENT) continue
        const { bytes, bodyStart, bodyEnd } = view
        const payload = new PayloadEvents(view, new ByteCursor().open(bytes, bodyStart, bodyEnd, view))
        for (;;) {
          while (payload.next()) rows.take(payload)
          if (!payload.needsMore) break
          await payload.fill()
        }
      }
    }
  } finally {
    reader.close()
  }
  return rows
}

async function logEnd(server: MysqlServer, word: string): Promise<{ file: string; position: number }> {
  const [file, position] = (await server.sql(`SHOW ${word} STATUS`)).trim().split('\t')
  return { file: file!, position: Number(position) }
}

describe.each([
  ['MySQL', () => startMysql(), 'BINARY LOG'],
  ['MariaDB 11.8', () => startMariadb({ args: ['--log-bin-compress=ON', '--log-bin-compress-min-len=20'] }), 'MASTER'],
  ['MariaDB 10.11', () => startMariadb({ version: '10.11', args: ['--log-bin-compress=ON'] }), 'MASTER'],
] as const)('%s', (name, start, word) => {
  let server: MysqlServer
  beforeAll(async () => {
    server = await start()
    await server.sql('CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, v LONGTEXT)')
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
  })

  test('checksums that come and go between files', async () => {
    const from = await logEnd(server, word)
    const steps = ['NONE', 'CRC32', 'CRC32', 'NONE', 'NONE', 'CRC32']
    for (const [i, algorithm] of steps.entries()) {
      await server.sql(`INSERT INTO d.t VALUES (${i * 2},'a'); SET GLOBAL binlog_checksum='${algorithm}'`)
      await server.sql(`FLUSH BINARY LOGS; INSERT INTO d.t VALUES (${i * 2 + 1},'b')`)
    }
    const rows = await readUntil(server, from, steps.length * 2 - 1)
    expect(rows.seen.map(({ id }) => id)).toEqual(Array.from({ length: steps.length * 2 }, (_, i) => i))
  })

  test('large and small values, packed and not, are those of the table', async () => {
    const from = await logEnd(server, word)
    await server.sql(`
      INSERT INTO d.t VALUES (1000,REPEAT('wide ',20000)),(1001,NULL),(1002,REPEAT('x',1500000));
      UPDATE d.t SET v=CONCAT(v,'!') WHERE id>=1000; DELETE FROM d.t WHERE id=1002; INSERT INTO d.t VALUES (1003,'end')`)
    const { seen, types } = await readUntil(server, from, 1003)
    const wide = 'wide '.repeat(20_000)
    const long = 'x'.repeat(1_500_000)
    expect(seen.map(({ op, id, bytes }) => [op, id, bytes.length])).toEqual([
      ['write', 1000, wide.length],
      ['write', 1001, 0],
      ['write', 1002, long.length],
      ['update', 1000, wide.length + 1],
      ['update', 1002, long.length + 1],
      ['delete', 1002, long.length + 1],
      ['write', 1003, 3],
    ])
    expect(seen[3]!.bytes).toBe(`${wide}!`)
    expect(types.some((type) => type.includes('_COMPRESSED_'))).toBe(name !== 'MySQL')
  })
})

describe('compressed transactions of MySQL', () => {
  let server: MysqlServer
  beforeAll(async () => {
    server = await startMysql()
    await server.sql('CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(400))')
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
  })

  test(
    'the same rows as plain ones, in the memory of a piece',
    async () => {
      await server.sql("INSERT INTO d.t (v) VALUES ('0'),('1'),('2'),('3'),('4'),('5'),('6'),('7')")
      for (let i = 0; i < 11; i++) {
        await server.sql(`INSERT INTO d.t (v) SELECT CONCAT(REPEAT(SHA2(id, 256), 2), id) FROM d.t LIMIT 60000`, {
          database: 'd',
        })
      }
      const [count] = (await server.sql('SELECT COUNT(*) FROM d.t')).trim().split('\n')
      const first = await logEnd(server, 'BINARY LOG')
      const update = "UPDATE d.t SET v=CONCAT(v,'!')"
      await server.sql(`${update}; INSERT INTO d.t VALUES (9000000,'end')`)
      const second = await logEnd(server, 'BINARY LOG')
      await server.sql(`UPDATE d.t SET v=LEFT(v,LENGTH(v)-1)`)
      const third = await logEnd(server, 'BINARY LOG')
      await server.sql(`SET binlog_transaction_compression=ON; ${update}; SET binlog_transaction_compression=OFF;
      INSERT INTO d.t VALUES (9000001,'end')`)
      expect(second).not.toEqual(third)
      const plain = await readUntil(server, first, 9000000)
      const packed = await readUntil(server, third, 9000001)
      expect(plain.seen.length).toBe(Number(count) + 1)
      expect(packed.types).toContain('TRANSACTION_PAYLOAD_EVENT')
      const updates = (rows: Rows) => rows.seen.filter(({ op, id }) => op === 'update' && id < 9000000)
      expect(updates(packed)).toEqual(updates(plain))
      // Received bytes and unpacked ones: far from the 30 MB of the transaction.
      expect(packed.largest).toBeLessThan(20_000_000)
    },
    LOADING_MS,
  )
})
