// The history topic over the embedded broker: made as Debezium makes it, appended in order, read whole.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, type BrokerThread, Cluster, PortLink, startBrokerThread } from '@millrace/kafka'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KafkaHistoryTopic } from '../../../src/source/mysql/history/kafka-history-topic.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-'))
let broker: BrokerThread

beforeAll(async () => {
  broker = await startBrokerThread({ dataFolder: join(folder, 'broker') })
})
afterAll(async () => {
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

const openLink = async () => new PortLink(broker.connect())

function topicNamed(topic: string): KafkaHistoryTopic {
  return new KafkaHistoryTopic({ topic, bootstrapServers: 'embedded:1', openLink, clientId: 'history' })
}

async function textsOf(topic: KafkaHistoryTopic): Promise<string[]> {
  const texts: string[] = []
  for await (const text of topic.read()) texts.push(text)
  return texts
}

it('is made once, with one partition that is kept for ever', async () => {
  await using topic = topicNamed('h1')
  expect(await topic.exists()).toBe(false)
  await topic.create()
  await topic.create()
  expect(await topic.exists()).toBe(true)
  const cluster = new Cluster({ bootstrap: ['embedded:1'], open: openLink, clientId: 'test' })
  try {
    const configs = await new Admin(cluster).topicConfigs('h1')
    expect(configs.get('cleanup.policy')).toBe('delete')
    expect(configs.get('retention.ms')).toBe('9223372036854775807')
    expect(configs.get('retention.bytes')).toBe('-1')
    const [found] = await cluster.refresh(['h1'])
    expect(found?.leaders).toHaveLength(1)
  } finally {
    await cluster.close()
  }
})

it('keeps the order of appends that were not waited for', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `{"n" : ${i}, "ü" : "${'x'.repeat(i * 10)}"}`)
  {
    await using topic = topicNamed('h2')
    await topic.create()
    await Promise.all(texts.map((text) => topic.append(text)))
  }
  await using reader = topicNamed('h2')
  expect(await textsOf(reader)).toEqual(texts)
})

it('of no records is read as empty', async () => {
  await using topic = topicNamed('h3')
  await topic.create()
  expect(await textsOf(topic)).toEqual([])
})

it('that does not exist cannot be read', async () => {
  await using topic = topicNamed('h4')
  await expect(textsOf(topic)).rejects.toMatchObject({ code: 'CDC_STORE_UNAVAILABLE' })
})
