// Transactions of real clients against the embedded broker: kafkajs, @platformatic/kafka, kcat as a reader, Kafka's own Java tools, and
// librdkafka by confluent-kafka for Python. Java is used where it and Maven are there; Python where confluent-kafka is installed or pip can
// fetch it. What cannot run is skipped and counted.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasJava, kafkaTool } from '@millrace/servers'
import { Producer, stringSerializers } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Embedded } from './fixtures/embedded.ts'

const run = promisify(execFile)
const canRun = (command: string, args: string[]): Promise<boolean> =>
  run(command, args, { timeout: 120_000 }).then(
    () => true,
    () => false,
  )

const venv = mkdtempSync(join(tmpdir(), 'millrace-venv-'))

/** A Python that knows confluent-kafka; undefined when there is none. */
async function findPython(): Promise<string | undefined> {
  const imports = ['-c', 'import confluent_kafka']
  if (await canRun('python3', imports)) return 'python3'
  const own = join(venv, 'bin', 'python')
  if (!(await canRun('python3', ['-m', 'venv', venv]))) return undefined
  if (!(await canRun(own, ['-m', 'pip', 'install', '--quiet', 'confluent-kafka']))) return undefined
  return (await canRun(own, imports)) ? own : undefined
}

const [javaIsThere, kcatIsThere, python] = await Promise.all([hasJava(), canRun('kcat', ['-V']), findPython()])

let embedded: Embedded
let address: string

beforeAll(async () => {
  embedded = await new Embedded().start()
  const { host, port } = await embedded.broker.listen('127.0.0.1', 0)
  address = `${host}:${port}`
})
afterAll(async () => {
  await embedded[Symbol.asyncDispose]()
  rmSync(venv, { recursive: true, force: true })
})

const words = (text: string): string[] => text.split('\n').filter((line) => line !== '')

describe('kafkajs', () => {
  it('consumes, produces and commits offsets in transactions; aborted ones are not seen', async () => {
    const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: 'js-in' }, { topic: 'js', numPartitions: 2 }] })
    const producer = kafka.producer({ transactionalId: 'js', maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    for (let number = 0; number < 6; number++) {
      const transaction = await producer.transaction()
      const messages = [0, 1].map((partition) => ({ partition, value: `${number}` }))
      await transaction.send({ topic: 'js', messages })
      const topics = [{ topic: 'js-in', partitions: [{ partition: 0, offset: `${number}` }] }]
      await transaction.sendOffsets({ consumerGroupId: 'js-group', topics })
      await (number % 2 === 0 ? transaction.commit() : transaction.abort())
    }
    const [offsets] = await admin.fetchOffsets({ groupId: 'js-group', topics: ['js-in'] })
    expect(offsets?.partitions[0]?.offset).toBe('4')
    const consumer = kafka.consumer({ groupId: 'js-reader', maxWaitTimeInMs: 100, readUncommitted: false })
    await consumer.connect()
    await consumer.subscribe({ topic: 'js', fromBeginning: true })
    const seen: string[] = []
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(message.value?.toString() ?? '') })
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(6)
    expect(seen.sort()).toEqual(['0', '0', '2', '2', '4', '4'])
    await consumer.disconnect()
    await producer.disconnect()
    await admin.disconnect()
  })
})

describe('@platformatic/kafka', () => {
  it('commits and aborts transactions', async () => {
    const options = { clientId: 'live', bootstrapBrokers: [address], strict: true, serializers: stringSerializers }
    const producer = new Producer({ ...options, idempotent: true, transactionalId: 'platformatic' })
    const other = new Producer({ ...options, autocreateTopics: true })
    await other.send({ acks: -1, messages: [{ topic: 'platformatic', key: 'k', value: 'plain' }] })
    for (const isCommit of [true, false, true]) {
      const transaction = await producer.beginTransaction()
      await transaction.send({ acks: -1, messages: [{ topic: 'platformatic', key: 'k', value: `${isCommit}` }] })
      await (isCommit ? transaction.commit() : transaction.abort())
    }
    await producer.close()
    await other.close()
    const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
    const consumer = kafka.consumer({ groupId: 'platformatic-reader', maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topic: 'platformatic', fromBeginning: true })
    const seen: string[] = []
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(message.value?.toString() ?? '') })
    await expect.poll(() => seen, { timeout: 30_000 }).toEqual(['plain', 'true', 'true'])
    await consumer.disconnect()
  })
})

