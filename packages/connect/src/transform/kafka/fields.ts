// Kafka's transforms that pick, add, rename or mask fields: ExtractField, HoistField, ValueToKey, ReplaceField, InsertField, HeaderFrom,
// MaskField.
import { CdcError } from '../../base/errors.ts'
import type { ConnectRecord, RecordHeader, Struct } from '../../data/record.ts'
import type { ConnectField, ConnectSchema } from '../../data/schema.ts'
import { field, LOGICAL, primitive, STRING, structOf } from '../../data/schema-builder.ts'
import { isStruct } from '../../data/struct.ts'
import {
  fieldSchema,
  readField,
  rebuilt,
  requireStruct,
  SchemaMemory,
  type Side,
  type StageOptions,
  sideSchema,
  sideValue,
  transformFailure,
  withSide,
} from '../record-side.ts'
import type { Transform } from '../transform.ts'

const REPLACES = 'replace.null.with.default'

/** ExtractField: the side becomes one of its fields. */
export function extractField(options: StageOptions, side: Side): Transform {
  const name = options.required('field')
  const replaces = options.boolean(REPLACES, true)
  return {
    apply(record) {
      const schema = sideSchema(record, side)
      const value = sideValue(record, side)
      if (schema === null) return withSide(record, side, null, value instanceof Map ? (value.get(name) ?? null) : null)
      const found = fieldSchema(schema, name)
      if (found === undefined) throw transformFailure(`Unknown field: ${name}`, 'java.lang.IllegalArgumentException')
      return withSide(record, side, found, isStruct(value) ? readField(value, name, replaces) : null)
    },
    close() {},
  }
}

/** HoistField: the side becomes a struct with one field that holds it. */
export function hoistField(options: StageOptions, side: Side): Transform {
  const name = options.required('field')
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const schema = sideSchema(record, side)
      const value = sideValue(record, side)
      if (schema === null) return withSide(record, side, null, new Map([[name, value]]))
      const hoisted = memory.of(schema, (inner) => structOf([field(name, inner)]))
      return withSide(record, side, hoisted, { schema: hoisted, values: [value] })
    },
    close() {},
  }
}

/** ValueToKey: the key becomes a struct of fields of the value. */
export function valueToKey(options: StageOptions): Transform {
  const names = options.requiredList('fields')
  const replaces = options.boolean(REPLACES, true)
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const value = requireStruct(record.value, 'copying fields from value to key')
      const schema = memory.of(value.schema, (from) =>
        structOf(
          names.map((name) => {
            const found = fieldSchema(from, name)
            if (found === undefined) throw transformFailure(`Field does not exist: ${name}`)
            return field(name, found)
          }),
        ),
      )
      const values = names.map((name) => readField(value, name, replaces))
      return { ...record, keySchema: schema, key: { schema, values } }
    },
    close() {},
  }
}

/** ReplaceField: keeps, drops and renames fields. */
export function replaceField(options: StageOptions, side: Side): Transform {
  const exclude = new Set(options.list('exclude'))
  const include = new Set(options.list('include'))
  const renames = new Map(options.list('renames').map((pair) => pair.split(':', 2) as [string, string]))
  const replaces = options.boolean(REPLACES, true)
  const keeps = (name: string) => !exclude.has(name) && (include.size === 0 || include.has(name))
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const value = sideValue(record, side)
      if (value === null) return record
      const struct = requireStruct(value, 'field replacement')
      return withSide(record, side, ...keepFields(struct, keeps, renames, replaces, memory))
    },
    close() {},
  }
}

/** A struct without some fields, others renamed. */
export function keepFields(
  struct: Struct,
  keeps: (name: string) => boolean,
  renames: ReadonlyMap<string, string>,
  replaces: boolean,
  memory: SchemaMemory,
): [ConnectSchema, Struct] {
  const kept = (struct.schema.fields ?? []).filter((entry) => keeps(entry.name))
  const schema = memory.of(struct.schema, (from) =>
    rebuilt(
      from,
      kept.map((entry) => field(renames.get(entry.name) ?? entry.name, entry.schema)),
    ),
  )
  return [schema, { schema, values: kept.map((entry) => readField(struct, entry.name, replaces)) }]
}

/** InsertField: adds topic, partition, timestamp and a constant to the side. */
export function insertField(options: StageOptions, side: Side): Transform {
  const topic = insertion(options.optional('topic.field'))
  const partition = insertion(options.optional('partition.field'))
  const timestamp = insertion(options.optional('timestamp.field'))
  const fixed = insertion(options.optional('static.field'))
  const fixedValue = options.optional('static.value')
  const replaces = options.boolean(REPLACES, true)
  const hasOffset = options.optional('offset.field') !== null
  const memory = new SchemaMemory()
  const stamp = primitive('int64', { name: LOGICAL.timestamp, version: 1 })
  const added = (record: ConnectRecord): [ConnectField, unknown][] => [
    ...(topic === null
      ? []
      : [[field(topic.name, optionally(STRING, topic)), record.topic] as [ConnectField, unknown]]),
    ...(partition === null
      ? []
      : [
          [field(partition.name, optionally(primitive('int32'), partition)), record.topicPartition] as [
            ConnectField,
            unknown,
          ],
        ]),
    ...(timestamp === null
      ? []
      : [[field(timestamp.name, optionally(stamp, timestamp)), bigTimestamp(record)] as [ConnectField, unknown]]),
    ...(fixed === null ? [] : [[field(fixed.name, optionally(STRING, fixed)), fixedValue] as [ConnectField, unknown]]),
  ]
  return {
    apply(record) {
      if (sideValue(record, side) === null) return record
      if (hasOffset) throw transformFailure('Only SinkRecord supported for [field insertion], found: SourceRecord')
      const struct = requireStruct(sideValue(record, side), 'field insertion')
      const more = added(record)
      const fields = struct.schema.fields ?? []
      const schema = memory.of(struct.schema, (from) => rebuilt(from, [...fields, ...more.map(([entry]) => entry)]))
      const values = [
        ...fields.map((entry) => readField(struct, entry.name, replaces)),
        ...more.map(([, value]) => value),
      ]
      return withSide(record, side, schema, { schema, values })
    },
    close() {},
  }
}

