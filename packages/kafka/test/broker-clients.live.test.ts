// Real clients against the embedded broker, over TCP: kafkajs, @platformatic/kafka, kcat (librdkafka) and Kafka's own Java tools. kcat runs
// where it is installed; the Java tools where MILLRACE_KAFKA_CLASSPATH names Kafka's jars (as `/path/to/lib/*`). What cannot run is skipped
// and counted.

import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Embedded } from './fixtures/embedded.ts'

const classPath = process.env.MILLRACE_KAFKA_CLASSPATH
const hasKcat = canRun('kcat', ['-V'])
const hasJava = classPath !== undefined && canRun('java', ['-version'])

let embedded: Embedded
let address: string

beforeAll(async () => {
  embedded = await new Embedded().start()
  const { host, port } = await embedded.broker.listen('127.0.0.1', 0)
  address = `${host}:${port}`
})
afterAll(() => embedded[Symbol.asyncDispose]())

function canRun(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs a program, feeding it `input`; resolves to what it printed. Rejects when it ends with an error. */
function run(command: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}: ${errors}`)),
    )
    child.stdin.end(input)
  })
}

const kcat = (args: string[], input?: string): Promise<string> => run('kcat', ['-b', address, '-q', ...args], input)
const java = (tool: string, args: string[], input?: string): Promise<string> =>
  run(
    'java',
    [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-cp',
      classPath ?? '',
      tool,
      '--bootstrap-server',
      address,
      ...args,
    ],
    input,
  )
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const newName = (prefix: string): string => `${prefix}-${randomUUID()}`

describe('kafkajs', () => {
  const client = (): Kafka => new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })

  it('creates, describes, changes and deletes topics', async () => {
    const admin = client().admin()
    await admin.connect()
    const topic = newName('kafkajs')
    const configEntries = [{ name: 'retention.ms', value: '100000' }]
    expect(await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries }] })).toBe(true)
    expect(await admin.createTopics({ topics: [{ topic }] })).toBe(false)
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    expect(topics[0]?.partitions).toHaveLength(3)
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['retention.ms'] }],
    })
    expect(resources[0]?.configEntries[0]?.configValue).toBe('100000')
    await admin.deleteTopics({ topics: [topic] })
    expect(await admin.listTopics()).not.toContain(topic)
    await admin.disconnect()
  })

  it('produces idempotently and with gzip, keys, headers and tombstones; two consumers share a group and go on after it', async () => {
    const topic = newName('kafkajs')
    const groupId = newName('group')
    const kafka = client()
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 4 }] })
    const seen = new Map<string, string | null>()
    const start = async () => {
      const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, heartbeatInterval: 300, maxWaitTimeInMs: 200 })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ partition, message }) => {
          seen.set(
            `${partition}:${message.offset}`,
            `${message.value?.toString() ?? 'null'} ${message.headers?.h?.toString()}`,
          )
        },
      })
      return consumer
    }
    const consumers = [await start(), await start()]
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (let index = 0; index < 20; index++) {
      const messages = Array.from({ length: 10 }, (_, at) => ({
        key: `k${at}`,
        value: at === 0 ? null : `v${index}`,
        headers: { h: 'x' },
      }))
      await producer.send({
        topic,
        messages,
        compression: index % 2 === 0 ? CompressionTypes.None : CompressionTypes.GZIP,
      })
    }
    await expect.poll(() => seen.size, { timeout: 30_000 }).toBe(200)
    expect([...seen.values()].filter((value) => value === 'null x')).toHaveLength(20)
    const { groups } = await admin.describeGroups([groupId])
    expect(groups[0]).toMatchObject({ state: 'Stable', members: [{}, {}] })
    for (const consumer of consumers) await consumer.disconnect()
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
    expect(offsets?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)).toBe(200)
    await producer.send({ topic, messages: [{ value: 'last' }] })
    const late = await start()
    await expect.poll(() => seen.size, { timeout: 30_000 }).toBe(201)
    await late.disconnect()
    await admin.deleteGroups([groupId])
    await producer.disconnect()
    await admin.disconnect()
  })
})

describe('@platformatic/kafka', () => {
  it('administers, produces idempotently, consumes in a group and commits', async () => {
    const options = { clientId: 'live', bootstrapBrokers: [address], strict: true }
    const topic = newName('platformatic')
    const groupId = newName('group')
    const admin = new Admin(options)
    await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
    const producer = new Producer({ ...options, serializers: stringSerializers, idempotent: true })
    for (let index = 0; index < 10; index++)
      await producer.send({ acks: -1, messages: [{ topic, key: `${index}`, value: `v${index}` }] })
    const read = async (count: number): Promise<string[]> => {
      const consumer = new Consumer({ ...options, groupId, deserializers: stringDeserializers, autocommit: false })
      const stream = await consumer.consume({
        topics: [topic],
        mode: MessagesStreamModes.COMMITTED,
        fallbackMode: 'earliest',
        maxWaitTime: 200,
      })
      const values: string[] = []
      for await (const message of stream) {
        values.push(message.value)
        await message.commit()
        if (values.length === count) break
      }
      await consumer.close(true)
      return values
    }
    const first = await read(6)
    const second = await read(4)
    expect([...first, ...second].sort()).toEqual(Array.from({ length: 10 }, (_, index) => `v${index}`))
    expect((await admin.listGroups()).get(groupId)).toMatchObject({ state: 'Empty' })
    await admin.deleteTopics({ topics: [topic] })
    await producer.close()
    await admin.close()
  })
})

describe.skipIf(!hasKcat)('kcat', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('produces with %s and reads it back', async (compression) => {
    const topic = newName('kcat')
    const text = Array.from(
      { length: 2000 },
      (_, index) => `line ${index} ${createHash('sha1').update(`${index}`).digest('hex')}`,
    )
    await kcat(['-P', '-t', topic, '-z', compression], `${text.join('\n')}\n`)
    expect(lines(await kcat(['-C', '-t', topic, '-e', '-o', 'beginning']))).toEqual(text)
  })

  it('shows keys, headers and times, finds offsets by time, and reads in a group', async () => {
    const topic = newName('kcat')
    await kcat(['-P', '-t', topic, '-K', ':', '-H', 'h=1', '-X', 'enable.idempotence=true'], 'a:x\nb:y\n')
    expect(lines(await kcat(['-C', '-t', topic, '-e', '-f', '%o %k %s %h\n']))).toEqual(['0 a x h=1', '1 b y h=1'])
    expect(await kcat(['-C', '-t', topic, '-e', '-o', `s@${Date.now() - 60_000}`, '-f', '%o '])).toBe('0 1 ')
    expect(lines(await kcat(['-G', newName('group'), '-X', 'auto.offset.reset=earliest', '-c', '2', topic]))).toEqual([
      'x',
      'y',
    ])
  })
})

describe.skipIf(!hasJava)("Kafka's Java tools", { timeout: 600_000 }, () => {
  const topics = 'org.apache.kafka.tools.TopicCommand'
  const consumer = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
  const groups = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'

  it('create, list, describe, alter and delete topics', async () => {
    const topic = newName('java')
    await java(topics, ['--create', '--topic', topic, '--partitions', '3', '--config', 'cleanup.policy=compact'])
    expect(lines(await java(topics, ['--list']))).toContain(topic)
    await java(topics, ['--alter', '--topic', topic, '--partitions', '4'])
    const described = await java(topics, ['--describe', '--topic', topic])
    expect(described).toMatch(/PartitionCount: 4\tReplicationFactor: 1\tConfigs: .*cleanup\.policy=compact/)
    await java('kafka.admin.ConfigCommand', [
      '--alter',
      '--entity-type',
      'topics',
      '--entity-name',
      topic,
      '--add-config',
      'retention.ms=9',
    ])
    const configs = await java('kafka.admin.ConfigCommand', [
      '--describe',
      '--entity-type',
      'topics',
      '--entity-name',
      topic,
    ])
    expect(configs).toContain('retention.ms=9')
    await java(topics, ['--delete', '--topic', topic])
    expect(lines(await java(topics, ['--list']))).not.toContain(topic)
  })

  it('produce and consume, with and without a group; lag is shown, offsets can be reset', async () => {
    const topic = newName('java')
    const group = newName('group')
    await java('org.apache.kafka.tools.ConsoleProducer', ['--topic', topic], 'one\ntwo\nthree\n')
    const fromStart = ['--topic', topic, '--from-beginning', '--max-messages', '3']
    expect(lines(await java(consumer, fromStart))).toEqual(['one', 'two', 'three'])
    expect(lines(await java(consumer, [...fromStart, '--group', group]))).toEqual(['one', 'two', 'three'])
    expect(await java(groups, ['--describe', '--group', group])).toMatch(new RegExp(`${topic}\\s+0\\s+3\\s+3\\s+0`))
    await java(groups, ['--reset-offsets', '--to-offset', '1', '--topic', topic, '--group', group, '--execute'])
    expect(lines(await java(consumer, ['--topic', topic, '--group', group, '--max-messages', '2']))).toEqual([
      'two',
      'three',
    ])
    expect(await java('org.apache.kafka.tools.GetOffsetShell', ['--topic', topic])).toContain(`${topic}:0:3`)
    await java(groups, ['--delete', '--group', group])
    expect(lines(await java(groups, ['--list']))).not.toContain(group)
  })

  it('ask for nothing that is advertised and not served', async () => {
    const versions = await java('org.apache.kafka.tools.BrokerApiVersionsCommand', [])
    expect(versions).toContain('Fetch(1): 4 to 17')
    expect(versions).toContain('AddPartitionsToTxn(24): 0 to 5')
    expect(await java('org.apache.kafka.tools.LogDirsCommand', ['--describe'])).toContain('partitions')
    expect(embedded.lines.filter((line) => line.startsWith('warn'))).toEqual([])
  })
})
