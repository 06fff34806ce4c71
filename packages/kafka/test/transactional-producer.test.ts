// The transactional producer against the embedded broker, in the way of today's clusters (transaction.version 2) and in the older one.

import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Admin } from '../src/client/admin.ts'
import { Cluster } from '../src/client/cluster.ts'
import { Connection } from '../src/client/connection.ts'
import { Producer } from '../src/client/producer.ts'
import { readToEnd } from '../src/client/topic-reader.ts'
import { fenceProducers } from '../src/client/transaction-coordinator.ts'
import { Embedded } from './fixtures/embedded.ts'

const PARTITIONS = 3
let embedded: Embedded
let cluster: Cluster

beforeEach(async () => {
  embedded = await new Embedded().start()
  cluster = new Cluster({ bootstrap: ['embedded:1'], open: async () => embedded.link(), clientId: 'test' })
  await new Admin(cluster).createTopic({ name: 't', partitions: PARTITIONS })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await cluster.close()
  await embedded[Symbol.asyncDispose]()
})

async function open(transactionalId = 'x', batchBytes = 100): Promise<Producer> {
  const producer = await Producer.open({ cluster, transactionalId, batchBytes, deliveryTimeoutMs: 60_000 })
  await producer.resolve(['t'])
  return producer
}

function append(producer: Producer, value: string, partition = 0): void {
  const appender = producer.appender('t', partition)
  appender.begin(1)
  appender.nullKey()
  appender.beginValue()
  appender.sink.reserve(value.length)
  appender.sink.pos += appender.sink.bytes.write(value, appender.sink.pos)
  appender.endValue()
  appender.end({ count: 0, bytes: new Uint8Array(0) })
}

/** What a reader of committed records sees of a partition. */
async function committed(partition = 0): Promise<string[]> {
  const values: string[] = []
  for await (const { records } of readToEnd(cluster, { topic: 't', partition, fromOffset: 0 }))
    for (const { value } of records) values.push(String(value))
  return values
}

describe.each([
  ['partitions added by writing to them', 2],
  ['partitions added by request', 1],
])('a transactional producer, %s', (_what, level) => {
  beforeEach(() => {
    vi.spyOn(Connection.prototype, 'featureLevel').mockReturnValue(level)
  })

  it('shows records when they are committed, in order, in every partition', async () => {
    const producer = await open()
    const wanted: string[][] = Array.from({ length: PARTITIONS }, () => [])
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 17; i++) {
        const partition = (round + i) % PARTITIONS
        append(producer, `${round}-${i}`, partition)
        wanted[partition]!.push(`${round}-${i}`)
      }
      await producer.commit()
    }
    for (let partition = 0; partition < PARTITIONS; partition++)
      expect(await committed(partition)).toEqual(wanted[partition])
    await producer.close()
  })

  it('keeps what is appended during a commit for the next transaction', async () => {
    const producer = await open()
    const wanted: string[] = []
    for (let round = 0; round < 30; round++) {
      append(producer, `${round}-before`)
      const commit = producer.commit()
      append(producer, `${round}-during`)
      producer.send()
      await turn()
      append(producer, `${round}-later`)
      await commit
      // the record before the commit is there; those appended meanwhile are not, however much of them is sent
      wanted.push(`${round}-before`)
      expect(await committed()).toEqual(wanted)
      wanted.push(`${round}-during`, `${round}-later`)
    }
    await producer.commit()
    expect(await committed()).toEqual(wanted)
    await producer.close()
  })

  it('takes back what is not committed when it is closed', async () => {
    const producer = await open()
    append(producer, 'kept')
    await producer.commit()
    append(producer, 'taken back')
    producer.send()
    await producer.checkpoint()
    await producer.close()
    expect(await committed()).toEqual(['kept'])
  })

  it('is fenced by the next one of its id, by name', async () => {
    const zombie = await open()
    append(zombie, 'zombie')
    zombie.send()
    await zombie.checkpoint()
    const heir = await open()
    append(heir, 'heir')
    await heir.commit()
    append(zombie, 'late')
    await expect(zombie.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED', retriable: false })
    await expect(zombie.room()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
    await expect(zombie.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
    await zombie.close()
    append(heir, 'heir again')
    await heir.commit()
    expect(await committed()).toEqual(['heir', 'heir again'])
    await heir.close()
  })

  it('commits nothing when nothing was appended', async () => {
    const producer = await open()
    await producer.commit()
    await producer.commit()
    expect(await committed()).toEqual([])
    append(producer, 'a')
    await producer.commit()
    expect(await committed()).toEqual(['a'])
    await producer.close()
  })

  it('goes on after a restart of the broker', async () => {
    const producer = await open()
    append(producer, 'before')
    producer.send()
    await producer.checkpoint()
    await embedded.restart()
    append(producer, 'after')
    await producer.commit()
    expect(await committed()).toEqual(['before', 'after'])
    await producer.close()
  })
})

it('fenceProducers ends the open transactions of all that went before', async () => {
  const producer = await open('group-connector-0')
  append(producer, 'open')
  producer.send()
  await producer.checkpoint()
  await fenceProducers(cluster, ['group-connector-0', 'group-connector-1'])
  await expect(producer.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
  expect(await committed()).toEqual([])
  await producer.close()
})

it('a commit without a transactional id is refused by name', async () => {
  const producer = await Producer.open({ cluster })
  await expect(producer.commit()).rejects.toMatchObject({ code: 'INVALID_TXN_STATE' })
  await producer.close()
})

it('a record beyond max.request.size is refused before it is sent', async () => {
  const producer = await Producer.open({ cluster, maxRecordBytes: 1000, batchBytes: 500 })
  await producer.resolve(['t'])
  append(producer, 'x'.repeat(900))
  append(producer, 'small')
  producer.send()
  await producer.checkpoint()
  append(producer, 'x'.repeat(1001))
  const checkpoint = producer.checkpoint()
  producer.send()
  await expect(checkpoint).rejects.toMatchObject({
    code: 'RECORD_TOO_LARGE',
    hint: expect.stringContaining('producer.override.max.request.size') as string,
  })
  expect(await committed()).toEqual(['x'.repeat(900), 'small'])
  await producer.close()
})