interface Insertion {
  readonly name: string
  readonly isOptional: boolean
}

function insertion(spec: string | null): Insertion | null {
  if (spec === null) return null
  if (spec.endsWith('!')) return { name: spec.slice(0, -1), isOptional: false }
  return { name: spec.endsWith('?') ? spec.slice(0, -1) : spec, isOptional: true }
}

function optionally(schema: ConnectSchema, { isOptional }: Insertion): ConnectSchema {
  return isOptional ? { ...schema, optional: true } : schema
}

function bigTimestamp({ timestampMs }: ConnectRecord): bigint | null {
  return timestampMs === null ? null : BigInt(timestampMs)
}

/** HeaderFrom: copies or moves fields into headers. */
export function headerFrom(options: StageOptions, side: Side): Transform {
  const names = options.requiredList('fields')
  const headerNames = options.requiredList('headers')
  const isMove = options.choice('operation', ['move', 'copy']) === 'move'
  const replaces = options.boolean(REPLACES, true)
  if (names.length !== headerNames.length) {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      "'fields' config must have the same number of elements as 'headers' config.",
    )
  }
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const struct = requireStruct(sideValue(record, side), `header ${isMove ? 'move' : 'copy'}`)
      const headers: RecordHeader[] = [...record.headers]
      for (const [index, name] of names.entries()) {
        const schema = fieldSchema(struct.schema, name)
        if (schema === undefined) throw transformFailure(`Unknown field: ${name}`, 'java.lang.NullPointerException')
        headers.push({ key: headerNames[index] as string, schema, value: readField(struct, name, replaces) })
      }
      if (!isMove) return { ...record, headers }
      const [schema, value] = keepFields(struct, (name) => !names.includes(name), new Map(), replaces, memory)
      return { ...withSide(record, side, schema, value), headers }
    },
    close() {},
  }
}

/** MaskField: values become empty, or a replacement text or number. */
export function maskField(options: StageOptions, side: Side): Transform {
  const names = new Set(options.requiredList('fields'))
  const replacement = options.optional('replacement')
  const replaces = options.boolean(REPLACES, true)
  return {
    apply(record) {
      const struct = requireStruct(sideValue(record, side), 'mask fields')
      const values = (struct.schema.fields ?? []).map((entry) => {
        const value = readField(struct, entry.name, replaces)
        if (!names.has(entry.name) || value === null) return value
        return replacement === null ? emptyOf(entry.schema) : replacedBy(replacement, entry.schema)
      })
      return withSide(record, side, struct.schema, { schema: struct.schema, values })
    },
    close() {},
  }
}

function emptyOf(schema: ConnectSchema): unknown {
  switch (schema.kind) {
    case 'boolean':
      return false
    case 'int64':
      return 0n
    case 'string':
      return ''
    case 'array':
      return []
    case 'map':
      return new Map()
    case 'bytes':
      return emptyDecimal(schema)
    case 'struct':
      throw transformFailure('Cannot mask value of type: class org.apache.kafka.connect.data.Struct')
    default:
      return 0
  }
}

function emptyDecimal(schema: ConnectSchema): Buffer {
  if (schema.name !== LOGICAL.decimal) {
    throw transformFailure('Cannot mask value of type: class java.nio.HeapByteBuffer')
  }
  const scale = Number(schema.parameters?.scale ?? 0)
  if (scale === 0) return Buffer.from([0])
  // Kafka's mask is a zero of scale 0, which its own converter refuses.
  throw transformFailure(
    `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}, value has scale 0.`,
  )
}

function replacedBy(replacement: string, schema: ConnectSchema): unknown {
  const number = Number(replacement)
  switch (schema.kind) {
    case 'string':
      return replacement
    case 'int64':
      if (/^-?\d+$/.test(replacement)) return BigInt(replacement)
      break
    case 'int8':
    case 'int16':
    case 'int32':
      if (Number.isInteger(number)) return number
      break
    case 'float32':
    case 'float64':
      if (!Number.isNaN(number)) return number
      break
    default:
      throw transformFailure(`Cannot mask value of schema type ${schema.kind.toUpperCase()} with custom replacement.`)
  }
  throw transformFailure(`Unable to convert ${replacement} (class java.lang.String) to number`)
}
