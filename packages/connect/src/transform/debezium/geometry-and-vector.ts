// Debezium's transforms of geometry and vector columns: SwapGeometryCoordinates, VectorToJsonConverter.
import { CdcError } from '../../base/errors.ts'
import { javaDouble, javaFloat } from '../../data/java-number.ts'
import type { Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { field, primitive, structOf } from '../../data/schema-builder.ts'
import { isStruct, rawField } from '../../data/struct.ts'
import { requireStruct, type StageOptions, schemaBasics } from '../record-side.ts'
import type { Transform } from '../transform.ts'
import { swapCoordinates } from './geometry-bytes.ts'

const GEOMETRY = 'io.debezium.data.geometry.Geometry'
const DEFAULT_SRIDS = ['4326', '3857', '4269']

/** SwapGeometryCoordinates: X and Y change places in geometries of some reference systems; points columns stay, as in Debezium. */
export function swapGeometry(options: StageOptions): Transform {
  const given = options.list('srids')
  const srids = new Set((given.length === 0 ? DEFAULT_SRIDS : given).map(sridOf))
  return {
    apply(record) {
      return isStruct(record.value) ? { ...record, value: swapped(record.value, srids) } : record
    },
    close() {},
  }
}

function sridOf(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw new CdcError('CDC_CONFIG_INVALID', `For input string: "${text}"`, {
    javaClass: 'java.lang.NumberFormatException',
  })
}

function swapped(struct: Struct, srids: ReadonlySet<number>): Struct {
  const isChosen = struct.schema.name === GEOMETRY && srids.has(Number(rawField(struct, 'srid') ?? Number.NaN))
  const values = (struct.schema.fields ?? []).map(({ name, schema }, index) => {
    // Debezium reads every field through its default, so that a null with a default is lost here.
    const value = struct.values[index] ?? schema.default ?? null
    if (isChosen && name === 'wkb' && value instanceof Uint8Array) return swapCoordinates(value)
    return swappedMember(value, srids)
  })
  return { schema: struct.schema, values }
}

function swappedMember(value: unknown, srids: ReadonlySet<number>): unknown {
  if (isStruct(value)) return swapped(value, srids)
  return Array.isArray(value) ? value.map((item: unknown) => swappedMember(item, srids)) : value
}

const JSON_NAME = 'io.debezium.data.Json'
const NUMBER_TEXT: Readonly<Record<string, ((value: number) => string) | undefined>> = {
  'io.debezium.data.FloatVector': javaFloat,
  'io.debezium.data.DoubleVector': javaDouble,
}

/** VectorToJsonConverter: vectors of rows and of flattened rows become the text of a JSON object. */
export function vectorToJson(): Transform {
  const built = new WeakMap<ConnectSchema, ConnectSchema>()
  return {
    apply(record) {
      if (record.value === null) return record
      const value = withoutVectors(requireStruct(record.value, 'Value should be a struct'), built)
      return value === record.value ? record : { ...record, valueSchema: value.schema, value }
    },
    close() {},
  }
}

/** The struct itself where it has no vectors. */
function withoutVectors(struct: Struct, built: WeakMap<ConnectSchema, ConnectSchema>): Struct {
  const schema = schemaWithoutVectors(struct.schema, built)
  if (schema === struct.schema) return struct
  const values = (struct.schema.fields ?? []).map((entry, index) => {
    const value = struct.values[index] ?? null
    const numberText = NUMBER_TEXT[entry.schema.name ?? '']
    if (numberText !== undefined && value !== null) {
      return `{ "values": [${Array.from(value as ArrayLike<number>, numberText).join(', ')}] }`
    }
    return isStruct(value) ? withoutVectors(value, built) : value
  })
  return { schema, values }
}

function schemaWithoutVectors(schema: ConnectSchema, built: WeakMap<ConnectSchema, ConnectSchema>): ConnectSchema {
  const known = built.get(schema)
  if (known !== undefined) return known
  const before = schema.fields ?? []
  const after = before.map((entry) => {
    if (NUMBER_TEXT[entry.schema.name ?? ''] !== undefined) {
      return field(entry.name, primitive('string', { name: JSON_NAME, version: 1, optional: entry.schema.optional }))
    }
    const inner = entry.schema.kind === 'struct' ? schemaWithoutVectors(entry.schema, built) : entry.schema
    return inner === entry.schema ? entry : field(entry.name, inner)
  })
  const isSame = after.every((entry, index) => entry === before[index])
  const made = isSame ? schema : structOf(after, { ...schemaBasics(schema), optional: schema.optional })
  built.set(schema, made)
  return made
}
