import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KafkaError } from '../error.ts'
import { APIS } from './apis.ts'
import type { AnyField, Fields } from './field.ts'
import {
  readRequestHeader,
  readResponseHeader,
  skipHeaderTags,
  writeRequestHeader,
  writeResponseHeader,
} from './header.ts'
import type { Message } from './message.ts'
import { ProtocolReader } from './reader.ts'
import { ProtocolWriter } from './writer.ts'

type AnyMessage = Message<unknown, unknown>

/** Any value that the fields can carry at the version; fields the version lacks have their default. */
function messageValue(fields: Fields, version: number): fc.Arbitrary<Record<string, unknown>> {
  const parts: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [name, field] of Object.entries(fields)) {
    const isPresent = version >= field.since && version <= field.until
    parts[name] = isPresent ? fieldValue(field, version) : fc.constant(field.fallback())
  }
  return fc.record(parts)
}

function fieldValue(field: AnyField, version: number): fc.Arbitrary<unknown> {
  const { shape } = field
  const orNull = <T>(value: fc.Arbitrary<T>, isNullable: boolean) =>
    isNullable ? fc.option(value, { nil: null }) : value
  switch (shape.kind) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -128, max: 127 })
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff })
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'int32':
      return fc.integer()
    case 'int64':
      return fc.maxSafeInteger()
    case 'float64':
      return fc.double({ noNaN: true })
    case 'uuid':
      return fc.uuid()
    case 'string':
      return orNull(fc.string({ unit: 'grapheme', maxLength: 40 }), shape.isNullable)
    case 'bytes':
    case 'records':
      return orNull(
        fc.uint8Array({ maxLength: 9000, size: 'xlarge' }).map((bytes) => Buffer.from(bytes)),
        shape.isNullable,
      )
    case 'array':
      return orNull(fc.array(fieldValue(shape.element, version), { maxLength: 4 }), shape.isNullable)
    case 'structure':
      return orNull(messageValue(shape.fields, version), shape.isNullable)
  }
}

const directions = APIS.flatMap((api) =>
  Array.from({ length: api.max - api.min + 1 }, (_, index) => api.min + index).flatMap((version) => [
    { name: `${api.name} request ${version}`, message: api.request as AnyMessage, version },
    { name: `${api.name} response ${version}`, message: api.response as AnyMessage, version },
  ]),
)

function encode(message: AnyMessage, value: unknown, version: number): Buffer {
  const writer = new ProtocolWriter()
  message.write(writer, value, version)
  return writer.toBuffer()
}

describe('every message of every version', () => {
  it.each(directions)('$name reads what it wrote, to the last byte', ({ message, version }) => {
    fc.assert(
      fc.property(messageValue(message.fields, version), (value) => {
        const reader = new ProtocolReader(encode(message, value, version))
        expect(message.read(reader, version)).toEqual(value)
        reader.finish()
      }),
      { numRuns: 15 },
    )
  })

  it.each(directions)('$name ends damaged bytes in a named error', ({ message, version }) => {
    const damage = fc.record({
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(messageValue(message.fields, version), damage, (value, { cut, flips }) => {
        const whole = encode(message, value, version)
        const bytes = Buffer.from(whole.subarray(0, Math.ceil(whole.length * cut)))
        for (const [at, byte] of flips) if (bytes.length > 0) bytes[at % bytes.length] = byte
        try {
          message.read(new ProtocolReader(bytes), version)
        } catch (error) {
          expect(error).toBeInstanceOf(KafkaError)
          expect((error as KafkaError).code).toBe('MALFORMED_FRAME')
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('limits', () => {
  it('refuses an array that claims more elements than bytes before it allocates', () => {
    const bytes = Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0])
    expect(() => new ProtocolReader(bytes).arrayLength(false)).toThrow(/claims 2147483647 elements/)
  })

  it('counts the elements of a frame', () => {
    const bytes = Buffer.alloc(3_000_000)
    bytes.writeInt32BE(2_500_000)
    expect(() => new ProtocolReader(bytes).arrayLength(false)).toThrow(/more than 2000000/)
  })

  it('refuses versions out of range by name', () => {
    const [produce] = APIS
    expect(() => produce.request.read(new ProtocolReader(Buffer.alloc(0)), 99)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }),
    )
  })

  it('refuses values that do not fit their field', () => {
    const writer = new ProtocolWriter()
    expect(() => writer.int8(128)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
    expect(() => writer.nullableString('x'.repeat(40_000), false)).toThrow(/too long/)
  })

  it('reads the whole range of 64-bit integers, the far ends rounded', () => {
    for (const value of [0, -1, 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1]) {
      const writer = new ProtocolWriter()
      writer.int64(value)
      const bytes = writer.toBuffer()
      expect(bytes.readBigInt64BE()).toBe(BigInt(value))
      expect(new ProtocolReader(bytes).int64()).toBe(value)
    }
    expect(new ProtocolReader(Buffer.from('7fffffffffffffff', 'hex')).int64()).toBe(2 ** 63)
  })
})

describe('headers', () => {
  it.each(APIS.map((api) => ({ name: api.name, api })))('$name: request and response headers round trip', ({ api }) => {
    for (let version = api.min; version <= api.max; version++) {
      const writer = new ProtocolWriter()
      writeRequestHeader(writer, api, version, 7, 'me')
      const reader = new ProtocolReader(writer.toBuffer())
      expect(readRequestHeader(reader)).toEqual({
        apiKey: api.key,
        apiVersion: version,
        correlationId: 7,
        clientId: 'me',
      })
      skipHeaderTags(reader, api, version)
      reader.finish()
      const answer = new ProtocolWriter()
      writeResponseHeader(answer, api, version, 9)
      expect(answer.size).toBe(version >= api.flexible && api.name !== 'ApiVersions' ? 5 : 4)
      const back = new ProtocolReader(answer.toBuffer())
      expect(readResponseHeader(back, api, version)).toBe(9)
      back.finish()
    }
  })
})

describe('large byte fields', () => {
  it('travel by reference', () => {
    const writer = new ProtocolWriter()
    const large = Buffer.alloc(100_000, 1)
    writer.int32(1)
    writer.nullableBytes(large, false)
    writer.int32(2)
    expect(writer.size).toBe(100_012)
    const parts = writer.finish()
    expect(parts[1]).toBe(large)
    expect(Buffer.concat(parts).length).toBe(100_012)
  })
})
