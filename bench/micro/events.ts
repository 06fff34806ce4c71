// Binlog events to the JSON of Debezium records, without socket and Kafka: plain events against the same ones in a compressed transaction
// (binlog_transaction_compression), large and small. The ratio is of processor time, unpacking on its thread included: it holds on a busy machine.
import { crc32, zstdCompressSync } from 'node:zlib'
import { type CellRow, GrowingBytes, JsonConverter } from '@millrace/connect'
import {
  ByteCursor,
  EventStream,
  EventType,
  type EventView,
  PayloadEvents,
  RowReader,
  RowsDecoder,
} from '@millrace/mysql'
import type { BenchFigure } from '../figure.ts'
import { orderShape, orderSource } from './order-shape.ts'
import { ORDER_TABLE_MAP, orderRowsEvent } from './order-table.ts'
import { changeOf } from './rows-to-json.ts'

const EVENT_ROWS = 40
const LARGE_EVENTS = 1500
const SMALL_TRANSACTIONS = 1500
const PASSES = 12
const HEADER_BYTES = 19
const BATCH_BYTES = 1_000_000

/** Measures and answers rows per second, and the ratio of compressed to plain. */
export async function runEvents(): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = []
  const shapes = [
    { name: 'one large transaction', transactions: 1, events: LARGE_EVENTS },
    { name: 'transactions of 40 rows', transactions: SMALL_TRANSACTIONS, events: 1 },
  ]
  for (const { name, transactions, events } of shapes) {
    const inner = rowsEvents(events)
    const plain = inner.map((event) => withChecksum(event))
    const packed = [withChecksum(payloadEvent(Buffer.concat(inner)))]
    const rows = transactions * events * EVENT_ROWS
    const plainSpeed = await speedOf(plain, transactions, rows)
    const packedSpeed = await speedOf(packed, transactions, rows)
    const label = (what: string): string => `events to JSON, ${name}: ${what}`
    figures.push({ name: label('plain'), value: plainSpeed.rate, unit: 'events/s', better: 'higher' })
    figures.push({ name: label('compressed'), value: packedSpeed.rate, unit: 'events/s', better: 'higher' })
    const ratio = (plainSpeed.cpuSec / packedSpeed.cpuSec) * 100
    figures.push({ name: label('compressed of plain, by CPU'), value: ratio, unit: '%', better: 'higher', target: 70 })
  }
  return figures
}

interface Speed {
  /** Rows per second of the best pass. */
  readonly rate: number
  /** Processor seconds of the best pass. */
  readonly cpuSec: number
}

async function speedOf(events: readonly Buffer[], times: number, rows: number): Promise<Speed> {
  let rate = 0
  let cpuSec = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < PASSES; pass++) {
    const cpuBefore = process.cpuUsage()
    const started = process.hrtime.bigint()
    const reader = new Reader()
    for (let i = 0; i < times; i++) for (const event of events) await reader.take(event)
    if (reader.rows !== rows) throw new Error(`${reader.rows} rows where ${rows} are`)
    rate = Math.max(rate, rows / (Number(process.hrtime.bigint() - started) / 1e9))
    const { user, system } = process.cpuUsage(cpuBefore)
    cpuSec = Math.min(cpuSec, (user + system) / 1e6)
  }
  return { rate, cpuSec }
}

const SHAPE = orderShape()
const WRITER = new JsonConverter({ schemasEnable: false }).changeWriter(SHAPE)
const SOURCE = orderSource()
const CHANGE = changeOf(SHAPE, SOURCE)
const SINK = new GrowingBytes(BATCH_BYTES + 64 * 1024)

class Reader {
  rows = 0
  readonly #stream = openStream()
  readonly #cursor = new ByteCursor()
  readonly #decoder = new RowsDecoder()
  readonly #cells = new RowReader(ORDER_TABLE_MAP)

  /** A promise only where a large transaction is unpacked piece by piece. */
  take(event: Buffer): Promise<void> | undefined {
    const view = this.#stream.accept(event, 0, event.length)
    if (view.header.typeCode !== EventType.TRANSACTION_PAYLOAD_EVENT) {
      this.#read(view)
      return undefined
    }
    const { bytes, bodyStart, bodyEnd } = view
    const payload = new PayloadEvents(view, this.#cursor.open(bytes, bodyStart, bodyEnd, view))
    while (payload.next()) this.#read(payload)
    return payload.needsMore ? this.#rest(payload) : undefined
  }

  async #rest(payload: PayloadEvents): Promise<void> {
    while (payload.needsMore) {
      await payload.fill()
      while (payload.next()) this.#read(payload)
    }
  }

  #read(view: EventView): void {
    const cursor = this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view)
    this.#cells.open(this.#decoder.decode(cursor, view))
    for (let row = 0; this.#cells.next(); row++) {
      CHANGE.after = this.#cells.after
      CHANGE.keyRow = this.#cells.after as CellRow
      SOURCE.at(view.startPosition, row)
      WRITER?.writeKey?.(CHANGE, SINK)
      WRITER?.writeValue?.(CHANGE, SINK)
      if (SINK.pos > BATCH_BYTES) SINK.pos = 0
      this.rows++
    }
  }
}

/** WRITE_ROWS events of version 2 over the order table, without checksums. */
function rowsEvents(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => {
    const { bytes } = orderRowsEvent(i * EVENT_ROWS, EVENT_ROWS)
    const post = Buffer.alloc(10 + 1 + 2, 0xff)
    post.writeUIntLE(ORDER_TABLE_MAP.tableId, 0, 6)
    post.writeUInt16LE(1, 6)
    post.writeUInt16LE(2, 8)
    post[10] = ORDER_TABLE_MAP.columnCount
    return eventOf(EventType.WRITE_ROWS_EVENT, Buffer.concat([post, bytes]))
  })
}

function payloadEvent(events: Buffer): Buffer {
  const block = zstdCompressSync(events)
  const head = Buffer.alloc(11 * 2 + 4)
  let pos = 0
  for (const [field, value] of [
    [1, block.length],
    [3, events.length],
  ] as const) {
    head[pos++] = field
    head[pos++] = 9
    head[pos++] = 0xfe
    head.writeBigUInt64LE(BigInt(value), pos)
    pos += 8
  }
  // Method zstd (0), then the end of the fields.
  head.set([2, 1, 0, 0], pos)
  return eventOf(EventType.TRANSACTION_PAYLOAD_EVENT, Buffer.concat([head, block]))
}

function eventOf(typeCode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header[4] = typeCode
  header.writeUInt32LE(HEADER_BYTES + body.length, 9)
  return Buffer.concat([header, body])
}

function withChecksum(event: Buffer): Buffer {
  const bytes = Buffer.concat([event, Buffer.alloc(4)])
  bytes.writeUInt32LE(bytes.length, 9)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
  return bytes
}

function openStream(): EventStream {
  const stream = new EventStream('binlog.000001', 4)
  const body = Buffer.alloc(2 + 50 + 4 + 1 + 40 + 1)
  body.writeUInt16LE(4, 0)
  body.write('9.7.0', 2)
  body[56] = HEADER_BYTES
  body[body.length - 1] = 1
  const format = withChecksum(eventOf(EventType.FORMAT_DESCRIPTION_EVENT, body))
  stream.accept(format, 0, format.length)
  return stream
}
