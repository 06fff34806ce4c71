import { describe, expect, test } from 'vitest'
import { ApiVersions } from '../protocol/api-versions.ts'
import { APIS } from '../protocol/apis.ts'
import { readRequestHeader, skipHeaderTags, writeResponseHeader } from '../protocol/header.ts'
import { InitProducerId } from '../protocol/init-producer-id.ts'
import { Metadata } from '../protocol/metadata.ts'
import { Produce } from '../protocol/produce.ts'
import { ProtocolReader } from '../protocol/reader.ts'
import { ProtocolWriter } from '../protocol/writer.ts'
import { readBatches } from '../record/batch-reader.ts'
import { Cluster } from './cluster.ts'
import type { Link } from './link.ts'
import { Producer } from './producer.ts'

const NOT_LEADER = 6
const OUT_OF_ORDER = 45
const TOO_LARGE = 10

/** A broker of one partition in memory that checks sequence numbers as Kafka does, and fails as the test says. */
class FakeBroker {
  readonly log: string[] = []
  /** Per produce request, counted from 0: what goes wrong. `lost answer`: the batch is appended, the connection cut. */
  readonly faults = new Map<number, 'not leader' | 'cut' | 'lost answer' | 'too large'>()
  produced = 0
  #nextSequence = 0
  readonly #seen = new Set<number>()

  readonly open = async (): Promise<Link> => {
    const link: Link = {
      peer: 'fake',
      onFrame: () => {},
      onClose: () => {},
      send: async (parts) => this.#receive(link, Buffer.concat(parts)),
      close: () => {},
    }
    return link
  }

  async #receive(link: Link, frame: Buffer): Promise<void> {
    await Promise.resolve()
    const reader = new ProtocolReader(frame)
    const { apiKey, apiVersion, correlationId } = readRequestHeader(reader)
    const api = APIS.find(({ key }) => key === apiKey)
    if (api === undefined) throw new Error(`API ${apiKey}`)
    skipHeaderTags(reader, api, apiVersion)
    const writer = new ProtocolWriter()
    writeResponseHeader(writer, api, apiVersion, correlationId)
    if (apiKey === ApiVersions.key)
      ApiVersions.response.write(
        writer,
        { errorCode: 0, apiKeys: APIS.map(({ key, min, max }) => ({ apiKey: key, minVersion: min, maxVersion: max })) },
        apiVersion,
      )
    else if (apiKey === InitProducerId.key)
      InitProducerId.response.write(writer, { errorCode: 0, producerId: 7, producerEpoch: 0 }, apiVersion)
    else if (apiKey === Metadata.key)
      Metadata.response.write(
        writer,
        {
          brokers: [{ nodeId: 1, host: 'fake', port: 1 }],
          controllerId: 1,
          topics: [
            {
              errorCode: 0,
              name: 't',
              partitions: [{ errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] }],
            },
          ],
        },
        apiVersion,
      )
    else {
      const fault = this.faults.get(this.produced++)
      const code =
        fault === 'not leader'
          ? NOT_LEADER
          : fault === 'too large'
            ? TOO_LARGE
            : fault === 'cut'
              ? 0
              : this.#append(Produce.request.read(reader, apiVersion))
      if (fault === 'cut' || fault === 'lost answer') return link.onClose(new Error('cut'))
      Produce.response.write(
        writer,
        { responses: [{ name: 't', partitionResponses: [{ index: 0, errorCode: code, baseOffset: 0 }] }] },
        apiVersion,
      )
    }
    setImmediate(() => link.onFrame(Buffer.concat(writer.finish())))
  }

  #append(request: ReturnType<typeof Produce.request.read>): number {
    for (const { partitionData } of request.topicData)
      for (const { records } of partitionData)
        for (const batch of readBatches(records as Buffer, { check: true })) {
          const { baseSequence, recordCount } = batch.header
          if (this.#seen.has(baseSequence)) continue
          if (baseSequence !== this.#nextSequence) return OUT_OF_ORDER
          this.#seen.add(baseSequence)
          this.#nextSequence += recordCount
          for (const record of batch.records()) this.log.push(String(record.value))
        }
    return 0
  }
}

async function producerOf(broker: FakeBroker): Promise<Producer> {
  const cluster = new Cluster({ bootstrap: ['fake:1'], open: broker.open, clientId: 'test' })
  return Producer.open({ cluster, batchBytes: 64 })
}

function append(producer: Producer, value: string): void {
  const appender = producer.appender('t', 0)
  appender.begin(1)
  appender.nullKey()
  appender.beginValue()
  appender.sink.reserve(value.length)
  appender.sink.pos += appender.sink.bytes.write(value, appender.sink.pos)
  appender.endValue()
  appender.end({ count: 0, bytes: new Uint8Array(0) })
}

const values = (count: number) => Array.from({ length: count }, (_, i) => `value-${i}`)

describe('the producer', () => {
  test.each([
    ['without faults', []],
    ['after NOT_LEADER_OR_FOLLOWER', [[2, 'not leader']]],
    ['after a cut connection', [[1, 'cut']]],
    [
      'when answers are lost after the append',
      [
        [0, 'lost answer'],
        [7, 'lost answer'],
      ],
    ],
    [
      'when faults follow each other',
      [
        [1, 'not leader'],
        [2, 'cut'],
        [6, 'not leader'],
        [7, 'lost answer'],
      ],
    ],
  ] as const)('delivers every record once and in order %s', async (_what, faults) => {
    const broker = new FakeBroker()
    for (const [at, fault] of faults) broker.faults.set(at, fault)
    const producer = await producerOf(broker)
    for (const value of values(60)) append(producer, value)
    producer.send()
    await producer.checkpoint()
    expect(broker.log).toEqual(values(60))
    await producer.close()
  })

  test('a checkpoint waits for what is open and for nothing that comes later', async () => {
    const broker = new FakeBroker()
    const producer = await producerOf(broker)
    append(producer, 'a')
    const first = producer.checkpoint()
    append(producer, 'b')
    producer.send()
    await first
    expect(broker.log).toEqual(['a', 'b'])
    await producer.close()
  })

  test('a failure that cannot be mended rejects checkpoints and room', async () => {
    const broker = new FakeBroker()
    broker.faults.set(0, 'too large')
    const producer = await producerOf(broker)
    append(producer, 'a')
    const checkpoint = producer.checkpoint()
    producer.send()
    await expect(checkpoint).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
    await expect(producer.room()).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
    await producer.close()
  })

  test('room waits for acknowledgements above the cap', async () => {
    const broker = new FakeBroker()
    const cluster = new Cluster({ bootstrap: ['fake:1'], open: broker.open, clientId: 'test' })
    const producer = await Producer.open({ cluster, batchBytes: 64, capBytes: 200 })
    for (const value of values(40)) append(producer, value)
    producer.send()
    const before = broker.log.length
    await producer.room()
    expect(broker.log.length).toBeGreaterThan(before)
    await producer.checkpoint()
    await producer.close()
  })
})
