import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProducerIds } from '../src/broker/producer-ids.ts'
import type { Connection } from '../src/client/connection.ts'
import { errorNumber } from '../src/error.ts'
import { nodeDisk } from '../src/log/disk.ts'
import { FileCache } from '../src/log/file-cache.ts'
import { ApiVersions } from '../src/protocol/api-versions.ts'
import { APIS } from '../src/protocol/apis.ts'
import { CreatePartitions } from '../src/protocol/create-partitions.ts'
import { CreateTopics } from '../src/protocol/create-topics.ts'
import { DeleteRecords } from '../src/protocol/delete-records.ts'
import { DeleteTopics } from '../src/protocol/delete-topics.ts'
import { DescribeConfigs, RESOURCE_TOPIC } from '../src/protocol/describe-configs.ts'
import { DescribeTopicPartitions } from '../src/protocol/describe-topic-partitions.ts'
import { readResponseHeader, writeRequestHeader } from '../src/protocol/header.ts'
import {
  CONFIG_APPEND,
  CONFIG_DELETE,
  CONFIG_SET,
  IncrementalAlterConfigs,
} from '../src/protocol/incremental-alter-configs.ts'
import { InitProducerId } from '../src/protocol/init-producer-id.ts'
import { LIST_EARLIEST, LIST_LATEST, LIST_MAX_TIMESTAMP, ListOffsets } from '../src/protocol/list-offsets.ts'
import { Metadata } from '../src/protocol/metadata.ts'
import { PRODUCE_BY_NAME, Produce } from '../src/protocol/produce.ts'
import { ProtocolReader } from '../src/protocol/reader.ts'
import { ProtocolWriter } from '../src/protocol/writer.ts'
import { batchOf, Embedded, ensureTopic, fetchFrom, produce, valuesIn } from './fixtures/embedded.ts'

let embedded: Embedded
let connection: Connection

beforeEach(async () => {
  embedded = await new Embedded().start()
  connection = await embedded.connect()
})
afterEach(() => embedded[Symbol.asyncDispose]())

async function create(name: string, configs: { name: string; value: string }[] = [], numPartitions = 1) {
  const topics = [{ name, numPartitions, replicationFactor: 1, configs }]
  const answer = await connection.request(CreateTopics, { topics })
  return answer.topics[0] ?? expect.unreachable()
}

async function list(topic: string, timestamp: number) {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }]
  const answer = await connection.request(ListOffsets, { topics })
  return answer.topics[0]?.partitions[0] ?? expect.unreachable()
}

