import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../src/client/connection.ts'
import { errorNumber } from '../src/error.ts'
import { DeleteTopics } from '../src/protocol/delete-topics.ts'
import { Fetch } from '../src/protocol/fetch.ts'
import { batchOf, Embedded, ensureTopic, fetchFrom, produce, valuesIn } from './fixtures/embedded.ts'

let embedded: Embedded
let connection: Connection
let reader: Connection

beforeEach(async () => {
  embedded = await new Embedded({ limits: { maxFetchSessions: 2 } }).start()
  connection = await embedded.connect()
  reader = await embedded.connect('reader')
})
afterEach(() => embedded[Symbol.asyncDispose]())

describe('fetch', () => {
  it('waits for records and answers as soon as they are there', async () => {
    await ensureTopic(connection, 't')
    const waiting = fetchFrom(reader, 't', 0, { maxWaitMs: 60_000 })
    await produce(connection, 't', batchOf(['now']))
    expect(valuesIn((await waiting).records)).toEqual(['now'])
  })

  it('waits until there are enough bytes', async () => {
    await ensureTopic(connection, 't')
    let isAnswered = false
    const waiting = fetchFrom(reader, 't', 0, { maxWaitMs: 60_000, minBytes: 3000 }).finally(() => {
      isAnswered = true
    })
    await produce(connection, 't', batchOf(['x'.repeat(1000)]))
    await produce(connection, 't', batchOf(['y'.repeat(1000)]))
    expect(isAnswered).toBe(false)
    await produce(connection, 't', batchOf(['z'.repeat(1000)]))
    expect(valuesIn((await waiting).records)).toHaveLength(3)
  })

  it('answers empty when the time is over', async () => {
    await ensureTopic(connection, 't')
    const answer = await fetchFrom(reader, 't', 0, { maxWaitMs: 30 })
    expect(answer).toMatchObject({ errorCode: 0, highWatermark: 0 })
    expect(answer.records?.length).toBe(0)
  })

  it('gives at least one batch, then no more than asked for', async () => {
    await ensureTopic(connection, 't')
    for (let index = 0; index < 10; index++) await produce(connection, 't', batchOf([`${index}`.repeat(1000)]))
    expect(valuesIn((await fetchFrom(reader, 't', 0, { partitionMaxBytes: 1 })).records)).toHaveLength(1)
    const three = await fetchFrom(reader, 't', 4, { partitionMaxBytes: 3500 })
    expect(valuesIn(three.records)).toEqual(['4', '5', '6'].map((digit) => digit.repeat(1000)))
  })

  it('tells a waiting client that the topic is gone', async () => {
    await ensureTopic(connection, 't')
    const waiting = fetchFrom(reader, 't', 0, { maxWaitMs: 60_000 })
    await connection.request(DeleteTopics, { topics: [{ name: 't' }], timeoutMs: 1000 })
    expect((await waiting).errorCode).toBe(errorNumber('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  it.each(Array.from({ length: Fetch.max - Fetch.min + 1 }, (_, index) => Fetch.min + index))(
    'version %i',
    async (version) => {
      const topicId = await ensureTopic(connection, 't')
      await produce(connection, 't', batchOf(['a', 'b']))
      const topics = [{ topic: 't', topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }]
      const answer = await reader.request(Fetch, { maxWaitMs: 0, minBytes: 1, topics }, version)
      expect(answer.responses[0]).toMatchObject(version >= 13 ? { topicId } : { topic: 't' })
      expect(valuesIn(answer.responses[0]?.partitions[0]?.records ?? null)).toEqual(['a', 'b'])
    },
  )

  it.each([
    [7, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [13, 'UNKNOWN_TOPIC_ID'],
  ] as const)('version %i of an unknown topic: %s', async (version, code) => {
    const topicId = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
    const topics = [{ topic: 'no', topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }]
    const answer = await reader.request(Fetch, { maxWaitMs: 0, minBytes: 1, topics }, version)
    expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(errorNumber(code))
  })
})

describe('fetch sessions', () => {
  const wait = { maxWaitMs: 0, minBytes: 1 }
  const target = (topic: string, fetchOffset: number) => {
    return { topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1_000_000 }] }
  }

  it('answer only what is new', async () => {
    await ensureTopic(connection, 'a')
    await ensureTopic(connection, 'b')
    await produce(connection, 'a', batchOf(['a0']))
    const first = await reader.request(
      Fetch,
      { ...wait, sessionEpoch: 0, topics: [target('a', 0), target('b', 0)] },
      12,
    )
    expect(first.sessionId).toBeGreaterThan(0)
    expect(first.responses.map(({ topic }) => topic)).toEqual(['a', 'b'])
    const { sessionId } = first
    const idle = await reader.request(Fetch, { ...wait, sessionId, sessionEpoch: 1, topics: [target('a', 1)] }, 12)
    expect(idle).toMatchObject({ errorCode: 0, sessionId, responses: [] })
    await produce(connection, 'b', batchOf(['b0']))
    const news = await reader.request(Fetch, { ...wait, sessionId, sessionEpoch: 2, topics: [] }, 12)
    expect(news.responses.map(({ topic }) => topic)).toEqual(['b'])
    expect(valuesIn(news.responses[0]?.partitions[0]?.records ?? null)).toEqual(['b0'])
    const forgottenTopicsData = [{ topic: 'b', partitions: [0] }]
    const less = await reader.request(
      Fetch,
      { ...wait, sessionId, sessionEpoch: 3, topics: [], forgottenTopicsData },
      12,
    )
    expect(less.responses).toEqual([])
  })

  it('refuse a wrong epoch and an unknown id', async () => {
    await ensureTopic(connection, 'a')
    const { sessionId } = await reader.request(Fetch, { ...wait, sessionEpoch: 0, topics: [target('a', 0)] }, 12)
    const late = await reader.request(Fetch, { ...wait, sessionId, sessionEpoch: 5, topics: [] }, 12)
    expect(late.errorCode).toBe(errorNumber('INVALID_FETCH_SESSION_EPOCH'))
    const unknown = await reader.request(Fetch, { ...wait, sessionId: sessionId ^ 1, sessionEpoch: 1, topics: [] }, 12)
    expect(unknown.errorCode).toBe(errorNumber('FETCH_SESSION_ID_NOT_FOUND'))
  })

  it('have a limit; beyond it clients read without one', async () => {
    await ensureTopic(connection, 'a')
    const ids: number[] = []
    for (let index = 0; index < 3; index++) {
      ids.push((await reader.request(Fetch, { ...wait, sessionEpoch: 0, topics: [target('a', 0)] }, 12)).sessionId)
    }
    expect(ids.map((id) => id > 0)).toEqual([true, true, false])
    // a session that its client ends makes room
    const [first = 0] = ids
    await reader.request(Fetch, { ...wait, sessionId: first, sessionEpoch: -1, topics: [target('a', 0)] }, 12)
    const next = await reader.request(Fetch, { ...wait, sessionEpoch: 0, topics: [target('a', 0)] }, 12)
    expect(next.sessionId).toBeGreaterThan(0)
  })

  it('let every partition have its turn when one has more than fits', async () => {
    await ensureTopic(connection, 'a')
    await ensureTopic(connection, 'b')
    for (const topic of ['a', 'b'])
      for (let index = 0; index < 3; index++) await produce(connection, topic, batchOf([`${topic}${index}`]))
    const small = { ...wait, maxBytes: 1 }
    const first = await reader.request(
      Fetch,
      { ...small, sessionEpoch: 0, topics: [target('a', 0), target('b', 0)] },
      12,
    )
    const served = [first]
    const { sessionId } = first
    served.push(await reader.request(Fetch, { ...small, sessionId, sessionEpoch: 1, topics: [target('a', 1)] }, 12))
    const records = served.flatMap(({ responses }) =>
      responses.flatMap(({ partitions }) => partitions.flatMap((one) => valuesIn(one.records))),
    )
    expect(records).toEqual(['a0', 'b0'])
  })
})
