// The same questions to the embedded broker and to a real Kafka, answer by answer: topics, options, records, cluster, and consumer groups of
// the new protocol. Skipped, and counted, where Java and Maven are not there.

import { hasJava, type KafkaServer, startKafka } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Connection } from '../src/client/connection.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { askCluster } from './fixtures/cluster-questions.ts'
import { questionsTo } from './fixtures/conversation.ts'
import { Embedded } from './fixtures/embedded.ts'
import { askAsMembers } from './fixtures/member-questions.ts'
import { askRecords } from './fixtures/record-questions.ts'
import { askTopics } from './fixtures/topic-questions.ts'

const isPossible = await hasJava()
/** A real broker gathers changes for a second before it assigns anew; ours does not. */
const AT_ONCE = { 'group.consumer.assignment.interval.ms': '0', 'group.consumer.min.assignment.interval.ms': '0' }

describe.skipIf(!isPossible)('the embedded broker answers what a real Kafka answers', () => {
  let real: KafkaServer
  let embedded: Embedded
  let connections: { real: Connection; embedded: Connection }

  beforeAll(async () => {
    real = await startKafka(AT_ONCE)
    embedded = await new Embedded().start()
    const { port: ownPort } = await embedded.broker.listen('127.0.0.1', 0)
    const open = async (port: number): Promise<Connection> =>
      Connection.open(await connectTcp('127.0.0.1', port, AbortSignal.timeout(30_000)), { clientId: 'x' })
    connections = { real: await open(Number(real.bootstrap.split(':')[1])), embedded: await open(ownPort) }
  }, 180_000)
  afterAll(async () => {
    connections?.real.close()
    connections?.embedded.close()
    await embedded?.[Symbol.asyncDispose]()
    await real?.stop()
  })

  // first: with it the real broker makes the topic of its groups
  it('to members of consumer groups', async () => {
    const [ours, theirs]: [string[], string[]] = [[], []]
    await askAsMembers(connections.real, '1', theirs)
    await askAsMembers(connections.embedded, '1', ours)
    expect(theirs.length).toBeGreaterThan(50)
    expect(ours).toEqual(theirs)
  }, 120_000)

  it('about topics, records and the cluster', async () => {
    const answersOf = async (connection: Connection): Promise<string[]> => {
      const lines: string[] = []
      const ask = questionsTo(connection, lines)
      await askTopics(ask, '1')
      await askRecords(ask, '1')
      await askCluster(ask, '1')
      return lines
    }
    const theirs = await answersOf(connections.real)
    expect(theirs.length).toBeGreaterThan(110)
    expect(await answersOf(connections.embedded)).toEqual(theirs)
  }, 120_000)
})
