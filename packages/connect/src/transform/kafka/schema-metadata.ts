// Kafka's SetSchemaMetadata and TimestampConverter.
import { CdcError } from '../../base/errors.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { field, LOGICAL, primitive, withTraits } from '../../data/schema-builder.ts'
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
import { formatDate, parseDate } from './java-date-format.ts'

/** SetSchemaMetadata: another name and version for the side's schema. */
export function setSchemaMetadata(options: StageOptions, side: Side): Transform {
  const name = options.optional('schema.name')
  const versionText = options.optional('schema.version')
  const version = versionText === null ? null : options.integer('schema.version', 0)
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const schema = sideSchema(record, side)
      const value = sideValue(record, side)
      if (schema === null) {
        if (value === null) return record
        throw transformFailure('Schema required for [updating schema metadata]')
      }
      const updated = memory.of(schema, (from) =>
        withTraits(from, { ...(name === null ? {} : { name }), ...(version === null ? {} : { version }) }),
      )
      return withSide(record, side, updated, isStruct(value) ? { schema: updated, values: value.values } : value)
    },
    close() {},
  }
}

const TARGETS = ['string', 'unix', 'date', 'time', 'timestamp'] as const
type Target = (typeof TARGETS)[number]
const PRECISION = { seconds: 1000, milliseconds: 1, microseconds: 0.001, nanoseconds: 0.000001 } as const

/** TimestampConverter: one field, or the whole side, between texts, epoch numbers and Connect's date types. */
export function timestampConverter(options: StageOptions, side: Side): Transform {
  const name = options.optional('field')
  const target = options.choice('target.type', TARGETS)
  const format = options.text('format')
  const precision = options.choice(
    'unix.precision',
    ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'],
    'milliseconds',
  )
  const replaces = options.boolean('replace.null.with.default', true)
  if (target === 'string' && format === '') {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      'TimestampConverter requires format option to be specified when using string timestamps',
    )
  }
  const memory = new SchemaMemory()
  const convert = (schema: ConnectSchema, value: unknown) =>
    value === null ? null : fromMillis(target, toMillis(schema, value, format, precision), format, precision)
  return {
    apply(record) {
      const schema = sideSchema(record, side)
      const value = sideValue(record, side)
      if (schema === null) return record
      if (name === null) return withSide(record, side, targetSchema(target, schema.optional), convert(schema, value))
      if (fieldSchema(schema, name) === undefined) return record
      const updated = memory.of(schema, (from) => convertedField(from, name, target))
      // A null keeps its schema in step with the other records of the topic.
      if (value === null) return withSide(record, side, updated, null)
      const struct = requireStruct(value, 'converting timestamp formats')
      const fields = struct.schema.fields ?? []
      const values = fields.map((entry) => {
        const original = readField(struct, entry.name, replaces)
        return entry.name === name ? convert(entry.schema, original) : original
      })
      return withSide(record, side, updated, { schema: updated, values })
    },
    close() {},
  }
}

function convertedField(schema: ConnectSchema, name: string, target: Target): ConnectSchema {
  const fields = (schema.fields ?? []).map((entry) =>
    entry.name === name ? field(name, targetSchema(target, entry.schema.optional)) : entry,
  )
  return rebuilt(schema, fields, true)
}

function targetSchema(target: Target, optional: boolean): ConnectSchema {
  switch (target) {
    case 'string':
      return primitive('string', { optional })
    case 'unix':
      return primitive('int64', { optional })
    case 'timestamp':
      return primitive('int64', { optional, name: LOGICAL.timestamp, version: 1 })
    default:
      return primitive('int32', { optional, name: target === 'date' ? LOGICAL.date : LOGICAL.time, version: 1 })
  }
}

type Precision = keyof typeof PRECISION

function toMillis(schema: ConnectSchema, value: unknown, format: string, precision: Precision): number {
  if (schema.name === LOGICAL.date) return Number(value) * 86_400_000
  if (schema.name === LOGICAL.time || schema.name === LOGICAL.timestamp) return Number(value)
  if (schema.kind === 'int64') return Math.trunc(Number(value) * PRECISION[precision])
  if (schema.kind === 'string') {
    const millis = parseDate(format, String(value))
    if (millis !== null) return millis
    throw transformFailure(`Could not parse timestamp: value does not match pattern (${format})`)
  }
  throw transformFailure(
    `Schema Schema{${schema.kind.toUpperCase()}} does not correspond to a known timestamp type format`,
  )
}

function fromMillis(target: Target, millis: number, format: string, precision: Precision): unknown {
  switch (target) {
    case 'string':
      return formatDate(format, millis)
    case 'unix':
      return BigInt(Math.trunc(millis / PRECISION[precision]))
    case 'timestamp':
      return BigInt(millis)
    case 'date':
      return Math.floor(millis / 86_400_000)
    case 'time':
      return ((millis % 86_400_000) + 86_400_000) % 86_400_000
  }
}
