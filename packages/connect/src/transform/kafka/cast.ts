// Kafka's Cast: single fields, or a whole key or value, to another primitive type.
import { CdcError } from '../../base/errors.ts'
import { bigIntOfBytes } from '../../data/java-number.ts'
import { valuesText } from '../../data/java-text.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { field, LOGICAL, primitive } from '../../data/schema-builder.ts'
import {
  readField,
  rebuilt,
  requireStruct,
  SchemaMemory,
  type Side,
  type StageOptions,
  schemaBasics,
  sideSchema,
  sideValue,
  transformFailure,
  withSide,
} from '../record-side.ts'
import type { Transform } from '../transform.ts'

const TARGETS = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'] as const
type Target = (typeof TARGETS)[number]

/** Cast: `spec` is a list of `field:type`, or one type for the whole side. */
export function cast(options: StageOptions, side: Side): Transform {
  const { byField, whole } = parseSpec(options.requiredList('spec'))
  const replaces = options.boolean('replace.null.with.default', true)
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const value = sideValue(record, side)
      const schema = sideSchema(record, side)
      if (schema === null) return record
      if (whole !== null) {
        return withSide(
          record,
          side,
          memory.of(schema, (from) => castSchema(from, whole)),
          castValue(schema, value, whole),
        )
      }
      const updated = memory.of(schema, (from) => castFields(from, byField))
      // A null keeps its schema in step with the other records of the topic.
      if (value === null) return withSide(record, side, updated, null)
      const struct = requireStruct(value, 'cast types')
      const fields = struct.schema.fields ?? []
      const values = fields.map((entry) => {
        const target = byField.get(entry.name)
        const original = readField(struct, entry.name, replaces)
        return target === undefined ? original : castValue(entry.schema, original, target)
      })
      return withSide(record, side, updated, { schema: updated, values })
    },
    close() {},
  }
}

function castFields(schema: ConnectSchema, byField: ReadonlyMap<string, Target>): ConnectSchema {
  const fields = (schema.fields ?? []).map((entry) => {
    const target = byField.get(entry.name)
    return target === undefined ? entry : field(entry.name, castSchema(entry.schema, target))
  })
  return rebuilt(schema, fields, true)
}

function parseSpec(items: readonly string[]): { byField: ReadonlyMap<string, Target>; whole: Target | null } {
  const byField = new Map<string, Target>()
  let whole: Target | null = null
  for (const item of items) {
    const [name = '', type] = item.split(':', 2).map((part) => part.trim())
    const target = TARGETS.find((entry) => entry === (type ?? name).toLowerCase())
    if (target === undefined) {
      throw new CdcError(
        'CDC_CONFIG_INVALID',
        `Invalid value ${item} for configuration spec: Invalid type found in casting spec`,
      )
    }
    if (type === undefined) whole = target
    else byField.set(name, target)
  }
  if (whole !== null && byField.size > 0) {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      'Cast transformations that specify a type to cast the entire value to may ony specify a single cast in their spec',
    )
  }
  return { byField, whole }
}

/** The new type keeps whether it is optional, and the default, cast; a whole value also keeps its name. */
function castSchema(schema: ConnectSchema, target: Target): ConnectSchema {
  const { default: fallback } = schema
  return primitive(target, {
    ...(schema.kind === target ? schemaBasics(schema) : {}),
    optional: schema.optional,
    ...(fallback === undefined || fallback === null ? {} : { default: castValue(schema, fallback, target) }),
  })
}

function castValue(schema: ConnectSchema, value: unknown, target: Target): unknown {
  if (value === null || value === undefined) return null
  try {
    switch (target) {
      case 'string':
        return typeof value === 'string' ? value : valuesText(schema, value)
      case 'boolean':
        return typeof value === 'string' ? value.toLowerCase() === 'true' : toNumber(schema, value) !== 0
      case 'float32':
        return Math.fround(toNumber(schema, value))
      case 'float64':
        return toNumber(schema, value)
      case 'int64':
        return BigInt.asIntN(64, toInteger(schema, value))
      default:
        return Number(BigInt.asIntN(BITS[target], toInteger(schema, value)))
    }
  } catch (cause) {
    throw CdcError.is(cause)
      ? cause
      : transformFailure(`Value of schema type ${schema.kind.toUpperCase()} cannot be cast to ${target}`)
  }
}

const BITS = { int8: 8, int16: 16, int32: 32 } as const

function toNumber(schema: ConnectSchema, value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (schema.name === LOGICAL.decimal && value instanceof Uint8Array) {
    return Number(valuesText(schema, value))
  }
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
  if (Number.isNaN(number)) throw transformFailure(`Value of schema type ${schema.kind.toUpperCase()} is no number`)
  return number
}

function toInteger(schema: ConnectSchema, value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (schema.name === LOGICAL.decimal && value instanceof Uint8Array) {
    return bigIntOfBytes(value) / 10n ** BigInt(schema.parameters?.scale ?? 0)
  }
  if (typeof value === 'string') return BigInt(value.trim())
  return BigInt(Math.trunc(toNumber(schema, value)))
}
