// Row events to the complete JSON of Debezium records (key and value, schemas off), on one thread, without socket and Kafka: the row
// reader, the column types and JsonConverter's fast lane as they are.
import { type CellRow, type ChangeRow, GrowingBytes, JsonConverter } from '@millrace/connect'
import { RowReader } from '@millrace/mysql'
import type { BenchFigure } from '../figure.ts'
import { orderShape, orderSource } from './order-shape.ts'
import { ORDER_TABLE_MAP, orderRowsEvent } from './order-table.ts'

/** Rows per event: about 8 KB of them, as the server groups them. */
const EVENT_ROWS = 40
const EVENTS = 250
/** Rows per measured pass: short, so that some passes meet an idle core on a machine that others use too. */
const PASS_ROWS = 50_000
const PASSES = 100
/** Passes before the measured ones, until the code is compiled. */
const WARM_UP_PASSES = 6
/** The sink starts again from here on, as a batch of records would be closed. */
const BATCH_BYTES = 1_000_000

/** What a pass wrote. */
export interface PassResult {
  readonly rows: number
  readonly bytes: number
}

/** Measures and answers the figures of the best and of the middle pass. */
export async function runMicro(): Promise<BenchFigure[]> {
  const pass = preparePass()
  for (let i = 0; i < WARM_UP_PASSES; i++) pass()
  const walls: number[] = []
  const cpus: number[] = []
  let result: PassResult = { rows: 0, bytes: 0 }
  for (let i = 0; i < PASSES; i++) {
    const cpuBefore = process.cpuUsage()
    const wallBefore = process.hrtime.bigint()
    result = pass()
    walls.push(Number(process.hrtime.bigint() - wallBefore) / 1e9)
    const { user, system } = process.cpuUsage(cpuBefore)
    cpus.push((user + system) / 1e6)
  }
  const { rows, bytes } = result
  const wall = bestAndMiddle(walls)
  const cpu = bestAndMiddle(cpus)
  const name = (what: string): string => `rows to JSON: ${what}`
  return [
    { name: name('speed, best pass'), value: rows / wall.best, unit: 'events/s', better: 'higher', target: 1_000_000 },
    { name: name('speed, middle pass'), value: rows / wall.middle, unit: 'events/s', better: 'higher' },
    { name: name('output, best pass'), value: bytes / wall.best / 1e6, unit: 'MB/s', better: 'higher' },
    { name: name('CPU, best pass'), value: cpu.best / (rows / 1e6), unit: 's per million', better: 'lower', target: 1 },
    { name: name('CPU, middle pass'), value: cpu.middle / (rows / 1e6), unit: 's per million', better: 'lower' },
    { name: name('record, key and value'), value: bytes / rows, unit: 'bytes', better: 'neither' },
    { name: name('peak memory'), value: process.resourceUsage().maxRSS / 1024, unit: 'MiB', better: 'lower' },
  ]
}

function bestAndMiddle(seconds: readonly number[]): { best: number; middle: number } {
  const sorted = seconds.toSorted((a, b) => a - b)
  return { best: sorted[0]!, middle: sorted[sorted.length >> 1]! }
}

/** Builds events and converters once; the answer runs one pass over them. */
export function preparePass(): () => PassResult {
  const events = Array.from({ length: EVENTS }, (_, i) => orderRowsEvent(i * EVENT_ROWS, EVENT_ROWS))
  const shape = orderShape()
  const options = { schemasEnable: false }
  const keys = new JsonConverter(options).changeWriter(shape)
  const values = new JsonConverter(options).changeWriter(shape)
  if (keys?.writeKey === undefined || values?.writeValue === undefined)
    throw new Error('JsonConverter has no fast lane')
  const reader = new RowReader(ORDER_TABLE_MAP)
  const source = orderSource()
  const sink = new GrowingBytes(BATCH_BYTES + 64 * 1024)
  const change = changeOf(shape, source)
  return () => {
    let rows = 0
    let bytes = 0
    while (rows < PASS_ROWS) {
      const event = events[(rows / EVENT_ROWS) % EVENTS]!
      const position = 100_000 + rows * 200
      reader.open(event)
      for (let row = 0; reader.next(); row++) {
        const before = sink.pos
        change.after = reader.after
        change.keyRow = reader.after as CellRow
        source.at(position, row)
        keys.writeKey?.(change, sink)
        values.writeValue?.(change, sink)
        bytes += sink.pos - before
        rows++
        if (sink.pos > BATCH_BYTES) sink.pos = 0
      }
    }
    return { rows, bytes }
  }
}

/** The reused change object; a source assigns its images row by row. */
export function changeOf(
  shape: ChangeRow['shape'],
  source: ChangeRow['source'],
): { -readonly [K in keyof ChangeRow]: ChangeRow[K] } {
  const none: CellRow = { bytes: Buffer.alloc(0), starts: new Int32Array(0), ends: new Int32Array(0) }
  return {
    kind: 'change',
    shape,
    op: 'c',
    before: null,
    after: none,
    keyRow: none,
    source,
    transaction: null,
    processedAt: { epochNs: 1_750_000_000_123_456_789n },
    headers: [],
  }
}
