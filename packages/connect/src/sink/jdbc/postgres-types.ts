// Column types of PostgreSQL by Connect schema, and the texts of their values (reference: jdbc-sink, section 8).
import { CdcError } from '../../base/errors.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import { isStruct, rawField } from '../../data/struct.ts'
import type { ColumnType } from './dialect.ts'
import {
  bitsLength,
  bitsText,
  decimalText,
  geometryOf,
  hexText,
  nanoseconds,
  variableDecimalText,
  vectorText,
} from './field-values.ts'
import { dateText, timestampText, timeText } from './temporal-text.ts'

const SOURCE_TYPE = '__debezium.source.column.type'
const SOURCE_LENGTH = '__debezium.source.column.length'
const SOURCE_SCALE = '__debezium.source.column.scale'
const DAY_NS = 86_400_000_000_000n

const asText = (value: unknown): string => String(value)
const plain = (sqlType: string): ColumnType => ({ sqlType, text: asText })

/** Source types that PostgreSQL has under the same name. */
const SAME = new Set(
  'inet cidr macaddr macaddr8 money citext oid int4range int8range numrange tsrange tstzrange daterange'.split(' '),
)

type Maker = (schema: ConnectSchema, postgis: string) => ColumnType

const time =
  (unit: bigint): Maker =>
  (schema) => ({ sqlType: `time(${precision(schema)})`, text: (value) => timeOfDay(nanoseconds(unit)(value)) })
const timestamp =
  (unit: bigint): Maker =>
  (schema) => {
    const ns = nanoseconds(unit)
    return { sqlType: `timestamp(${precision(schema)})`, text: (value) => timestampText(ns(value)) }
  }
const date: Maker = () => ({ sqlType: 'date', text: (value) => dateText(Number(value)) })
const always =
  (type: ColumnType): Maker =>
  () =>
    type
const geometry =
  (name: string): Maker =>
  (_schema, postgis) => ({ sqlType: `"${postgis}".${name}`, text: extendedWkb })

const BY_NAME: Readonly<Record<string, Maker>> = {
  [LOGICAL.decimal]: decimal,
  [LOGICAL.date]: date,
  [LOGICAL.time]: time(1_000_000n),
  [LOGICAL.timestamp]: timestamp(1_000_000n),
  'io.debezium.data.VariableScaleDecimal': always({ sqlType: 'double precision', text: variableDecimalText }),
  'io.debezium.time.Date': date,
  'io.debezium.time.Time': time(1_000_000n),
  'io.debezium.time.MicroTime': time(1000n),
  'io.debezium.time.NanoTime': time(1n),
  'io.debezium.time.Timestamp': timestamp(1_000_000n),
  'io.debezium.time.MicroTimestamp': timestamp(1000n),
  'io.debezium.time.NanoTimestamp': timestamp(1n),
  'io.debezium.time.ZonedTimestamp': (schema) => plain(`timestamptz(${precision(schema)})`),
  'io.debezium.time.ZonedTime': (schema) => plain(`timetz(${precision(schema)})`),
  'io.debezium.time.Year': always(plain('integer')),
  'io.debezium.time.MicroDuration': always(plain('bigint')),
  'io.debezium.time.Interval': always(plain('interval')),
  'io.debezium.data.Bits': (schema) => ({ sqlType: `bit(${bitsLength(schema)})`, text: bitsText(bitsLength(schema)) }),
  'io.debezium.data.Json': (schema) => plain(jsonType(schema)),
  'io.debezium.data.Enum': always(plain('text')),
  'io.debezium.data.EnumSet': always(plain('text')),
  'io.debezium.data.Uuid': always(plain('uuid')),
  'io.debezium.data.Xml': always(plain('xml')),
  'io.debezium.data.Ltree': always(plain('ltree')),
  'io.debezium.data.Tsvector': always(plain('tsvector')),
  'io.debezium.data.FloatVector': always({ sqlType: 'halfvec', text: vectorText }),
  'io.debezium.data.DoubleVector': always({ sqlType: 'vector', text: vectorText }),
  'io.debezium.data.geometry.Geometry': geometry('geometry'),
  'io.debezium.data.geometry.Geography': geometry('geography'),
  'io.debezium.data.geometry.Point': always({ sqlType: 'point', text: pointText }),
}

const BY_KIND: Readonly<Record<ConnectSchema['kind'], Maker>> = {
  int8: always(plain('smallint')),
  int16: always(plain('smallint')),
  int32: always(plain('integer')),
  int64: always(plain('bigint')),
  float32: always(plain('real')),
  float64: always(plain('double precision')),
  boolean: always(plain('boolean')),
  string: text,
  bytes: always({ sqlType: 'bytea', text: (value) => `\\x${hexText(value)}` }),
  array: (schema, postgis) => {
    const item = postgresType(schema.items as ConnectSchema, postgis)
    return { sqlType: `${item.sqlType}[]`, text: (value) => arrayText((value as unknown[]).map(nullable(item.text))) }
  },
  map: always({ sqlType: 'hstore', text: hstoreText }),
  struct: (schema) => {
    throw new CdcError('CDC_SINK_FAILED', `There is no PostgreSQL type for a struct ${schema.name ?? ''}`, {
      hint: 'Flatten it with a transform, or leave the field out with field.exclude.list.',
    })
  },
}

