// Connect's StringConverter (Java's toString) and SimpleHeaderConverter (Connect's text form of values).
import { CdcError } from '../base/errors.ts'
import { javaToString, valuesText } from '../data/java-text.ts'
import type { RecordHeader } from '../data/record.ts'
import type { ConnectSchema } from '../data/schema.ts'
import { OPTIONAL_STRING } from '../data/schema-builder.ts'
import type { Converter, HeaderConverter } from './converter.ts'
import { parseTextValue, type SchemaAndValue } from './text-values.ts'

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'US-ASCII': 'latin1',
  'ISO-8859-1': 'latin1',
  'UTF-16LE': 'utf16le',
}

/** StringConverter for keys, values and headers. */
export class StringConverter implements Converter, HeaderConverter {
  readonly #encoding: BufferEncoding

  /** Throws CDC_UNSUPPORTED for an encoding that Node does not have. */
  constructor(options: { readonly encoding?: string } = {}) {
    const name = options.encoding ?? 'UTF-8'
    const encoding = ENCODINGS[name.toUpperCase()]
    if (encoding === undefined)
      throw new CdcError('CDC_UNSUPPORTED', `StringConverter: encoding ${name} is not supported`)
    this.#encoding = encoding
  }

  fromConnect(_topic: string, schema: ConnectSchema | null, value: unknown): Uint8Array | null {
    if (value === null || value === undefined) return null
    return Buffer.from(typeof value === 'string' ? value : javaToString(schema, value), this.#encoding)
  }

  fromConnectHeader(topic: string, header: RecordHeader): Uint8Array | null {
    return this.fromConnect(topic, header.schema, header.value)
  }

  toConnect(_topic: string, bytes: Uint8Array | null): { schema: ConnectSchema | null; value: unknown } {
    const value = bytes === null ? null : Buffer.from(bytes).toString(this.#encoding)
    return { schema: OPTIONAL_STRING, value }
  }

  changeWriter(): null {
    return null
  }
}

/** SimpleHeaderConverter: the worker's default for headers. */
export class SimpleHeaderConverter implements HeaderConverter {
  fromConnectHeader(_topic: string, header: RecordHeader): Uint8Array | null {
    const { value } = header
    if (value === null || value === undefined) return null
    return Buffer.from(valuesText(header.schema, value), 'utf8')
  }

  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null }
    return parseTextValue(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  }
}
