// Ten thousand topics in a process that may have 256 files open: made, written, read, and found again after kill -9.

import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Connection } from '../src/client/connection.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { CreateTopics } from '../src/protocol/create-topics.ts'
import { Fetch } from '../src/protocol/fetch.ts'
import { Produce } from '../src/protocol/produce.ts'
import { BrokerChild, freePort } from './fixtures/broker-child.ts'
import { batchOf, valuesIn } from './fixtures/embedded.ts'

const TOPICS = Number(process.env['MANY_TOPICS'] ?? 10_000)
const PER_REQUEST = 1000
const OPEN_FILES = 256
const PATIENCE_MS = 600_000

const names = Array.from({ length: TOPICS }, (_, index) => `topic-${index}`)
const groups = Array.from({ length: Math.ceil(TOPICS / PER_REQUEST) }, (_, index) =>
  names.slice(index * PER_REQUEST, (index + 1) * PER_REQUEST),
)

async function connect(port: number): Promise<Connection> {
  const link = await connectTcp('127.0.0.1', port, new AbortController().signal)
  return Connection.open(link, { clientId: 'many', requestTimeoutMs: PATIENCE_MS })
}

/** The values in all topics of a group. */
async function read(connection: Connection, group: readonly string[]): Promise<string[]> {
  const topics = group.map((topic) => ({
    topic,
    partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }],
  }))
  const answer = await connection.request(Fetch, { maxWaitMs: 0, minBytes: 0, maxBytes: 50_000_000, topics }, 12)
  return answer.responses.flatMap(({ partitions }) => valuesIn(partitions[0]!.records))
}

it(`${TOPICS} topics with ${OPEN_FILES} open files`, { timeout: 1_800_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'many-'))
  const broker = new BrokerChild(folder, await freePort(), OPEN_FILES)
  try {
    await broker.start()
    const limits = `/proc/${broker.pid}/limits`
    if (existsSync(limits)) expect(readFileSync(limits, 'utf8')).toMatch(/Max open files\s+256\s/)
    const connection = await connect(broker.port)
    for (const group of groups) {
      const topics = group.map((name) => {
        return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
      })
      const made = await connection.request(CreateTopics, { topics, timeoutMs: PATIENCE_MS, validateOnly: false })
      expect(made.topics.filter(({ errorCode }) => errorCode !== 0)).toEqual([])
    }
    for (const group of groups) {
      const topicData = group.map((name) => ({ name, partitionData: [{ index: 0, records: batchOf([name]) }] }))
      const { responses } = await connection.request(Produce, { acks: -1, timeoutMs: PATIENCE_MS, topicData }, 12)
      expect(responses.filter(({ partitionResponses: [one] }) => one!.errorCode !== 0)).toEqual([])
    }
    for (const group of groups) expect(await read(connection, group)).toEqual(group)
    await broker.kill()
    await broker.start()
    const again = await connect(broker.port)
    for (const group of groups) expect(await read(again, group)).toEqual(group)
    again.close()
  } finally {
    await broker.kill()
    await rm(folder, { recursive: true, force: true })
  }
})