/** The type for a schema. Throws CDC_SINK_FAILED where there is none. */
export function postgresType(schema: ConnectSchema, postgis: string): ColumnType {
  const source = schema.parameters?.[SOURCE_TYPE]?.toLowerCase()
  if (source !== undefined && schema.kind === 'string' && SAME.has(source)) return plain(source)
  const maker = (schema.name === undefined ? undefined : BY_NAME[schema.name]) ?? BY_KIND[schema.kind]
  return maker(schema, postgis)
}

/** An array literal of texts. */
export function arrayText(items: readonly (string | null)[]): string {
  let out = '{'
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as string | null
    if (i > 0) out += ','
    if (item === null) out += 'NULL'
    // Digits need no quotes; all else gets them, so that nothing in it can mean anything.
    else if (PLAIN.test(item)) out += item
    else out += `"${NEEDS_ESCAPE.test(item) ? item.replace(/["\\]/g, '\\$&') : item}"`
  }
  return `${out}}`
}

const PLAIN = /^-?[0-9.]+$/
const NEEDS_ESCAPE = /["\\]/

function nullable(write: (value: unknown) => string): (value: unknown) => string | null {
  return (value) => (value === null || value === undefined ? null : write(value))
}

function text(schema: ConnectSchema): ColumnType {
  const source = schema.parameters?.[SOURCE_TYPE]?.toUpperCase()
  const length = Number(schema.parameters?.[SOURCE_LENGTH] ?? 0)
  if (length > 0 && length <= 10_485_760) {
    if (source === 'CHAR' || source === 'NCHAR' || source === 'BPCHAR') return plain(`char(${length})`)
    if (source === 'VARCHAR' || source === 'NVARCHAR') return plain(`varchar(${length})`)
  }
  return plain('text')
}

function decimal(schema: ConnectSchema): ColumnType {
  const scale = Number(schema.parameters?.scale ?? 0)
  const digits = Number(schema.parameters?.['connect.decimal.precision'] ?? schema.parameters?.[SOURCE_LENGTH] ?? 0)
  return { sqlType: digits > 0 && digits <= 1000 ? `decimal(${digits},${scale})` : 'decimal', text: decimalText(scale) }
}

function precision(schema: ConnectSchema): number {
  const stated = schema.parameters?.[SOURCE_SCALE] ?? schema.parameters?.[SOURCE_LENGTH]
  const digits = Number(stated ?? 6)
  return Number.isInteger(digits) && digits >= 0 && digits <= 6 ? digits : 6
}

function jsonType(schema: ConnectSchema): string {
  const source = schema.parameters?.[SOURCE_TYPE]?.toUpperCase()
  return source === 'JSONB' ? 'jsonb' : source === 'HSTORE' ? 'hstore' : 'json'
}

function timeOfDay(ns: bigint): string {
  if (ns >= 0n && ns <= DAY_NS) return timeText(ns)
  throw new CdcError('CDC_DATA_INVALID', 'a time is not within one day, which is all that PostgreSQL’s time holds', {
    hint: 'Give the column the type interval in the target, or leave the field out with field.exclude.list.',
  })
}

/** EWKB in hexadecimal, as PostGIS reads it: WKB with the SRID behind its type. */
function extendedWkb(value: unknown): string {
  const { wkb, srid } = geometryOf(value)
  if (srid === 0 || wkb.length < 5) return wkb.toString('hex')
  const isLittle = wkb[0] === 1
  const head = Buffer.alloc(9)
  head[0] = wkb[0]!
  const type = isLittle ? wkb.readUInt32LE(1) : wkb.readUInt32BE(1)
  const flagged = (type | 0x2000_0000) >>> 0
  if (isLittle) {
    head.writeUInt32LE(flagged, 1)
    head.writeUInt32LE(srid, 5)
  } else {
    head.writeUInt32BE(flagged, 1)
    head.writeUInt32BE(srid, 5)
  }
  return Buffer.concat([head, wkb.subarray(5)]).toString('hex')
}

function pointText(value: unknown): string {
  if (isStruct(value)) return `(${String(rawField(value, 'x'))},${String(rawField(value, 'y'))})`
  throw new CdcError('CDC_DATA_INVALID', 'a value is no Point although its schema says so')
}

function hstoreText(value: unknown): string {
  const quoted = (item: unknown) => `"${String(item).replace(/["\\]/g, '\\$&')}"`
  return [...(value as Map<unknown, unknown>)]
    .map(([key, item]) => `${quoted(key)}=>${item === null ? 'NULL' : quoted(item)}`)
    .join(',')
}
