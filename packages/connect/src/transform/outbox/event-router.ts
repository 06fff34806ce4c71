// Debezium's outbox event router: rows of an outbox table become events on topics named by one of their columns.
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { expandReplacement } from '../../config/java-regex.ts'
import { readJsonText } from '../../data/json-text.ts'
import type { ConnectRecord, RecordHeader, Struct } from '../../data/record.ts'
import type { ConnectField, ConnectSchema } from '../../data/schema.ts'
import { field, fieldIndex, schemaEquals, structOf } from '../../data/schema-builder.ts'
import { getField, isStruct, rawField } from '../../data/struct.ts'
import { isEnvelope, operationOf } from '../envelope.ts'
import type { Transform } from '../transform.ts'
import { expandValue, inferSchema } from './json-expansion.ts'
import { type RouterOptions, routerOptions } from './router-options.ts'

const CONNECT_EXCEPTION = 'org.apache.kafka.connect.errors.ConnectException'

/** io.debezium.transforms.outbox.EventRouter. Throws CDC_TRANSFORM_FAILED for rows that it cannot route. */
export class EventRouter implements Transform {
  readonly #options: RouterOptions
  readonly #log: Logger
  readonly #hasEnvelope: boolean
  /** Value schemas as Debezium keeps them: by version column if there is one, else by payload schema. */
  readonly #byVersion = new Map<number | null, ConnectSchema>()
  readonly #byPayload: { readonly payload: ConnectSchema; readonly value: ConnectSchema }[] = []

  /** Throws CDC_CONFIG_INVALID for options that are not allowed. */
  constructor(config: Readonly<Record<string, string>>, log: Logger) {
    this.#options = routerOptions(config)
    this.#log = log
    this.#hasEnvelope = this.#options.placements.some(({ place }) => place === 'envelope')
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    if (record.value === null) return null
    if (!isEnvelope(record)) return record
    const operation = operationOf(record.value)
    if (operation === 'd') return null
    if (operation === 'u') return this.#refuseUpdate(record)
    const row = rawField(record.value, 'after')
    if (!isStruct(row)) {
      throw failure('Only Struct objects supported for [Read Outbox Event], found: null', {
        javaClass: 'org.apache.kafka.connect.errors.DataException',
      })
    }
    return this.#route(record, record.value, row)
  }

  close(): void {}

  #refuseUpdate(record: ConnectRecord): null {
    const { onInvalidOperation } = this.#options
    if (onInvalidOperation === 'fatal') {
      throw failure('Unexpected update message received, fail.', { javaClass: 'java.lang.IllegalStateException' })
    }
    this.#log[onInvalidOperation]({ topic: record.topic }, 'Unexpected update of an outbox row ignored')
    return null
  }

  #route(record: ConnectRecord, envelope: Struct, row: Struct): ConnectRecord {
    const options = this.#options
    const payloadSchema = schemaOf(row, options.payloadField, 'payload')
    const timestampMs = this.#timestampMs(envelope, row)
    const headers: RecordHeader[] = [
      ...record.headers,
      { key: 'id', schema: schemaOf(row, options.idField, 'event-id'), value: getField(row, options.idField) },
    ]
    const routed = textField(row, options.routeField)
    const payload = this.#payload(getField(row, options.payloadField), payloadSchema)
    const keySchema = row.schema.fields?.[fieldIndex(row.schema, options.keyField)]?.schema
    if (keySchema === undefined) throw notAField(options.keyField)
    const placed = this.#place(row, headers)
    let { schema: valueSchema, value }: { schema: ConnectSchema | null; value: unknown } = payload
    if (this.#hasEnvelope) {
      valueSchema = this.#valueSchema(payload.schema, row, routed)
      value = { schema: valueSchema, values: [payload.value, ...placed.values] }
    }
    if (options.tombstoneOnEmptyPayload && isBlank(payload.value)) {
      valueSchema = null
      value = null
    }
    return {
      topic: this.#topic(routed),
      topicPartition: placed.partition,
      keySchema,
      key: getField(row, options.keyField),
      valueSchema,
      value,
      headers,
      timestampMs,
    }
  }

  #payload(value: unknown, schema: ConnectSchema): { schema: ConnectSchema; value: unknown } {
    const options = this.#options
    if (!options.expandsJson) return { schema, value }
    if (typeof value !== 'string') {
      this.#log.warn('Expand JSON payload is turned on but the payload is not a string')
      return { schema, value }
    }
    let inferred = schema
    try {
      if (!value.startsWith('{') && !value.startsWith('['))
        throw new CdcError('CDC_DATA_INVALID', 'Not an object or array')
      const tree = readJsonText(value)
      const flags = { keepsNulls: options.keepsJsonNulls, keepsEmptyArrays: options.keepsJsonEmptyArrays }
      inferred = inferSchema(options.payloadField, tree, flags) ?? schema
      // A top-level array has a schema but no struct: Debezium goes on with that schema and the text, and the converter refuses it.
      if (inferred.kind !== 'struct') throw new CdcError('CDC_DATA_INVALID', 'Not an object')
      return { schema: inferred, value: expandValue(tree, inferred) }
    } catch (thrown) {
      this.#log.warn({ reason: CdcError.from(thrown).message }, 'JSON expansion failed')
      return { schema: inferred, value }
    }
  }

  #place(row: Struct, headers: RecordHeader[]): { partition: number | null; values: unknown[] } {
    let partition: number | null = null
    const values: unknown[] = []
    for (const { field: name, place, alias } of this.#options.placements) {
      const value = getField(row, name)
      if (value === undefined) {
        if (this.#options.failsOnMissing) throw notAField(name)
        if (place === 'envelope') values.push(null)
        continue
      }
      const schema = row.schema.fields?.[fieldIndex(row.schema, name)]?.schema as ConnectSchema
      if (place === 'header') headers.push({ key: alias, schema, value })
      else if (place === 'envelope') values.push(value)
      else if (schema.kind === 'int32') partition = value as number | null
      else throw wrongType(name, 'INT32')
    }
    return { partition, values }
  }

  #valueSchema(payload: ConnectSchema, row: Struct, routed: string): ConnectSchema {
    const { versionField } = this.#options
    if (versionField !== null) {
      const version = intField(row, versionField)
      let schema = this.#byVersion.get(version)
      if (schema === undefined) {
        schema = this.#buildSchema(payload, row, routed, version)
        this.#byVersion.set(version, schema)
      }
      return schema
    }
    const known = this.#byPayload.find((entry) => entry.payload === payload || schemaEquals(entry.payload, payload))
    if (known !== undefined) return known.value
    const value = this.#buildSchema(payload, row, routed, null)
    if (this.#byPayload.length >= 10_000) this.#byPayload.shift()
    this.#byPayload.push({ payload, value })
    return value
  }

  #buildSchema(payload: ConnectSchema, row: Struct, routed: string, version: number | null): ConnectSchema {
    const fields: ConnectField[] = [field('payload', payload)]
    for (const { field: name, place, alias } of this.#options.placements) {
      if (place !== 'envelope') continue
      const schema = row.schema.fields?.[fieldIndex(row.schema, name)]?.schema
      if (schema === undefined) throw notAField(name)
      fields.push(field(alias, schema))
    }
    const name = schemaName(row.schema.name, routed)
    return structOf(fields, version === null ? { name } : { name, version })
  }

  #timestampMs(envelope: Struct, row: Struct): number | null {
    const { timestampField } = this.#options
    const processedMs = rawField(envelope, 'ts_ms')
    const fallback = processedMs === null ? null : Number(processedMs)
    if (timestampField === null) return fallback
    const schema = schemaOf(row, timestampField, 'timestamp')
    const value = getField(row, timestampField)
    if (schema.kind !== 'int64') throw wrongType(timestampField, 'INT64')
    if (value === null) return fallback
    const divisor = TIMESTAMP_DIVISORS[schema.name ?? '']
    if (divisor !== undefined) return Number((value as bigint) / divisor)
    const type = schema.name ?? 'INT64 (without logical schema name)'
    throw failure(`Unsupported field type ${type} for event timestamp`)
  }

  #topic(routed: string): string {
    const { topicRegex, topicReplacement } = this.#options
    const match = topicRegex.exec(routed)
    if (match === null) return routed
    try {
      return expandReplacement(topicReplacement, match)
    } catch (cause) {
      throw failure(CdcError.from(cause).message, { javaClass: 'java.lang.IllegalArgumentException' })
    }
  }
}

