// Converters that pass bytes through: Kafka's ByteArrayConverter, and Debezium's two with a delegate for everything else.
import { CdcError } from '../base/errors.ts'
import type { ChangeShape } from '../data/change-row.ts'
import type { RecordHeader } from '../data/record.ts'
import type { ConnectSchema } from '../data/schema.ts'
import { OPTIONAL_BYTES } from '../data/schema-builder.ts'
import type { ChangeWriter, Converter, HeaderConverter } from './converter.ts'

/** Kafka's ByteArrayConverter: anything but bytes is an error. */
export class ByteArrayConverter implements Converter, HeaderConverter {
  fromConnect(_topic: string, schema: ConnectSchema | null, value: unknown): Uint8Array | null {
    if (schema !== null && schema.kind !== 'bytes') {
      throw new CdcError('CDC_ENCODE_FAILED', `Invalid schema type for ByteArrayConverter: ${javaKind(schema)}`)
    }
    return passThrough('ByteArrayConverter', value)
  }

  fromConnectHeader(topic: string, header: RecordHeader): Uint8Array | null {
    return this.fromConnect(topic, header.schema, header.value)
  }

  toConnect(_topic: string, bytes: Uint8Array | null): { schema: ConnectSchema | null; value: unknown } {
    return { schema: OPTIONAL_BYTES, value: bytes }
  }

  changeWriter(): null {
    return null
  }
}

/** Debezium's BinaryDataConverter and its own ByteArrayConverter: bytes as they are, other schemas by the delegate. */
export class BinaryDataConverter implements Converter, HeaderConverter {
  readonly #name: string
  readonly #delegate: Converter | null

  constructor(options: { readonly name?: string; readonly delegate: Converter | null }) {
    this.#name = options.name ?? 'BinaryDataConverter'
    this.#delegate = options.delegate
  }

  fromConnect(topic: string, schema: ConnectSchema | null, value: unknown): Uint8Array | null {
    if (schema !== null && schema.kind !== 'bytes') {
      if (this.#delegate !== null) return this.#delegate.fromConnect(topic, schema, value)
      throw new CdcError(
        'CDC_ENCODE_FAILED',
        `A value of schema type ${javaKind(schema)} is not bytes, and ${this.#name} has no delegate converter`,
        {
          hint: 'Set <key or value>.converter.delegate.converter.type, for example to org.apache.kafka.connect.json.JsonConverter.',
        },
      )
    }
    return passThrough(this.#name, value)
  }

  fromConnectHeader(topic: string, header: RecordHeader): Uint8Array | null {
    return this.fromConnect(topic, header.schema, header.value)
  }

  toConnect(_topic: string, bytes: Uint8Array | null): { schema: ConnectSchema | null; value: unknown } {
    return { schema: OPTIONAL_BYTES, value: bytes }
  }

  changeWriter(shape: ChangeShape): ChangeWriter | null {
    // Keys and envelopes are structs, so every part of a change goes to the delegate.
    return this.#delegate?.changeWriter(shape) ?? null
  }
}

function passThrough(converter: string, value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return value
  throw new CdcError('CDC_ENCODE_FAILED', `${converter} is not compatible with objects of type ${typeof value}`)
}

function javaKind(schema: ConnectSchema): string {
  return schema.kind.toUpperCase()
}