describe('topics', () => {
  it('survive a restart with id, partitions and options; the cluster keeps its id', async () => {
    const { topicId } = await create('orders', [{ name: 'retention.ms', value: '1000' }], 3)
    const { clusterId } = embedded.broker
    await embedded.restart()
    connection = await embedded.connect()
    expect(embedded.broker.clusterId).toBe(clusterId)
    const answer = await connection.request(Metadata, { topics: [{ name: 'orders' }] })
    expect(answer.topics[0]).toMatchObject({ topicId, errorCode: 0 })
    expect(answer.topics[0]?.partitions).toHaveLength(3)
    const described = await connection.request(DescribeConfigs, {
      resources: [{ resourceType: RESOURCE_TOPIC, resourceName: 'orders', configurationKeys: ['retention.ms'] }],
    })
    expect(described.results[0]?.configs[0]).toMatchObject({ value: '1000', configSource: 1 })
  })

  it('that are deleted come back empty, under a new id', async () => {
    const { topicId } = await create('t')
    await produce(connection, 't', batchOf(['old']))
    await connection.request(DeleteTopics, { topics: [{ name: 't' }], timeoutMs: 1000 })
    const again = await create('t')
    expect(again.topicId).not.toBe(topicId)
    expect(await list('t', LIST_LATEST)).toMatchObject({ offset: 0 })
  })

  it.each([
    ['', 'INVALID_TOPIC_EXCEPTION'],
    ['..', 'INVALID_TOPIC_EXCEPTION'],
    ['a/b', 'INVALID_TOPIC_EXCEPTION'],
    ['x'.repeat(250), 'INVALID_TOPIC_EXCEPTION'],
    ['a_b', 'INVALID_TOPIC_EXCEPTION'],
    ['a.b', 'TOPIC_ALREADY_EXISTS'],
  ] as const)('named %j are refused with %s', async (name, code) => {
    await create('a.b')
    expect(await create(name)).toMatchObject({ errorCode: errorNumber(code) })
  })

  it('refuse options that do not exist or have no such value', async () => {
    const unknown = await create('t', [{ name: 'no.such', value: '1' }])
    expect(unknown).toMatchObject({
      errorCode: errorNumber('INVALID_CONFIG'),
      errorMessage: 'Unknown topic config name: no.such',
    })
    const bad = await create('t', [{ name: 'cleanup.policy', value: 'shred' }])
    expect(bad.errorCode).toBe(errorNumber('INVALID_CONFIG'))
    expect((await create('__proto__', [{ name: '__proto__', value: '1' }])).errorCode).toBe(
      errorNumber('INVALID_CONFIG'),
    )
  })

  it('are created on demand only where the client allows it', async () => {
    const refused = await connection.request(Metadata, { topics: [{ name: 'x' }], allowAutoTopicCreation: false })
    expect(refused.topics[0]?.errorCode).toBe(errorNumber('UNKNOWN_TOPIC_OR_PARTITION'))
    const made = await connection.request(Metadata, { topics: [{ name: 'x' }] })
    expect(made.topics[0]?.partitions).toHaveLength(1)
  })

  it('get more partitions, never fewer', async () => {
    await create('t', [], 2)
    const grow = (count: number) =>
      connection.request(CreatePartitions, { topics: [{ name: 't', count }], timeoutMs: 1, validateOnly: false })
    expect((await grow(1)).results[0]?.errorCode).toBe(errorNumber('INVALID_PARTITIONS'))
    expect((await grow(4)).results[0]?.errorCode).toBe(0)
    await produce(connection, 't', batchOf(['a']), undefined, 3)
    await embedded.restart()
    connection = await embedded.connect()
    const answer = await connection.request(Metadata, { topics: [{ name: 't' }] })
    expect(answer.topics[0]?.partitions).toHaveLength(4)
  })

  it('change single options', async () => {
    await create('t')
    const alter = (name: string, configOperation: number, value: string | null) =>
      connection.request(IncrementalAlterConfigs, {
        resources: [{ resourceType: RESOURCE_TOPIC, resourceName: 't', configs: [{ name, configOperation, value }] }],
        validateOnly: false,
      })
    const configValue = async (name: string) => {
      const resources = [{ resourceType: RESOURCE_TOPIC, resourceName: 't', configurationKeys: [name] }]
      return (await connection.request(DescribeConfigs, { resources })).results[0]?.configs[0]?.value
    }
    await alter('cleanup.policy', CONFIG_APPEND, 'compact')
    expect(await configValue('cleanup.policy')).toBe('delete,compact')
    await alter('max.message.bytes', CONFIG_SET, '100')
    expect((await produce(connection, 't', batchOf(['x'.repeat(200)]))).errorCode).toBe(
      errorNumber('MESSAGE_TOO_LARGE'),
    )
    await alter('max.message.bytes', CONFIG_DELETE, null)
    expect(await configValue('max.message.bytes')).toBe('1048588')
  })

  it('are described page by page', async () => {
    await create('a', [], 3)
    await create('b', [], 2)
    const first = await connection.request(DescribeTopicPartitions, {
      topics: [{ name: 'a' }, { name: 'b' }],
      responsePartitionLimit: 4,
    })
    expect(first.topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
      ['a', 3],
      ['b', 1],
    ])
    expect(first.nextCursor).toEqual({ topicName: 'b', partitionIndex: 1 })
    const second = await connection.request(DescribeTopicPartitions, {
      topics: [{ name: 'a' }, { name: 'b' }],
      responsePartitionLimit: 4,
      cursor: first.nextCursor,
    })
    expect(second.topics.map(({ name, partitions }) => [name, partitions.map((one) => one.partitionIndex)])).toEqual([
      ['b', [1]],
    ])
    expect(second.nextCursor).toBeNull()
  })
})

