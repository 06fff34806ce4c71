import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KafkaError } from '../error.ts'
import { type BatchRecord, readBatches } from './batch-reader.ts'
import { BatchWriter } from './batch-writer.ts'
import { COMPRESSIONS, decompress } from './compression.ts'
import { crc32c, crc32cJs } from './crc32c.ts'
import { encodeHeaders, type RecordHeader } from './headers.ts'
import { murmur2, partitionForKey } from './partitioner.ts'
import { readVarint, readVarlong, varintSize, writeVarint } from './varint.ts'

interface Input {
  ts: number
  key: Uint8Array | null
  value: Uint8Array | null
  headers: RecordHeader[]
}

const bytesArb = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  // Around the sizes where a length takes one more byte.
  fc.constantFrom(62, 63, 64, 65, 8190, 8191, 8192, 20000).map((n) => new Uint8Array(n).fill(n & 255)),
)
const inputArb: fc.Arbitrary<Input> = fc.record({
  ts: fc.integer({ min: 0, max: 2 ** 42 }),
  key: fc.option(bytesArb),
  value: fc.option(bytesArb),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 80 }), value: fc.option(bytesArb) }), { maxLength: 3 }),
})

function write(writer: BatchWriter, input: Input): void {
  writer.begin(input.ts)
  if (input.key === null) writer.nullKey()
  else {
    writer.beginKey()
    put(writer, input.key)
    writer.endKey()
  }
  if (input.value === null) writer.nullValue()
  else {
    writer.beginValue()
    put(writer, input.value)
    writer.endValue()
  }
  writer.end(encodeHeaders(input.headers))
}

function put(writer: BatchWriter, bytes: Uint8Array): void {
  writer.sink.reserve(bytes.length)
  writer.sink.bytes.set(bytes, writer.sink.pos)
  writer.sink.pos += bytes.length
}

const plain = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'))
const shape = (r: Pick<BatchRecord, 'key' | 'value' | 'headers'> | Input) => [
  plain(r.key),
  plain(r.value),
  r.headers.map((h) => [h.key, plain(h.value)]),
]

const STAMP = { producerId: 77, producerEpoch: 3, baseSequence: 5 }

