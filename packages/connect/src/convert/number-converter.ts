// Kafka's converters of single numbers and booleans: big-endian bytes of one fixed width.
import { CdcError } from '../base/errors.ts'
import type { RecordHeader } from '../data/record.ts'
import type { ConnectSchema } from '../data/schema.ts'
import { primitive } from '../data/schema-builder.ts'
import type { Converter, HeaderConverter } from './converter.ts'

/** How one kind of value is stored. */
interface Width {
  readonly bytes: number
  readonly write: (out: Buffer, value: never) => void
  readonly read: (bytes: Buffer) => unknown
  readonly accepts: 'number' | 'bigint' | 'boolean'
}

const WIDTHS = {
  boolean: {
    bytes: 1,
    accepts: 'boolean',
    write: (out, value: boolean) => void out.writeUInt8(value ? 1 : 0),
    read: (bytes) => bytes[0] !== 0,
  },
  int16: {
    bytes: 2,
    accepts: 'number',
    write: (out, value: number) => void out.writeInt16BE(value),
    read: (bytes) => bytes.readInt16BE(),
  },
  int32: {
    bytes: 4,
    accepts: 'number',
    write: (out, value: number) => void out.writeInt32BE(value),
    read: (bytes) => bytes.readInt32BE(),
  },
  int64: {
    bytes: 8,
    accepts: 'bigint',
    write: (out, value: bigint) => void out.writeBigInt64BE(value),
    read: (bytes) => bytes.readBigInt64BE(),
  },
  float32: {
    bytes: 4,
    accepts: 'number',
    write: (out, value: number) => void out.writeFloatBE(value),
    read: (bytes) => bytes.readFloatBE(),
  },
  float64: {
    bytes: 8,
    accepts: 'number',
    write: (out, value: number) => void out.writeDoubleBE(value),
    read: (bytes) => bytes.readDoubleBE(),
  },
} as const satisfies Record<string, Width>

/** Kinds that have such a converter. */
export type FixedKind = keyof typeof WIDTHS

/** A converter of one kind: BooleanConverter, ShortConverter, IntegerConverter, LongConverter, FloatConverter, DoubleConverter. */
export class NumberConverter implements Converter, HeaderConverter {
  readonly #kind: FixedKind
  readonly #schema: ConnectSchema

  constructor(kind: FixedKind) {
    this.#kind = kind
    this.#schema = primitive(kind, { optional: true })
  }

  fromConnect(_topic: string, schema: ConnectSchema | null, value: unknown): Uint8Array | null {
    const kind = this.#kind
    if (schema !== null && kind === 'boolean' && schema.kind !== 'boolean') {
      throw new CdcError('CDC_ENCODE_FAILED', `Invalid schema type for BooleanConverter: ${schema.kind.toUpperCase()}`)
    }
    if (value === null || value === undefined) return null
    const width: Width = WIDTHS[kind]
    const isFit = typeof value === width.accepts && (schema === null || schema.kind === kind)
    if (!isFit) {
      throw new CdcError('CDC_ENCODE_FAILED', `Failed to serialize to ${kind} (was ${schema?.kind ?? typeof value})`)
    }
    const out = Buffer.alloc(width.bytes)
    width.write(out, value as never)
    return out
  }

  fromConnectHeader(topic: string, header: RecordHeader): Uint8Array | null {
    return this.fromConnect(topic, header.schema, header.value)
  }

  toConnect(_topic: string, bytes: Uint8Array | null): { schema: ConnectSchema | null; value: unknown } {
    if (bytes === null) return { schema: this.#schema, value: null }
    const width: Width = WIDTHS[this.#kind]
    if (bytes.length !== width.bytes) {
      throw new CdcError('CDC_ENCODE_FAILED', `Failed to deserialize ${this.#kind}: ${bytes.length} bytes`)
    }
    return { schema: this.#schema, value: width.read(Buffer.from(bytes)) }
  }

  changeWriter(): null {
    return null
  }
}