describe('produce', () => {
  it.each(Array.from({ length: PRODUCE_BY_NAME - Produce.min + 1 }, (_, index) => Produce.min + index))(
    'version %i',
    async (version) => {
      await ensureTopic(connection, 't')
      expect(await produce(connection, 't', batchOf(['a', 'b']), version)).toMatchObject({
        errorCode: 0,
        baseOffset: 0,
      })
      expect(await produce(connection, 't', batchOf(['c']), version)).toMatchObject({ errorCode: 0, baseOffset: 2 })
      expect(valuesIn((await fetchFrom(connection, 't', 0)).records)).toEqual(['a', 'b', 'c'])
    },
  )

  it('keeps what it acknowledged across a restart', async () => {
    await ensureTopic(connection, 't')
    for (let index = 0; index < 50; index++) await produce(connection, 't', batchOf([`v${index}`]))
    await embedded.restart()
    connection = await embedded.connect()
    const { records } = await fetchFrom(connection, 't', 0)
    expect(valuesIn(records)).toEqual(Array.from({ length: 50 }, (_, index) => `v${index}`))
  })

  it('refuses a batch with a wrong checksum and takes nothing of it', async () => {
    await ensureTopic(connection, 't')
    const batch = batchOf(['hello'])
    batch[batch.length - 2]! ^= 1
    expect(await produce(connection, 't', batch)).toMatchObject({
      errorCode: errorNumber('CORRUPT_MESSAGE'),
      baseOffset: -1,
    })
    expect(await list('t', LIST_LATEST)).toMatchObject({ offset: 0 })
  })

  it.each([
    ['no topic', 'nowhere', batchOf(['a']), 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['the internal topic', '__consumer_offsets', batchOf(['a']), 'INVALID_TOPIC_EXCEPTION'],
    ['two batches', 't', Buffer.concat([batchOf(['a']), batchOf(['b'])]), 'INVALID_RECORD'],
    ['half a batch', 't', batchOf(['a'.repeat(100)]).subarray(0, 100), 'CORRUPT_MESSAGE'],
    ['no bytes', 't', Buffer.alloc(0), 'INVALID_RECORD'],
    ['a batch from next year', 't', batchOf(['a'], undefined, { timestampMs: Date.now() + 31e9 }), 'INVALID_TIMESTAMP'],
    ['a large batch', 't', batchOf(['x'.repeat(1_100_000)]), 'MESSAGE_TOO_LARGE'],
  ] as const)('refuses %s', async (_what, topic, batch, code) => {
    await ensureTopic(connection, 't')
    expect(await produce(connection, topic, batch)).toMatchObject({ errorCode: errorNumber(code) })
  })

  it('answers a repeated batch of an idempotent producer with its first offset, also after a restart', async () => {
    await ensureTopic(connection, 't')
    const { producerId } = await connection.request(InitProducerId, { transactionalId: null, transactionTimeoutMs: 0 })
    const stamp = (baseSequence: number) => ({ producerId, producerEpoch: 0, baseSequence })
    expect(await produce(connection, 't', batchOf(['a', 'b'], stamp(0)))).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect(await produce(connection, 't', batchOf(['c'], stamp(2)))).toMatchObject({ errorCode: 0, baseOffset: 2 })
    expect(await produce(connection, 't', batchOf(['a', 'b'], stamp(0)))).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect((await produce(connection, 't', batchOf(['x'], stamp(9)))).errorCode).toBe(
      errorNumber('OUT_OF_ORDER_SEQUENCE_NUMBER'),
    )
    await embedded.restart()
    connection = await embedded.connect()
    expect(await produce(connection, 't', batchOf(['c'], stamp(2)))).toMatchObject({ errorCode: 0, baseOffset: 2 })
    expect(valuesIn((await fetchFrom(connection, 't', 0)).records)).toEqual(['a', 'b', 'c'])
  })

  it('stamps the time of arrival where the topic asks for it', async () => {
    await create('t', [{ name: 'message.timestamp.type', value: 'LogAppendTime' }])
    const before = Date.now()
    const { logAppendTimeMs } = await produce(connection, 't', batchOf(['a'], undefined, { timestampMs: 5 }))
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(before)
    expect(await list('t', before)).toMatchObject({ offset: 0, timestamp: logAppendTimeMs })
  })

  it('says KAFKA_STORAGE_ERROR when the disk fails, serves on, and takes records again when it works', async () => {
    let isFailing = false
    const disk = {
      ...nodeDisk,
      sync: (fd: number) => (isFailing ? Promise.reject(new Error('ENOSPC: no space left')) : nodeDisk.sync(fd)),
    }
    await ensureTopic(connection, 't')
    await embedded.stop()
    await embedded.start(new FileCache({ disk }))
    connection = await embedded.connect()
    await produce(connection, 't', batchOf(['kept']))
    isFailing = true
    expect((await produce(connection, 't', batchOf(['lost']))).errorCode).toBe(errorNumber('KAFKA_STORAGE_ERROR'))
    expect(valuesIn((await fetchFrom(connection, 't', 0)).records)).toEqual(['kept'])
    isFailing = false
    await expect.poll(async () => (await produce(connection, 't', batchOf(['after']))).errorCode).toBe(0)
    expect(valuesIn((await fetchFrom(connection, 't', 0)).records)).toEqual(['kept', 'after'])
    expect(embedded.lines.some((line) => line.startsWith('error: t-0:'))).toBe(true)
  })
})

describe('offsets', () => {
  it('are found by end and by time', async () => {
    await ensureTopic(connection, 't')
    const now = Date.now()
    for (let index = 0; index < 5; index++) {
      await produce(connection, 't', batchOf([`${index}`], undefined, { timestampMs: now - 1000 + index * 100 }))
    }
    expect(await list('t', LIST_EARLIEST)).toMatchObject({ offset: 0 })
    expect(await list('t', LIST_LATEST)).toMatchObject({ offset: 5 })
    expect(await list('t', now - 850)).toMatchObject({ offset: 2, timestamp: now - 800 })
    expect(await list('t', now)).toMatchObject({ offset: -1, errorCode: 0 })
    expect(await list('t', LIST_MAX_TIMESTAMP)).toMatchObject({ offset: 4 })
  })

  it('move forward when records are deleted', async () => {
    await ensureTopic(connection, 't')
    for (let index = 0; index < 5; index++) await produce(connection, 't', batchOf([`${index}`]))
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: 3 }] }]
    const answer = await connection.request(DeleteRecords, { topics, timeoutMs: 1000 })
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ lowWatermark: 3, errorCode: 0 })
    expect(await list('t', LIST_EARLIEST)).toMatchObject({ offset: 3 })
    expect((await fetchFrom(connection, 't', 0)).errorCode).toBe(errorNumber('OFFSET_OUT_OF_RANGE'))
  })
})