describe('record batch', () => {
  it('reads back what was written, in every compression', () => {
    fc.assert(
      fc.property(
        fc.array(inputArb, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...COMPRESSIONS),
        (inputs, compression) => {
          const writer = new BatchWriter(64)
          for (const input of inputs) {
            writer.begin(input.ts)
            writer.nullKey()
            writer.beginValue()
            put(writer, Buffer.from('left behind'))
            writer.rollback()
            write(writer, input)
          }
          const closed = writer.close(STAMP, compression)
          const [batch] = [...readBatches(closed.bytes, { check: true })]
          expect(batch!.header).toMatchObject({
            recordCount: inputs.length,
            producerId: 77,
            producerEpoch: 3,
            baseSequence: 5,
          })
          expect(batch!.compression).toBe(compression)
          const records = [...batch!.records()]
          expect(records.map((r) => r.timestampMs)).toEqual(inputs.map((r) => r.ts))
          expect(records.map((r) => r.offset)).toEqual(inputs.map((_, i) => i))
          expect(records.map(shape)).toEqual(inputs.map(shape))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('moves the last record into another batch', () => {
    fc.assert(
      fc.property(fc.array(inputArb, { minLength: 2, maxLength: 5 }), (inputs) => {
        const writer = new BatchWriter()
        const next = new BatchWriter()
        for (const input of inputs) write(writer, input)
        writer.moveLastTo(next)
        write(next, inputs[0]!)
        const read = (w: BatchWriter) => [...[...readBatches(w.close(STAMP).bytes, { check: true })][0]!.records()]
        expect(read(writer).map(shape)).toEqual(inputs.slice(0, -1).map(shape))
        const moved = read(next)
        expect(moved.map(shape)).toEqual([inputs.at(-1)!, inputs[0]!].map(shape))
        expect(moved.map((r) => r.timestampMs)).toEqual([inputs.at(-1)!.ts, inputs[0]!.ts])
      }),
    )
  })

  it('finds every flipped bit of the checksummed part', () => {
    const writer = new BatchWriter()
    write(writer, { ts: 1, key: Buffer.from('k'), value: Buffer.from('v'), headers: [] })
    const { bytes } = writer.close(STAMP)
    for (let at = 17; at < bytes.length; at++) {
      bytes[at]! ^= 1 << (at % 8)
      expect(() => [...readBatches(bytes, { check: true })]).toThrow(KafkaError)
      bytes[at]! ^= 1 << (at % 8)
    }
    expect([...readBatches(bytes, { check: true })]).toHaveLength(1)
  })

  it('answers damaged records with CORRUPT_MESSAGE and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(inputArb, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...COMPRESSIONS),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (inputs, compression, where, flip) => {
          const writer = new BatchWriter()
          for (const input of inputs) write(writer, input)
          const { bytes } = writer.close(STAMP, compression)
          bytes[where % bytes.length]! ^= flip
          try {
            for (const batch of readBatches(bytes))
              for (const record of batch.records()) expect(record.offset).toBeTypeOf('number')
          } catch (error) {
            expect(error).toBeInstanceOf(KafkaError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('leaves out a batch cut short at the end', () => {
    const writer = new BatchWriter()
    write(writer, { ts: 1, key: null, value: Buffer.from('one'), headers: [] })
    const one = Buffer.from(writer.close(STAMP).bytes)
    for (let cut = 0; cut < one.length; cut++)
      expect([...readBatches(Buffer.concat([one, one.subarray(0, cut)]))]).toHaveLength(1)
  })

  it('is refused when empty', () => {
    expect(() => new BatchWriter().close(STAMP)).toThrow(expect.objectContaining({ code: 'INVALID_RECORD' }))
  })
})

describe('compression', () => {
  it('refuses what unpacks to more than allowed', () => {
    for (const compression of COMPRESSIONS.slice(1)) {
      const writer = new BatchWriter()
      write(writer, { ts: 1, key: null, value: Buffer.alloc(1_000_000), headers: [] })
      const records = writer.close(STAMP, compression).bytes.subarray(61)
      expect(decompress(compression, records).length).toBeGreaterThan(1_000_000)
      expect(() => decompress(compression, records, 100_000)).toThrow(
        expect.objectContaining({ code: 'CORRUPT_MESSAGE' }),
      )
    }
  })
})

describe('varint', () => {
  it('round trips, and its size is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (n) => {
        const bytes = Buffer.alloc(10)
        const end = writeVarint(bytes, 0, n)
        expect(end).toBe(varintSize(n))
        const cursor = { bytes, pos: 0 }
        expect(readVarlong(cursor)).toBe(n)
        expect(cursor.pos).toBe(end)
      }),
    )
    fc.assert(
      fc.property(fc.integer(), (n) => {
        const bytes = Buffer.alloc(5)
        writeVarint(bytes, 0, n)
        expect(readVarint({ bytes, pos: 0 })).toBe(n)
      }),
    )
  })
})

describe('crc32c', () => {
  it('is the same natively and in JavaScript', () => {
    expect(crc32cJs(Buffer.from('123456789'))).toBe(0xe3069283)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 300 }), (bytes, cut) => {
        const at = Math.min(cut, bytes.length)
        expect(crc32cJs(bytes)).toBe(crc32c(bytes))
        expect(crc32cJs(bytes.subarray(at), crc32cJs(bytes.subarray(0, at)))).toBe(crc32c(bytes))
        expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes))
      }),
    )
  })
})

describe('murmur2', () => {
  it("equals the Java client's results", () => {
    // Values of the client's own unit test.
    const cases: Record<string, number> = {
      '21': -973932308,
      foobar: -790332482,
      'a-little-bit-long-string': -985981536,
      'a-little-bit-longer-string': -1486304829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
      abc: 479470107,
    }
    for (const [key, hash] of Object.entries(cases)) expect(murmur2(Buffer.from(key))).toBe(hash)
    expect(partitionForKey(12, Buffer.from('xxfoobarxx'), 2, 8)).toBe((-790332482 & 0x7fffffff) % 12)
  })
})
