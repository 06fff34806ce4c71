// Produce: topics by their ids, and batches packed anew for topics with a compression of their own.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../src/client/connection.ts'
import { errorName } from '../src/error.ts'
import { CreateTopics } from '../src/protocol/create-topics.ts'
import { Produce } from '../src/protocol/produce.ts'
import { readBatches } from '../src/record/batch-reader.ts'
import { COMPRESSIONS } from '../src/record/compression.ts'
import { recompressBatch } from '../src/record/recompress.ts'
import { batchOf, Embedded, ensureTopic, fetchFrom, produce, valuesIn } from './fixtures/embedded.ts'

let embedded: Embedded
let connection: Connection
beforeEach(async () => {
  embedded = await new Embedded().start()
  connection = await embedded.connect()
})
afterEach(() => embedded[Symbol.asyncDispose]())

describe('Produce 13', () => {
  const send = async (topicId: string, records: Buffer) => {
    const topicData = [{ topicId, partitionData: [{ index: 0, records }] }]
    const { responses } = await connection.request(Produce, { acks: -1, timeoutMs: 5000, topicData }, 13)
    return { topicId: responses[0]?.topicId, ...responses[0]?.partitionResponses[0] }
  }

  it('takes batches for the topic of an id, and answers with it', async () => {
    const topicId = await ensureTopic(connection, 'by-id')
    expect(await send(topicId, batchOf(['a', 'b']))).toMatchObject({ topicId, errorCode: 0, baseOffset: 0 })
    expect(await send(topicId, batchOf(['c']))).toMatchObject({ errorCode: 0, baseOffset: 2 })
    expect(valuesIn((await fetchFrom(connection, 'by-id', 0)).records)).toEqual(['a', 'b', 'c'])
  })

  it('refuses an id that no topic has', async () => {
    const topicId = '01234567-89ab-cdef-0123-456789abcdef'
    const { errorCode, topicId: answered } = await send(topicId, batchOf(['a']))
    expect([errorName(errorCode as number), answered]).toEqual(['UNKNOWN_TOPIC_ID', topicId])
  })
})

describe('compression.type', () => {
  const PACKED = COMPRESSIONS.map((compression) => ({ compression }))
  const values = Array.from({ length: 50 }, (_, n) => `value ${n} ${'x'.repeat(40)}`)

  it.each(PACKED)('$compression packs batches of every other kind anew', async ({ compression }) => {
    const value = compression === 'none' ? 'uncompressed' : compression
    const topic = {
      name: 'packed',
      numPartitions: 1,
      replicationFactor: 1,
      configs: [{ name: 'compression.type', value }],
    }
    await connection.request(CreateTopics, { topics: [topic], timeoutMs: 5000 })
    const stamp = { producerId: 7, producerEpoch: 0, baseSequence: 0 }
    for (const [n, given] of COMPRESSIONS.entries()) {
      const batch = batchOf(values, { ...stamp, baseSequence: n * values.length }, { compression: given })
      expect(await produce(connection, 'packed', batch)).toMatchObject({ errorCode: 0, baseOffset: n * values.length })
      // the same batch again is known by its sequence, whatever it is packed in
      expect(await produce(connection, 'packed', batch)).toMatchObject({ errorCode: 0, baseOffset: n * values.length })
    }
    const { records } = await fetchFrom(connection, 'packed', 0)
    const found = [...readBatches(records as Buffer, { check: true })]
    expect(found.map((batch) => batch.compression)).toEqual(COMPRESSIONS.map(() => compression))
    expect(valuesIn(records)).toEqual(COMPRESSIONS.flatMap(() => values))
  })

  it('does not hide a damaged batch behind a new checksum', () => {
    const batch = batchOf(values)
    batch[batch.length - 3]! ^= 1
    expect(() => recompressBatch(batch, 'zstd')).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }))
  })
})
