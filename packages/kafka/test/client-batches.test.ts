// Batches as Kafka's Java producer 4.3.1 (console producer) and kafkajs 2.2.4 wrote them, taken from the log of a Kafka 4.3.1 broker.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AbortedFilter } from '../src/record/aborted-filter.ts'
import { type BatchView, readBatches, readControlMarker } from '../src/record/batch-reader.ts'
import { BatchWriter } from '../src/record/batch-writer.ts'
import { encodeHeaders } from '../src/record/headers.ts'

const fixtures = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/client-batches.json'), 'utf8')) as Record<
  string,
  string
>
const batchesOf = (name: string): BatchView[] => [
  ...readBatches(Buffer.from(fixtures[name]!, 'base64'), { check: true }),
]

/** The batch written anew from its records. */
function rewritten(batch: BatchView): Buffer {
  const writer = new BatchWriter(64)
  const put = (bytes: Buffer) => {
    writer.sink.reserve(bytes.length)
    writer.sink.bytes.set(bytes, writer.sink.pos)
    writer.sink.pos += bytes.length
  }
  for (const record of batch.records()) {
    writer.begin(record.timestampMs)
    if (record.key === null) writer.nullKey()
    else {
      writer.beginKey()
      put(record.key)
      writer.endKey()
    }
    if (record.value === null) writer.nullValue()
    else {
      writer.beginValue()
      put(record.value)
      writer.endValue()
    }
    writer.end(encodeHeaders(record.headers))
  }
  const { producerId, producerEpoch, baseSequence } = batch.header
  return writer.close({ producerId, producerEpoch, baseSequence }).bytes
}

describe('batches of other clients', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('of the Java producer are read (%s)', (compression) => {
    const batches = batchesOf(`java-${compression}`)
    expect(batches.every((batch) => batch.compression === compression)).toBe(true)
    const records = batches.flatMap((batch) => [...batch.records()])
    expect(records.map((record) => record.offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    records.forEach((record, i) => {
      expect(record.key!.toString()).toBe(`key-${i + 1}`)
      expect(record.value!.toString()).toBe(
        `value ${i + 1} of the java console producer, repeated, repeated, repeated ünïcode`,
      )
      expect(record.headers.map((header) => [header.key, header.value!.toString()])).toEqual([
        ['h1', 'v1'],
        ['h2', 'é'],
      ])
    })
  })

  it.each(['none', 'gzip'])('of kafkajs are read, with nulls and times that go back (%s)', (compression) => {
    const records = batchesOf(`kafkajs-${compression}`).flatMap((batch) => [...batch.records()])
    expect(records.map((record) => record.key?.toString() ?? null)).toEqual([
      null,
      'key-1',
      'key-2',
      null,
      'key-4',
      'key-5',
      null,
      'key-7',
    ])
    expect(records.map((record) => record.value === null)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => i % 4 === 3))
    expect(records.map((record) => record.timestampMs - 1795539000000)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => i * 1000 - (i % 2) * 5000),
    )
  })

  it('of the Java producer are written by us byte for byte', () => {
    for (const batch of batchesOf('java-none')) {
      const ours = Buffer.from(rewritten(batch))
      const theirs = Buffer.from(batch.bytes)
      // Base offset and leader epoch are the broker's.
      for (const bytes of [ours, theirs]) bytes.fill(0, 0, 8).fill(0, 12, 16)
      expect(ours.toString('hex')).toBe(theirs.toString('hex'))
    }
  })

  it('of transactions: markers are read and aborted records left out', () => {
    const batches = batchesOf('kafkajs-tx')
    const markers = batches.filter((batch) => batch.isControl)
    expect(markers.map((batch) => readControlMarker(batch).type)).toEqual([0, 1])
    const first = batches[0]!
    const filter = new AbortedFilter([{ producerId: first.header.producerId, firstOffset: first.header.baseOffset }])
    const kept = batches.filter((batch) => filter.keeps(batch)).flatMap((batch) => [...batch.records()])
    expect(kept.map((record) => record.value!.toString())).toEqual(['committed'])
  })
})
