// Consumer groups of the new protocol (KIP-848) over the wire, without servers: assignment, revocation, static members, fencing, restart.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../src/client/connection.ts'
import { errorName } from '../src/error.ts'
import { ConsumerGroupDescribe } from '../src/protocol/consumer-group-describe.ts'
import { ConsumerGroupHeartbeat } from '../src/protocol/consumer-group-heartbeat.ts'
import { CreatePartitions } from '../src/protocol/create-partitions.ts'
import { CreateTopics } from '../src/protocol/create-topics.ts'
import { DeleteGroups } from '../src/protocol/delete-groups.ts'
import { DeleteTopics } from '../src/protocol/delete-topics.ts'
import { DescribeGroups } from '../src/protocol/describe-groups.ts'
import { JoinGroup } from '../src/protocol/join-group.ts'
import { ListGroups } from '../src/protocol/list-groups.ts'
import type { RequestOf } from '../src/protocol/message.ts'
import { OffsetCommit } from '../src/protocol/offset-commit.ts'
import { OffsetFetch } from '../src/protocol/offset-fetch.ts'
import { Embedded } from './fixtures/embedded.ts'

type Heartbeat = RequestOf<typeof ConsumerGroupHeartbeat>
type Owned = Map<string, number[]>

let embedded: Embedded
let client: Connection

beforeEach(async () => {
  embedded = await new Embedded({ consumerSessionTimeoutMs: 60_000 }).start()
  client = await embedded.connect()
  await makeTopic('t', 6)
})
afterEach(() => embedded[Symbol.asyncDispose]())

async function makeTopic(name: string, numPartitions: number): Promise<void> {
  const topics = [{ name, numPartitions, replicationFactor: 1, configs: [] }]
  await client.request(CreateTopics, { topics })
}

const beat = (over: Partial<Heartbeat>) =>
  client.request(ConsumerGroupHeartbeat, { groupId: 'g', memberId: 'a', memberEpoch: 0, ...over })

/** A consumer that does what the broker says. */
class Consumer {
  readonly id: string
  readonly about: Partial<Heartbeat>
  epoch = 0
  owned: Owned = new Map()

  constructor(id: string, about: Partial<Heartbeat> = { subscribedTopicNames: ['t'] }) {
    this.id = id
    this.about = about
  }

  /** One heartbeat; what is to be given up is given up at once, and told with the next. Returns the error, if any. */
  async beat(): Promise<string> {
    const topicPartitions = [...this.owned].map(([topicId, partitions]) => ({ topicId, partitions }))
    const { instanceId = null } = this.about
    const answer = await beat({
      memberId: this.id,
      memberEpoch: this.epoch,
      topicPartitions,
      instanceId,
      ...(this.epoch === 0 && { rebalanceTimeoutMs: 60_000, ...this.about }),
    })
    if (answer.errorCode !== 0) return errorName(answer.errorCode)
    this.epoch = answer.memberEpoch
    if (answer.assignment !== null)
      this.owned = new Map(answer.assignment.topicPartitions.map((one) => [one.topicId, one.partitions]))
    return 'NONE'
  }

  get partitions(): number[] {
    return [...this.owned.values()].flat()
  }
}

/** Beats all in turn until nothing changes any more. */
async function settle(...consumers: Consumer[]): Promise<void> {
  for (let round = 0; round < 6; round++) for (const consumer of consumers) expect(await consumer.beat()).toBe('NONE')
}

async function described(groupId = 'g') {
  const { groups } = await client.request(ConsumerGroupDescribe, { groupIds: [groupId] })
  return groups[0] as (typeof groups)[number]
}

