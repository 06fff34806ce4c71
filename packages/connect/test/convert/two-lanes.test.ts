// The fast lane (raw cells to bytes) and the general lane (record to bytes) must write equal bytes for every type, value and option.
import { type ColumnModel, columnType, type ValueOptions } from '@millrace/mysql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonConverter, type JsonConverterOptions } from '../../src/convert/json/json-converter.ts'
import type { CellColumn, CellRow, ChangeRow, ChangeShape } from '../../src/data/change-row.ts'
import { GrowingBytes } from '../../src/data/growing-bytes.ts'
import type { ConnectSchema } from '../../src/data/schema.ts'
import { field, INT64, OPTIONAL_INT64, primitive, STRING, structOf } from '../../src/data/schema-builder.ts'
import { structFrom } from '../../src/data/struct.ts'
import { toRecord } from '../../src/data/to-record.ts'

const SOURCE = structOf([
  field('name', STRING),
  field('snapshot', primitive('string', { optional: true, default: 'false' })),
  field('pos', INT64),
])
const TRANSACTION = structOf([field('id', STRING), field('total_order', INT64)], {
  optional: true,
  name: 'event.block',
  version: 1,
})

/** A column type with texts that the server could print for it. */
interface Kind {
  readonly typeName: string
  readonly length?: number
  readonly scale?: number
  readonly enumValues?: readonly string[]
  readonly default?: string
  readonly texts: fc.Arbitrary<string | Buffer>
}

const text = fc
  .string({ unit: 'binary', maxLength: 40 })
  .filter((value) => !/[\ud800-\udfff]/.test(value) || value.isWellFormed())
const int = (min: bigint, max: bigint) => fc.bigInt({ min, max }).map(String)
const pad = (value: number, width = 2) => String(value).padStart(width, '0')
const date = fc
  .tuple(fc.integer({ min: 1000, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => `${pad(y, 4)}-${pad(m)}-${pad(d)}`)
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m, s]) => `${pad(h)}:${pad(m)}:${pad(s)}`)
const micros = fc.integer({ min: 0, max: 999_999 }).map((value) => pad(value, 6))
const zero = '0000-00-00'

