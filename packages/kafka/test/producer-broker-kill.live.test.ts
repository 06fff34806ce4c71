// A real Kafka killed and started again under load: the transactional producer loses nothing, repeats nothing and keeps the order.
// MILLRACE_BROKER_KILLS sets the number of kills (default 2; the whole proof takes 20).
import { hasJava, type KafkaServer, startKafka } from '@millrace/servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Admin } from '../src/client/admin.ts'
import { Cluster } from '../src/client/cluster.ts'
import { Producer, type ProducerOptions } from '../src/client/producer.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { readToEnd } from '../src/client/topic-reader.ts'
import { KafkaError } from '../src/error.ts'

const KILLS = Number(process.env['MILLRACE_BROKER_KILLS'] ?? 2)
const PARTITIONS = 2

let kafka: KafkaServer | null = null
beforeAll(async () => {
  // A single broker that crashes keeps what the operating system holds: only the process is killed.
  if (await hasJava()) kafka = await startKafka()
}, 180_000)
afterAll(() => kafka?.stop())

function append(producer: Producer, topic: string, number: number): void {
  const appender = producer.appender(topic, number % PARTITIONS)
  const text = `${number}:${'x'.repeat(number % 300)}`
  appender.begin(1)
  appender.nullKey()
  appender.beginValue()
  appender.sink.reserve(text.length)
  appender.sink.pos += appender.sink.bytes.write(text, appender.sink.pos)
  appender.endValue()
  appender.end({ count: 0, bytes: new Uint8Array(0) })
}

/** A broker that has just started loads its coordinators first. */
async function openProducer(options: ProducerOptions): Promise<Producer> {
  for (;;)
    try {
      return await Producer.open(options)
    } catch (error) {
      if (!KafkaError.from(error).retriable) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
}

/** The numbers of a partition, as a reader of committed records sees them. */
async function numbersOf(cluster: Cluster, topic: string, partition: number): Promise<number[]> {
  const numbers: number[] = []
  for await (const { records } of readToEnd(cluster, { topic, partition, fromOffset: 0 }))
    for (const { value } of records) numbers.push(Number.parseInt(String(value), 10))
  return numbers
}

async function underKills(broker: KafkaServer, topic: string, kills: number): Promise<void> {
  const cluster = new Cluster({
    bootstrap: [broker.bootstrap],
    open: connectTcp,
    clientId: 'kills',
    requestTimeoutMs: 5000,
  })
  await new Admin(cluster).createTopic({ name: topic, partitions: PARTITIONS, replicationFactor: 1 })
  const producer = await openProducer({
    cluster,
    batchBytes: 4000,
    capBytes: 400_000,
    ackTimeoutMs: 4000,
    deliveryTimeoutMs: 300_000,
    transactionTimeoutMs: 300_000,
    transactionalId: 'kills',
  })
  while (!(await producer.resolve([topic]))) await new Promise((resolve) => setTimeout(resolve, 50))
  let isDone = false
  let count = 0
  let acknowledged = 0
  const load = (async () => {
    while (!isDone) {
      for (let i = 0; i < 50; i++) append(producer, topic, count++)
      await producer.room()
      await producer.commit()
      acknowledged = count
    }
    await producer.commit()
  })()
  for (let kill = 0; kill < kills; kill++) {
    const before = acknowledged
    await expect.poll(() => acknowledged, { timeout: 120_000, interval: 10 }).toBeGreaterThan(before)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
    await broker.crash()
  }
  const before = acknowledged
  await expect.poll(() => acknowledged, { timeout: 120_000, interval: 10 }).toBeGreaterThan(before)
  isDone = true
  await load
  await producer.close()
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const wanted = Array.from({ length: count }, (_, number) => number).filter((n) => n % PARTITIONS === partition)
    const found = await numbersOf(cluster, topic, partition)
    const fault = found.findIndex((number, index) => number !== wanted[index])
    expect(fault < 0 ? null : `${found[fault]} at ${fault} instead of ${wanted[fault]}`).toBeNull()
    expect(found.length).toBe(wanted.length)
  }
  console.log(`${topic}: ${kills} kills, ${count} records, each once and in order`)
  await cluster.close()
}

test(`${KILLS} kills of a real Kafka: the transactional producer loses, repeats and reorders nothing`, {
  timeout: 180_000 + KILLS * 120_000,
}, async ({ skip }) => {
  if (kafka === null) return skip('no Java')
  await underKills(kafka, 'transactional', KILLS)
})
