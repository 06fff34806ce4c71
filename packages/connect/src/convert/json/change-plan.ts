// The fast lane: key and value of row changes of one shape, from raw cells to JSON bytes by one writer per column.
import { CdcError } from '../../base/errors.ts'
import type { ByteSink, CellColumn, CellRow, ChangeRow, ChangeShape, Instant } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { fieldIndex } from '../../data/schema-builder.ts'
import type { ChangeWriter } from '../converter.ts'
import { type Literal, literal, putLiteral } from './json-bytes.ts'
import { type JsonWriter, type JsonWriters, quoted } from './value-writer.ts'

const ENVELOPE = ['before', 'after', 'source', 'transaction', 'op', 'ts_ms', 'ts_us', 'ts_ns']

const BEFORE = literal('{"before":')
/** Of creations and snapshot rows, which are most of what comes in masses. */
const NO_BEFORE = literal('{"before":null,"after":')
// Behind an image, which its writer leaves open, and behind none.
const ROW_AFTER = literal('},"after":')
const NULL_AFTER = literal('null,"after":')
const ROW_SOURCE = literal('},"source":')
const NULL_SOURCE = literal('null,"source":')
const TRANSACTION = literal(',"transaction":')
const OPEN = literal('{')
const CLOSE = literal('}')

/** `ends[i]` of a cell that is not in the image. */
const CELL_ABSENT = -2

/** What a plan needs of its converter. */
export interface ChangePlanOptions {
  readonly writers: JsonWriters
  /** True where a value's bytes depend on options that column writers do not know: decimals as JSON numbers. */
  readonly rewrites: (schema: ConnectSchema) => boolean
  /** Whether nulls are replaced by defaults, as a source's own JSON has it. */
  readonly replacesNulls: boolean
  /** `{"schema":…,"payload":` of a schema; null when schemas are off. */
  readonly prefix: (schema: ConnectSchema) => Literal | null
}

/** Compiles the fast lane of one shape; null when its envelope is not the one this plan knows. */
export function changePlan(shape: ChangeShape, options: ChangePlanOptions): ChangeWriter | null {
  const fields = shape.envelopeSchema.fields ?? []
  if (fields.length !== ENVELOPE.length || fields.some((entry, i) => entry.name !== ENVELOPE[i])) return null
  return new ChangePlan(shape, options)
}

/** Writes the cells of one image as a JSON object, all but its closing brace. */
type RowWriter = (row: CellRow, sink: ByteSink) => void

class ChangePlan implements ChangeWriter {
  readonly #valuePrefix: Literal | null
  readonly #keyPrefix: Literal | null
  readonly #key: RowWriter | null
  readonly #row: RowWriter
  readonly #transaction: JsonWriter
  readonly #isStructNullable: boolean
  /** Null where the source writes its block itself. */
  readonly #source: JsonWriter | null
  readonly #ends = { c: new End('c'), u: new End('u'), d: new End('d'), r: new End('r') }

  constructor(shape: ChangeShape, options: ChangePlanOptions) {
    const { writers, prefix, replacesNulls } = options
    const { envelopeSchema, keySchema } = shape
    this.#valuePrefix = prefix(envelopeSchema)
    this.#keyPrefix = keySchema === null ? null : prefix(keySchema)
    this.#key = keySchema === null ? null : rowWriter(shape.keyColumns, keySchema, options)
    const rowSchema = schemaOf(envelopeSchema, 'after')
    this.#row = rowWriter(shape.columns, rowSchema, options)
    this.#isStructNullable = rowSchema.optional
    this.#source = replacesNulls ? null : writers.of(schemaOf(envelopeSchema, 'source'))
    this.#transaction = writers.of(schemaOf(envelopeSchema, 'transaction'))
  }