const KINDS: readonly Kind[] = [
  { typeName: 'TINYINT', texts: int(-128n, 127n), default: '7' },
  { typeName: 'SMALLINT UNSIGNED', texts: int(0n, 65_535n) },
  { typeName: 'INT', texts: int(-2_147_483_648n, 2_147_483_647n), default: '-5' },
  { typeName: 'INT UNSIGNED', texts: int(0n, 4_294_967_295n) },
  { typeName: 'BIGINT', texts: int(-(2n ** 63n), 2n ** 63n - 1n), default: '9223372036854775807' },
  { typeName: 'BIGINT UNSIGNED', texts: int(0n, 2n ** 64n - 1n) },
  {
    typeName: 'DECIMAL',
    length: 20,
    scale: 4,
    texts: int(-(10n ** 15n), 10n ** 15n).map((v) => `${v}.0250`),
    default: '1.5',
  },
  {
    typeName: 'DECIMAL',
    length: 30,
    scale: 12,
    texts: fc.constantFrom('0.000000000001', '-0.000000100000', '0.000000000000'),
  },
  { typeName: 'DOUBLE', texts: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { typeName: 'FLOAT', texts: fc.float({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { typeName: 'VARCHAR', length: 100, texts: text, default: 'a"b\u0001😀' },
  { typeName: 'TEXT', texts: text },
  { typeName: 'VARBINARY', length: 100, texts: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { typeName: 'BLOB', texts: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { typeName: 'DATE', texts: fc.oneof(date, fc.constant(zero)), default: '2020-02-29' },
  { typeName: 'TIME', length: 6, texts: fc.tuple(clock, micros).map(([c, u]) => `${c}.${u}`) },
  { typeName: 'DATETIME', length: 3, texts: fc.tuple(date, clock).map(([d, c]) => `${d} ${c}.125`) },
  {
    typeName: 'DATETIME',
    length: 6,
    texts: fc.oneof(
      fc.tuple(date, clock, micros).map(([d, c, u]) => `${d} ${c}.${u}`),
      fc.constant(`${zero} 00:00:00.000000`),
    ),
    default: '2020-01-01 00:00:00.000001',
  },
  { typeName: 'TIMESTAMP', length: 6, texts: fc.tuple(clock, micros).map(([c, u]) => `2024-03-10 ${c}.${u}`) },
  { typeName: 'YEAR', texts: fc.integer({ min: 1901, max: 2155 }).map(String) },
  { typeName: 'ENUM', enumValues: ['a', 'b,c', 'd"e'], texts: fc.constantFrom('a', 'b,c', 'd"e') },
  { typeName: 'JSON', texts: fc.json({ maxDepth: 3 }) },
]

const options: fc.Arbitrary<ValueOptions> = fc.record({
  decimalHandling: fc.constantFrom('precise', 'double', 'string'),
  timePrecision: fc.constantFrom('adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'),
  bigintUnsignedHandling: fc.constantFrom('long', 'precise'),
  binaryHandling: fc.constantFrom('bytes', 'base64', 'base64-url-safe', 'hex'),
  enableTimeAdjuster: fc.boolean(),
  connectionTimeZone: fc.constant('+00:00'),
})

const converterOptions: fc.Arbitrary<JsonConverterOptions> = fc.record({
  schemasEnable: fc.boolean(),
  decimalFormat: fc.constantFrom('BASE64', 'NUMERIC'),
  replaceNullWithDefault: fc.boolean(),
})

/** One column with the cells of two images: bytes, `null` for NULL, `undefined` for not in the image. */
interface Drawn {
  readonly kind: Kind
  readonly isNullable: boolean
  readonly hasDefault: boolean
  readonly cells: readonly (string | Buffer | null | undefined)[]
}

const drawn: fc.Arbitrary<Drawn> = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record({ isNullable: fc.boolean(), hasDefault: fc.boolean() }).chain(({ isNullable, hasDefault }) =>
    fc.record({
      kind: fc.constant(kind),
      isNullable: fc.constant(isNullable),
      hasDefault: fc.constant(hasDefault),
      cells: fc.array(isNullable ? fc.oneof(kind.texts, fc.constant(null), fc.constant(undefined)) : kind.texts, {
        minLength: 2,
        maxLength: 2,
      }),
    }),
  ),
)

function columnOf({ kind, isNullable, hasDefault }: Drawn, index: number, values: ValueOptions): CellColumn {
  const model: ColumnModel = {
    name: `c${index}"é`,
    typeName: kind.typeName,
    length: kind.length ?? null,
    scale: kind.scale ?? null,
    charset: /CHAR|TEXT|ENUM/.test(kind.typeName) ? 'utf8mb4' : null,
    collation: null,
    isNullable,
    isAutoIncremented: false,
    isGenerated: false,
    enumValues: kind.enumValues ?? [],
    hasDefault: hasDefault && kind.default !== undefined,
    defaultExpression: hasDefault ? (kind.default ?? null) : null,
    comment: null,
  }
  const { schema, read, writeJson } = columnType(model, 'text', values)
  return { name: model.name, cell: index, schema: schema as ConnectSchema, read, writeJson }
}

function imageOf(columns: readonly Drawn[], image: number): CellRow {
  const starts = new Int32Array(columns.length)
  const ends = new Int32Array(columns.length)
  const chunks: Buffer[] = [Buffer.from('head')]
  let pos = 4
  for (const [i, { cells }] of columns.entries()) {
    const cell = cells[image]
    const bytes = Buffer.isBuffer(cell) ? cell : Buffer.from(cell ?? '', 'utf8')
    starts[i] = pos
    ends[i] = cell === null ? -1 : cell === undefined ? -2 : pos + bytes.length
    chunks.push(bytes)
    pos += bytes.length
  }
  return { bytes: Buffer.concat(chunks), starts, ends }
}

function shapeOf(columns: readonly CellColumn[]): ChangeShape {
  const fields = columns.map((column) => field(column.name, column.schema))
  const row = structOf(fields, { optional: true, name: 'srv.db.t.Value' })
  const envelope = structOf(
    [
      field('before', row),
      field('after', row),
      field('source', SOURCE),
      field('transaction', TRANSACTION),
      field('op', STRING),
      field('ts_ms', OPTIONAL_INT64),
      field('ts_us', OPTIONAL_INT64),
      field('ts_ns', OPTIONAL_INT64),
    ],
    { name: 'srv.db.t.Envelope', version: 2 },
  )
  const keyColumns = columns.slice(0, 2)
  return {
    topic: 'srv.db.t',
    keySchema: structOf(fields.slice(0, 2), { name: 'srv.db.t.Key' }),
    keyColumns,
    envelopeSchema: envelope,
    columns,
  }
}

function changeOf(
  shape: ChangeShape,
  op: ChangeRow['op'],
  images: readonly CellRow[],
  hasTransaction: boolean,
): ChangeRow {
  const [first, second] = images as [CellRow, CellRow]
  return {
    kind: 'change',
    shape,
    op,
    before: op === 'u' || op === 'd' ? first : null,
    after: op === 'd' ? null : second,
    keyRow: op === 'd' ? first : second,
    source: {
      toStruct: () => structFrom(SOURCE, { name: 'srv', snapshot: null, pos: 2n ** 60n }),
      writeJson: (sink) => {
        const json = `{"name":"srv","snapshot":"false","pos":${2n ** 60n}}`
        sink.reserve(json.length)
        sink.pos += sink.bytes.write(json, sink.pos, 'latin1')
      },
    },
    transaction: hasTransaction ? structFrom(TRANSACTION, { id: 'a:1', total_order: 3n }) : null,
    processedAt: { epochNs: 1_795_530_104_331_123_456n },
    headers: [],
  }
}

/** What a lane gives: text of the bytes, or the message of its error. */
function outcome(write: () => Uint8Array | null): string {
  try {
    return Buffer.from(write() ?? []).toString('utf8')
  } catch (thrown) {
    return `error: ${(thrown as Error).message}`
  }
}

test('both lanes write equal bytes for rows of any types and options', () => {
  let rows = 0
  fc.assert(
    fc.property(
      fc.array(drawn, { minLength: 2, maxLength: 8 }),
      options,
      converterOptions,
      fc.constantFrom('c', 'u', 'd', 'r'),
      fc.boolean(),
      (draws, values, converting, op, hasTransaction) => {
        const columns = draws.map((entry, index) => columnOf(entry, index, values))
        const shape = shapeOf(columns)
        const converter = new JsonConverter(converting)
        const change = changeOf(shape, op, [imageOf(draws, 0), imageOf(draws, 1)], hasTransaction)
        const lane = converter.changeWriter(shape)
        expect(lane).not.toBeNull()
        const written = (part: 'writeKey' | 'writeValue') =>
          outcome(() => {
            const sink = new GrowingBytes(16)
            return lane?.[part]?.(change, sink) ? sink.copy() : null
          })
        expect(written('writeKey')).toBe(
          outcome(() => converter.fromConnect(shape.topic, shape.keySchema, toRecord(change).key)),
        )
        expect(written('writeValue')).toBe(
          outcome(() => converter.fromConnect(shape.topic, shape.envelopeSchema, toRecord(change).value)),
        )
        rows++
      },
    ),
    { numRuns: 400 },
  )
  expect(rows).toBe(400)
})

test('a table without a key has no key bytes', () => {
  const columns = [columnOf({ kind: KINDS[2] as Kind, isNullable: false, hasDefault: false, cells: [] }, 0, DEFAULTS)]
  const shape = { ...shapeOf(columns), keySchema: null, keyColumns: [] }
  const draws = [{ kind: KINDS[2] as Kind, isNullable: false, hasDefault: false, cells: ['1', '2'] }]
  const change = changeOf(shape, 'c', [imageOf(draws, 0), imageOf(draws, 1)], false)
  const sink = new GrowingBytes()
  expect(new JsonConverter().changeWriter(shape)?.writeKey?.(change, sink)).toBe(false)
  expect(sink.pos).toBe(0)
})

const DEFAULTS: ValueOptions = {
  decimalHandling: 'precise',
  timePrecision: 'adaptive_time_microseconds',
  bigintUnsignedHandling: 'long',
  binaryHandling: 'bytes',
  enableTimeAdjuster: true,
  connectionTimeZone: '+00:00',
}