describe('producer ids', () => {
  it('are never given twice, not even when the process dies', async () => {
    const first = await ProducerIds.open(embedded.folder)
    const given = [await first.next(), await first.next()]
    const second = await ProducerIds.open(embedded.folder) // the first one was not closed: as after a kill
    expect(await second.next()).toBeGreaterThan(Math.max(...given))
  })
})

describe('what is not served', () => {
  function frame(apiKey: number, apiVersion: number, body: (writer: ProtocolWriter) => void = () => {}): Buffer {
    const writer = new ProtocolWriter()
    writer.int16(apiKey)
    writer.int16(apiVersion)
    writer.int32(77)
    writer.nullableString('test', false)
    body(writer)
    return writer.toBuffer()
  }

  async function sendRaw(bytes: Buffer): Promise<Buffer | 'closed'> {
    const link = embedded.link()
    const { promise, resolve } = Promise.withResolvers<Buffer | 'closed'>()
    link.onFrame = resolve
    link.onClose = () => resolve('closed')
    await link.send([bytes])
    return promise
  }

  it('a version of ApiVersions beyond ours is answered in version 0', async () => {
    const answer = await sendRaw(frame(ApiVersions.key, 99, (writer) => writer.unsignedVarint(0)))
    const reader = new ProtocolReader(answer as Buffer)
    expect(readResponseHeader(reader, ApiVersions, 0)).toBe(77)
    const { errorCode, apiKeys } = ApiVersions.response.read(reader, 0)
    expect(errorCode).toBe(errorNumber('UNSUPPORTED_VERSION'))
    expect(apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key)).toMatchObject({ minVersion: 0, maxVersion: 4 })
  })

  it.each([
    ['an unknown API', frame(999, 0)],
    ['an unknown version', frame(Metadata.key, 99)],
    ['half a header', Buffer.from([0, 3])],
    ['an empty frame', Buffer.alloc(0)],
    ['half a body', frame(Metadata.key, 1, (writer) => writer.int32(5))],
    ['bytes behind the body', frame(ApiVersions.key, 0, (writer) => writer.int32(5))],
  ])('%s ends the connection, and only it', async (_what, bytes) => {
    expect(await sendRaw(bytes)).toBe('closed')
    expect((await connection.request(Metadata, { topics: [] })).clusterId).toBe(embedded.broker.clusterId)
    expect(embedded.lines.some((line) => /ended: (MALFORMED_FRAME|UNSUPPORTED_VERSION)/.test(line))).toBe(true)
  })

  it.each(APIS.map((api) => ({ name: api.name, api })))(
    '$name with any bytes is answered or ends the connection',
    async ({ api }) => {
      for (let version = api.min; version <= api.max; version++) {
        const header = new ProtocolWriter()
        writeRequestHeader(header, api, version, 1, 'fuzz')
        for (const body of [
          Buffer.alloc(0),
          Buffer.alloc(64),
          Buffer.alloc(64, 0xff),
          Buffer.alloc(500, 1),
          randomBytes(200),
        ]) {
          const answer = await sendRaw(Buffer.concat([...header.finish().slice(0, 1), body]))
          expect(answer === 'closed' || answer.readInt32BE(0) === 1).toBe(true)
        }
      }
      expect((await connection.request(Metadata, { topics: [] })).topics).toBeDefined()
      expect(embedded.lines.filter((line) => /UNKNOWN_SERVER_ERROR|error:/.test(line))).toEqual([])
    },
  )

  it('a frame larger than allowed ends the connection before its bytes are taken', async () => {
    const { port } = await embedded.broker.listen('127.0.0.1', 0)
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0]))
    await new Promise((resolve) => socket.once('close', resolve))
    expect(embedded.lines.some((line) => line.includes('FRAME_TOO_LARGE'))).toBe(true)
  })

  it('acks 0 gets no answer, and the end of the connection when nothing was taken', async () => {
    const link = embedded.link()
    const seen: string[] = []
    const closed = Promise.withResolvers<void>()
    link.onFrame = () => seen.push('frame')
    link.onClose = () => closed.resolve()
    const send = async (topic: string): Promise<void> => {
      const writer = new ProtocolWriter()
      writeRequestHeader(writer, Produce, 9, 1, 'test')
      const topicData = [{ name: topic, partitionData: [{ index: 0, records: batchOf(['a']) }] }]
      Produce.request.write(writer, { acks: 0, timeoutMs: 0, topicData }, 9)
      await link.send(writer.finish())
    }
    await ensureTopic(connection, 't')
    await send('t')
    await expect.poll(async () => (await list('t', LIST_LATEST)).offset).toBe(1)
    await send('nowhere')
    await closed.promise
    expect(seen).toEqual([])
  })
})