const TIMESTAMP_DIVISORS: Readonly<Record<string, bigint>> = {
  'io.debezium.time.Timestamp': 1n,
  'io.debezium.time.MicroTimestamp': 1_000n,
  'io.debezium.time.NanoTimestamp': 1_000_000n,
}

function schemaName(rowName: string | undefined, routed: string): string {
  if (rowName === undefined) return routed
  const dot = rowName.lastIndexOf('.')
  return `${rowName.slice(0, dot + 1)}${routed}.${rowName.slice(dot + 1)}`
}

/** Java's `toString().trim().isEmpty()`: bytes are never blank there, and only characters up to the space are trimmed. */
function isBlank(value: unknown): boolean {
  if (typeof value !== 'string') return value === null
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0x20) return false
  return true
}

function schemaOf(row: Struct, name: string, role: string): ConnectSchema {
  const schema = row.schema.fields?.[fieldIndex(row.schema, name)]?.schema
  if (schema === undefined) throw failure(`Unable to find ${role} field ${name} in event`)
  return schema
}

function textField(row: Struct, name: string): string {
  const value = getField(row, name)
  if (value === undefined) throw notAField(name)
  const schema = row.schema.fields?.[fieldIndex(row.schema, name)]?.schema
  if (schema?.kind !== 'string') throw wrongType(name, 'STRING')
  if (typeof value !== 'string') throw failure(`Field ${name}, which names the topic, is null`)
  return value
}

function intField(row: Struct, name: string): number | null {
  const value = getField(row, name)
  if (value === undefined) throw notAField(name)
  const schema = row.schema.fields?.[fieldIndex(row.schema, name)]?.schema
  if (schema?.kind !== 'int32') throw wrongType(name, 'INT32')
  return value as number | null
}

function notAField(name: string): CdcError {
  return failure(`${name} is not a valid field name`, { javaClass: 'org.apache.kafka.connect.errors.DataException' })
}

function wrongType(name: string, type: string): CdcError {
  return failure(`Field '${name}' is not of type ${type}`, {
    javaClass: 'org.apache.kafka.connect.errors.DataException',
  })
}

function failure(message: string, options: { readonly javaClass?: string } = {}): CdcError {
  return new CdcError('CDC_TRANSFORM_FAILED', message, { javaClass: options.javaClass ?? CONNECT_EXCEPTION })
}