describe.skipIf(!kcatIsThere)('kcat', () => {
  it('reads by isolation level', async () => {
    const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ transactionalId: 'kcat', maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    for (const value of ['good', 'bad', 'better']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'kcat', messages: [{ value }] })
      await (value === 'bad' ? transaction.abort() : transaction.commit())
    }
    await producer.disconnect()
    const read = async (level: string): Promise<string[]> => {
      const args = ['-b', address, '-q', '-C', '-t', 'kcat', '-e', '-o', 'beginning', '-X', `isolation.level=${level}`]
      return words((await run('kcat', args)).stdout)
    }
    expect(await read('read_committed')).toEqual(['good', 'better'])
    expect(await read('read_uncommitted')).toEqual(['good', 'bad', 'better'])
  })
})

describe.skipIf(python === undefined)('confluent-kafka for Python', () => {
  it('consumes, transforms and produces exactly once, and is fenced', { timeout: 120_000 }, async () => {
    const script = join(import.meta.dirname, 'fixtures', 'confluent-transactions.py')
    const { stdout } = await run(python!, [script, address, 'py'], { timeout: 110_000 })
    const expected = Array.from({ length: 10 }, (_, index) => `v${index}-good`).join(' ')
    expect(words(stdout)).toEqual([expected, '10 fenced'])
  })
})

describe.skipIf(!javaIsThere)("Kafka's Java tools", { timeout: 300_000 }, () => {
  const transactions = (...args: string[]): Promise<string> =>
    kafkaTool('org.apache.kafka.tools.TransactionsCommand', ['--bootstrap-server', address, ...args])

  it('produce in transactions, which read_committed readers see', async () => {
    const told = await kafkaTool('org.apache.kafka.tools.ProducerPerformance', [
      ...['--topic', 'perf', '--num-records', '5000', '--record-size', '50', '--throughput', '-1'],
      ...['--transactional-id', 'perf', '--transaction-duration-ms', '20'],
      ...['--producer-props', `bootstrap.servers=${address}`, 'linger.ms=1'],
    ])
    expect(told).toContain('5000 records sent')
    const read = await kafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', address, '--topic', 'perf', '--from-beginning'],
      ...['--isolation-level', 'read_committed', '--max-messages', '5000', '--timeout-ms', '60000'],
    ])
    expect(words(read)).toHaveLength(5000)
    expect(await transactions('list')).toMatch(/perf\s+1\s+\d+\s+CompleteCommit/)
    // the state on disk has Kafka's own format
    const log = join(embedded.folder, 'topics', '__transaction_state-0', '00000000000000000000.log')
    const dumped = await kafkaTool('org.apache.kafka.tools.DumpLogSegments', [
      ...['--transaction-log-decoder', '--files', log],
    ])
    const newest = words(dumped).at(-1)
    expect(newest).toContain('"transactionalId":"perf"')
    // 4: CompleteCommit
    expect(newest).toMatch(/"transactionStatus":4,"transactionPartitions":\[\].*"clientTransactionVersion":2/)
    expect(dumped).not.toMatch(/could not be decoded|corrupt/i)
  })

  it('show a hanging transaction, and end it', async () => {
    const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ transactionalId: 'hanging', maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'hanging', messages: [{ value: 'never' }] })
    expect(await transactions('describe', '--transactional-id', 'hanging')).toMatch(/hanging.*Ongoing.*hanging-0/s)
    expect(await transactions('describe-producers', '--topic', 'hanging', '--partition', '0')).toMatch(
      /^\d+\s+0\s+\S+\s+0\s+\d+\s+0\s*$/m,
    )
    await transactions('abort', '--topic', 'hanging', '--partition', '0', '--start-offset', '0')
    const open = await transactions('describe-producers', '--topic', 'hanging', '--partition', '0')
    expect(open).toMatch(/None\s*$/m)
    await producer.disconnect()
  })
})