describe('members', () => {
  it('share all partitions evenly, and nobody has a partition before its last owner gave it up', async () => {
    const consumers = [new Consumer('a'), new Consumer('b'), new Consumer('c')]
    const [first, second, third] = consumers as [Consumer, Consumer, Consumer]
    await settle(first)
    expect(first.partitions).toEqual([0, 1, 2, 3, 4, 5])
    for (let round = 0; round < 8; round++) {
      for (const consumer of round < 4 ? [first, second] : consumers) {
        expect(await consumer.beat()).toBe('NONE')
        const all = consumers.flatMap(({ partitions }) => partitions)
        expect(new Set(all).size).toBe(all.length)
      }
    }
    expect([first, second, third].map(({ partitions }) => partitions.length)).toEqual([2, 2, 2])
    expect(await described()).toMatchObject({ groupState: 'Stable', assignorName: 'uniform', groupEpoch: 4 })
  })

  it('keep what they have when others come and go', async () => {
    const [first, second] = [new Consumer('a'), new Consumer('b')]
    await settle(first, second)
    const before = first.partitions
    await beat({ memberId: 'b', memberEpoch: -1 })
    await settle(first)
    expect(first.partitions).toHaveLength(6)
    expect(first.partitions).toEqual(expect.arrayContaining(before))
  })

  it('get runs of partitions from the range assignor', async () => {
    const about = { subscribedTopicNames: ['t'], serverAssignor: 'range' }
    const [first, second] = [new Consumer('a', about), new Consumer('b', about)]
    await settle(first, second)
    expect([first.partitions, second.partitions]).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
  })

  it('follow an expression as topics come and go, and new partitions', async () => {
    const member = new Consumer('a', { subscribedTopicRegex: 'log\\..*' })
    await settle(member)
    expect(member.partitions).toEqual([])
    await makeTopic('log.one', 2)
    await makeTopic('catalog.one', 2)
    await settle(member)
    expect(member.partitions).toEqual([0, 1])
    await client.request(CreatePartitions, {
      topics: [{ name: 'log.one', count: 3, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    })
    await settle(member)
    expect(member.partitions).toEqual([0, 1, 2])
    await client.request(DeleteTopics, { topics: [{ name: 'log.one' }], topicNames: [], timeoutMs: 1000 })
    await settle(member)
    expect(member.partitions).toEqual([])
  })

  it('are put out when silent, and when they do not give partitions up in time', async () => {
    await embedded.stop()
    embedded = await new Embedded({ consumerSessionTimeoutMs: 400 }).start()
    client = await embedded.connect()
    await makeTopic('t', 2)
    const [first, second] = [new Consumer('a'), new Consumer('b')]
    await settle(first)
    await expect.poll(async () => (await described()).groupState, { timeout: 20_000 }).toBe('Empty')
    expect(await first.beat()).toBe('UNKNOWN_MEMBER_ID')
    const stubborn = { rebalanceTimeoutMs: 300, subscribedTopicNames: ['t'] }
    const { memberEpoch } = await beat({ memberId: 's', topicPartitions: [], ...stubborn })
    await second.beat()
    // alive and asked to give up, which it never does
    const own = async () => errorName((await beat({ memberId: 's', memberEpoch })).errorCode)
    expect(await own()).toBe('NONE')
    await expect.poll(own, { timeout: 20_000 }).toBe('UNKNOWN_MEMBER_ID')
  })
})

describe('static members', () => {
  const about = { subscribedTopicNames: ['t'], instanceId: 'one' }

  it('come back to what they had under a new id; the old id is fenced', async () => {
    const [fixed, other] = [new Consumer('a', about), new Consumer('b')]
    await settle(fixed, other)
    const { partitions } = fixed
    const { groupEpoch } = await described()
    expect(await new Consumer('x', about).beat()).toBe('UNRELEASED_INSTANCE_ID')
    await beat({ memberId: 'a', memberEpoch: -2, instanceId: 'one' })
    const back = new Consumer('x', about)
    await settle(back, other)
    expect(back.partitions).toEqual(partitions)
    expect((await described()).groupEpoch).toBe(groupEpoch)
    expect(await fixed.beat()).toBe('FENCED_INSTANCE_ID')
  })
})

describe('offsets', () => {
  const commit = async (memberId: string, generationId: number, version = 10): Promise<string> => {
    const topicId = embedded.broker ? [...(await ids())][0] : ''
    const partitions = [{ partitionIndex: 0, committedOffset: 0 }]
    const topics = [{ name: 't', topicId, partitions }]
    const answer = await client.request(OffsetCommit, { groupId: 'g', memberId, generationId, topics }, version)
    return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
  }
  const ids = async (): Promise<string[]> =>
    (await described()).members.flatMap((one) => one.assignment.topicPartitions.map(({ topicId }) => topicId))

  it('are taken from members of the epoch, by topic id and by name, and read by them', async () => {
    const member = new Consumer('a')
    await settle(member)
    expect(await commit('a', member.epoch)).toBe('NONE')
    expect(await commit('a', member.epoch, 9)).toBe('NONE')
    expect(await commit('a', member.epoch, 8)).toBe('UNSUPPORTED_VERSION')
    expect(await commit('a', member.epoch + 1)).toBe('STALE_MEMBER_EPOCH')
    expect(await commit('nobody', member.epoch)).toBe('UNKNOWN_MEMBER_ID')
    expect(await commit('', -1, 9)).toBe('UNKNOWN_MEMBER_ID')
    const fetch = async (memberId: string | null, memberEpoch: number) => {
      const groups = [{ groupId: 'g', memberId, memberEpoch, topics: null }]
      return (await client.request(OffsetFetch, { groups }, 9)).groups[0]
    }
    expect(await fetch('a', member.epoch)).toMatchObject({
      topics: [{ name: 't', partitions: [{ committedOffset: 0 }] }],
    })
    expect(errorName((await fetch('a', 1))?.errorCode ?? 0)).toBe('STALE_MEMBER_EPOCH')
    expect(errorName((await fetch('x', 1))?.errorCode ?? 0)).toBe('UNKNOWN_MEMBER_ID')
    expect((await fetch(null, -1))?.errorCode).toBe(0)
  })

  it('are taken in an older epoch for a partition that the member had in it', async () => {
    const [first, second] = [new Consumer('a'), new Consumer('b')]
    await settle(first)
    const { epoch } = first
    await settle(second, first)
    expect(first.epoch).toBe(epoch + 1)
    expect(await commit('a', epoch)).toBe(first.partitions.includes(0) ? 'NONE' : 'STALE_MEMBER_EPOCH')
    expect(await commit('b', epoch)).toBe('STALE_MEMBER_EPOCH')
  })
})

describe('a group', () => {
  it('goes on after a restart where it was', async () => {
    const [first, second] = [new Consumer('a'), new Consumer('b', { subscribedTopicNames: ['t'], instanceId: 'i' })]
    await settle(first, second)
    const before = await described()
    await embedded.restart()
    client = await embedded.connect()
    expect(await described()).toEqual(before)
    await settle(first, second)
    expect(await described()).toEqual(before)
  })

  it('is deleted only without members, and stays deleted', async () => {
    const member = new Consumer('a')
    await settle(member)
    const drop = async () =>
      errorName((await client.request(DeleteGroups, { groupsNames: ['g'] })).results[0]?.errorCode ?? 0)
    expect(await drop()).toBe('NON_EMPTY_GROUP')
    await beat({ memberId: 'a', memberEpoch: -1 })
    expect(await drop()).toBe('NONE')
    await embedded.restart()
    client = await embedded.connect()
    expect((await client.request(ListGroups, {})).groups).toEqual([])
  })

  it('is of one protocol at a time', async () => {
    const join = (groupId: string) =>
      client.request(
        JoinGroup,
        {
          groupId,
          memberId: '',
          sessionTimeoutMs: 6000,
          rebalanceTimeoutMs: 6000,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.from([0, 0]) }],
        },
        3,
      )
    await settle(new Consumer('a'))
    expect(errorName((await join('g')).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
    await join('classic')
    const { errorCode } = await beat({
      groupId: 'classic',
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: ['t'],
      topicPartitions: [],
    })
    expect(errorName(errorCode)).toBe('GROUP_ID_NOT_FOUND')
    const { groups } = await client.request(ListGroups, { typesFilter: ['Consumer'] })
    expect(groups).toMatchObject([{ groupId: 'g', groupType: 'consumer', groupState: 'Stable' }])
    expect((await client.request(DescribeGroups, { groups: ['g'] })).groups[0]).toMatchObject({
      errorMessage: 'Group g is not a classic group.',
    })
    await beat({ memberId: 'a', memberEpoch: -1 })
    expect((await join('g')).errorCode).toBe(0)
    expect((await described()).errorMessage).toBe('Group g is not a consumer group.')
  })

  it('loses offsets that are older than the retention, but not those of a topic that it reads', async () => {
    await embedded.stop()
    embedded = await new Embedded({ offsetsRetentionMs: 1, offsetsRetentionCheckMs: 30 }).start()
    client = await embedded.connect()
    await makeTopic('t', 1)
    await makeTopic('left', 1)
    const member = new Consumer('a')
    await settle(member)
    const commit = (name: string, groupId: string, memberId: string, generationId: number) =>
      client.request(
        OffsetCommit,
        {
          groupId,
          memberId,
          generationId,
          topics: [{ name, partitions: [{ partitionIndex: 0, committedOffset: 0 }] }],
        },
        9,
      )
    for (const name of ['t', 'left']) await commit(name, 'g', 'a', member.epoch)
    await commit('t', 'simple', '', -1)
    const topicsOf = async (groupId: string) => {
      const { groups } = await client.request(OffsetFetch, { groups: [{ groupId, topics: null }] }, 9)
      return groups[0]?.topics.map(({ name }) => name)
    }
    await expect.poll(() => topicsOf('simple'), { timeout: 20_000 }).toEqual([])
    await expect.poll(() => topicsOf('g'), { timeout: 20_000 }).toEqual(['t'])
    const ids = async () => (await client.request(ListGroups, {})).groups.map(({ groupId }) => groupId)
    await expect.poll(ids, { timeout: 20_000 }).toEqual(['g'])
  })
})