  writeKey(row: ChangeRow, sink: ByteSink): boolean {
    if (this.#key === null) return false
    if (this.#keyPrefix !== null) putLiteral(sink, this.#keyPrefix)
    this.#key(row.keyRow, sink)
    putLiteral(sink, CLOSE)
    if (this.#keyPrefix !== null) putLiteral(sink, CLOSE)
    return true
  }

  writeValue(row: ChangeRow, sink: ByteSink): boolean {
    if (this.#valuePrefix !== null) putLiteral(sink, this.#valuePrefix)
    if (row.before === null && this.#isStructNullable) putLiteral(sink, NO_BEFORE)
    else {
      putLiteral(sink, BEFORE)
      this.#image(row.before, ROW_AFTER, NULL_AFTER, sink)
    }
    this.#image(row.after, ROW_SOURCE, NULL_SOURCE, sink)
    if (this.#source === null) row.source.writeJson(sink)
    else this.#source(row.source.toStruct(), sink)
    const end = this.#ends[row.op]
    if (row.processedAt !== end.instant) end.render(row.processedAt)
    if (row.transaction === null) putLiteral(sink, end.withoutTransaction)
    else {
      putLiteral(sink, TRANSACTION)
      this.#transaction(row.transaction, sink)
      putLiteral(sink, end.bytes)
    }
    if (this.#valuePrefix !== null) putLiteral(sink, CLOSE)
    return true
  }

  #image(image: CellRow | null, behindRow: Literal, behindNull: Literal, sink: ByteSink): void {
    if (image !== null) {
      this.#row(image, sink)
      putLiteral(sink, behindRow)
    } else if (this.#isStructNullable) putLiteral(sink, behindNull)
    else throw requiredIsNull()
  }
}

/** What stands behind the transaction block of changes with one operation at one instant: rendered once for a batch. */
class End {
  instant: Instant | null = null
  bytes: Literal = CLOSE
  /** The same, with a transaction block of null before it. */
  withoutTransaction: Literal = CLOSE
  readonly #op: ChangeRow['op']

  constructor(op: ChangeRow['op']) {
    this.#op = op
  }

  render(instant: Instant): void {
    const ns = instant.epochNs
    const text = `,"op":"${this.#op}","ts_ms":${ns / 1_000_000n},"ts_us":${ns / 1_000n},"ts_ns":${ns}}`
    this.bytes = literal(text)
    this.withoutTransaction = literal(`,"transaction":null${text}`)
    this.instant = instant
  }
}

function schemaOf(envelope: ConnectSchema, name: string): ConnectSchema {
  return (envelope.fields?.[fieldIndex(envelope, name)]?.schema ?? envelope) as ConnectSchema
}

function requiredIsNull(): CdcError {
  return new CdcError(
    'CDC_ENCODE_FAILED',
    'Conversion error: null value for field that is required and has no default value',
  )
}

function rowWriter(
  columns: readonly CellColumn[],
  schema: ConnectSchema,
  { writers, rewrites }: ChangePlanOptions,
): RowWriter {
  const count = columns.length
  if (count === 0) return (_row, sink) => putLiteral(sink, OPEN)
  const names = columns.map((_column, i) => literal(`${i === 0 ? '{' : ','}${quoted(schema.fields?.[i]?.name ?? '')}:`))
  // All names in one array of words, one after the other, and where each ends: a few loads less per cell than an array each.
  const lengths = names.map(({ length }) => length)
  const nameWords = Int32Array.from(names.flatMap(({ words }) => [...words]))
  const nameEnds: number[] = []
  for (const { words } of names) nameEnds.push((nameEnds.at(-1) ?? 0) + words.length)
  const cells = columns.map((column) => column.cell)
  const cellWriters = columns.map((column) =>
    rewrites(column.schema) ? readingWriter(column, writers) : column.writeJson,
  )
  // A value that has no representation comes out of writeJson as `null`; where null is not what the general path writes, it is replaced.
  const replaces = columns.map((column) => !column.schema.optional || (column.schema.default ?? null) !== null)
  return (row, sink) => {
    const { bytes, starts, ends } = row
    let at = 0
    for (let i = 0; i < count; i++) {
      const nameEnd = nameEnds[i] as number
      const length = lengths[i] as number
      sink.reserve(length + 3)
      const { view } = sink
      // The last word may write up to three bytes too much, which the value overwrites.
      for (let to = sink.pos; at < nameEnd; at++, to += 4) view.setInt32(to, nameWords[at] as number, true)
      const pos = sink.pos + length
      sink.pos = pos
      const cell = cells[i] as number
      const end = ends[cell] as number
      if (end < 0) {
        const { schema, nullValue, absentValue } = columns[i] as CellColumn
        const standIn = end === CELL_ABSENT ? absentValue : nullValue
        if (standIn === undefined) writers.writeNull(schema, sink)
        else writers.of(schema)(standIn, sink)
        continue
      }
      ;(cellWriters[i] as CellColumn['writeJson'])(bytes, starts[cell] as number, end, sink)
      if (replaces[i] && sink.pos === pos + 4 && sink.bytes[pos] === 0x6e) {
        sink.pos = pos
        writers.writeNull((columns[i] as CellColumn).schema, sink)
      }
    }
  }
}

function readingWriter(column: CellColumn, writers: JsonWriters): CellColumn['writeJson'] {
  const write = writers.of(column.schema)
  return (bytes, start, end, sink) => write(column.read(bytes, start, end), sink)
}
