// Kafka Connect's JsonConverter: bytes equal to the original's, by a general path over Connect data and a fast lane over raw rows.
import { CdcError } from '../../base/errors.ts'
import type { ChangeShape } from '../../data/change-row.ts'
import { GrowingBytes } from '../../data/growing-bytes.ts'
import type { RecordHeader } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import type { ChangeWriter, Converter, HeaderConverter } from '../converter.ts'
import { changePlan } from './change-plan.ts'
import { EnvelopeCache } from './envelope-cache.ts'
import { type Literal, literal, putLiteral } from './json-bytes.ts'
import { parseJson, readSchemaless, readValue } from './json-reader.ts'
import { NOT_PLAIN, readPayload } from './payload-reader.ts'
import { schemaJson, schemaOfJson } from './schema-json.ts'
import { type JsonValueOptions, JsonWriters, quoted } from './value-writer.ts'

/** Options of the converter, named after Connect's. */
export interface JsonConverterOptions extends JsonValueOptions {
  readonly schemasEnable: boolean
}

const NULL_ENVELOPE_HEAD = literal('{"schema":null,"payload":')
const CLOSE = literal('}')

/** JsonConverter as a converter of keys, values and headers. */
export class JsonConverter implements Converter, HeaderConverter {
  readonly #options: JsonConverterOptions
  readonly #writers: JsonWriters
  readonly #prefixes = new WeakMap<ConnectSchema, Literal>()
  readonly #sink = new GrowingBytes(4096)
  readonly #envelopes = new EnvelopeCache()

  constructor(options: Partial<JsonConverterOptions> = {}) {
    this.#options = { schemasEnable: true, decimalFormat: 'BASE64', replaceNullWithDefault: true, ...options }
    this.#writers = new JsonWriters(this.#options)
  }

  fromConnect(_topic: string, schema: ConnectSchema | null, value: unknown): Uint8Array | null {
    if (schema === null && (value === null || value === undefined)) return null
    const sink = this.#sink
    sink.pos = 0
    const { schemasEnable } = this.#options
    if (schemasEnable) putLiteral(sink, schema === null ? NULL_ENVELOPE_HEAD : this.#prefix(schema))
    this.#writers.of(schema)(value, sink)
    if (schemasEnable) putLiteral(sink, CLOSE)
    return sink.copy()
  }

  fromConnectHeader(topic: string, header: RecordHeader): Uint8Array | null {
    return this.fromConnect(topic, header.schema, header.value)
  }

  toConnect(_topic: string, bytes: Uint8Array | null): { schema: ConnectSchema | null; value: unknown } {
    if (bytes === null) return { schema: null, value: null }
    const known = this.#options.schemasEnable ? this.#envelopes.find(bytes) : null
    if (known !== null) {
      const plain = readPayload(known.schema, known.payload, this.#options)
      const value = plain === NOT_PLAIN ? readValue(known.schema, parseJson(known.payload), this.#options) : plain
      return { schema: known.schema, value }
    }
    const json = parseJson(bytes)
    if (!this.#options.schemasEnable) return { schema: null, value: readSchemaless(json) }
    if (!isEnvelope(json)) {
      throw new CdcError(
        'CDC_ENCODE_FAILED',
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields.' +
          ' If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.',
      )
    }
    const schema = schemaOfJson(json.schema, (part, value) => readValue(part, value, this.#options))
    if (schema === null) return { schema, value: readSchemaless(json.payload) }
    this.#envelopes.add(bytes, schema)
    return { schema, value: readValue(schema, json.payload, this.#options) }
  }

  changeWriter(shape: ChangeShape): ChangeWriter | null {
    const { schemasEnable, decimalFormat, replaceNullWithDefault } = this.#options
    return changePlan(shape, {
      writers: this.#writers,
      rewrites: (schema) => decimalFormat === 'NUMERIC' && schema.name === LOGICAL.decimal,
      replacesNulls: replaceNullWithDefault,
      prefix: (schema) => (schemasEnable ? this.#prefix(schema) : null),
    })
  }

  #prefix(schema: ConnectSchema): Literal {
    let prefix = this.#prefixes.get(schema)
    if (prefix === undefined) {
      prefix = literal(`{"schema":${schemaJson(schema, quoted, (part, value) => this.#text(part, value))},"payload":`)
      this.#prefixes.set(schema, prefix)
    }
    return prefix
  }

  #text(schema: ConnectSchema, value: unknown): string {
    const sink = new GrowingBytes(64)
    this.#writers.of(schema)(value, sink)
    return sink.bytes.toString('utf8', 0, sink.pos)
  }
}

function isEnvelope(json: unknown): json is { readonly schema: unknown; readonly payload: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  return Object.keys(json).length === 2 && 'schema' in json && 'payload' in json
}
