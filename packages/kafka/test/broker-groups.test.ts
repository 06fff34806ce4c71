import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../src/client/connection.ts'
import { errorName, errorNumber, type KafkaErrorCode } from '../src/error.ts'
import { DeleteGroups } from '../src/protocol/delete-groups.ts'
import { DeleteTopics } from '../src/protocol/delete-topics.ts'
import { DescribeGroups } from '../src/protocol/describe-groups.ts'
import { COORDINATOR_TRANSACTION, FindCoordinator } from '../src/protocol/find-coordinator.ts'
import { Heartbeat } from '../src/protocol/heartbeat.ts'
import { JoinGroup } from '../src/protocol/join-group.ts'
import { LeaveGroup } from '../src/protocol/leave-group.ts'
import { ListGroups } from '../src/protocol/list-groups.ts'
import type { ResponseOf } from '../src/protocol/message.ts'
import { OffsetCommit } from '../src/protocol/offset-commit.ts'
import { OffsetDelete } from '../src/protocol/offset-delete.ts'
import { OffsetFetch } from '../src/protocol/offset-fetch.ts'
import { SyncGroup } from '../src/protocol/sync-group.ts'
import { Embedded, ensureTopic } from './fixtures/embedded.ts'

type Joined = ResponseOf<typeof JoinGroup>

let embedded: Embedded
let admin: Connection

beforeEach(async () => {
  embedded = await new Embedded().start()
  admin = await embedded.connect('admin')
})
afterEach(() => embedded[Symbol.asyncDispose]())

const REJOIN = errorNumber('MEMBER_ID_REQUIRED')

/** A consumer in one group on a connection of its own. */
class Member {
  readonly connection: Connection
  readonly instance: string | null
  memberId = ''
  joined: Joined | undefined

  constructor(connection: Connection, instance: string | null = null) {
    this.connection = connection
    this.instance = instance
  }

  static async open(instance: string | null = null): Promise<Member> {
    return new Member(await embedded.connect('c'), instance)
  }

  /** Joins; resolves when the generation begins. */
  async join(version?: number, protocols = ['range'], sessionTimeoutMs = 6000): Promise<Joined> {
    const wish = {
      groupId: 'g',
      sessionTimeoutMs,
      rebalanceTimeoutMs: 60_000,
      groupInstanceId: this.instance,
      protocolType: 'consumer',
      protocols: protocols.map((name) => ({ name, metadata: Buffer.from(`subscription ${name}`) })),
    }
    let answer = await this.connection.request(JoinGroup, { ...wish, memberId: this.memberId }, version)
    if (answer.errorCode === REJOIN) {
      answer = await this.connection.request(JoinGroup, { ...wish, memberId: answer.memberId }, version)
    }
    this.memberId = answer.memberId
    this.joined = answer
    return answer
  }

  /** Fetches the assignment; the leader gives everybody its own member id as assignment. */
  async sync(): Promise<string> {
    const { generationId = -1, members = [] } = this.joined ?? {}
    const assignments = members.map(({ memberId }) => ({ memberId, assignment: Buffer.from(`for ${memberId}`) }))
    const about = { groupId: 'g', generationId, memberId: this.memberId, groupInstanceId: this.instance }
    const answer = await this.connection.request(SyncGroup, { ...about, assignments })
    return answer.errorCode === 0 ? Buffer.from(answer.assignment).toString() : errorName(answer.errorCode)
  }

  async heartbeat(generationId = this.joined?.generationId ?? -1): Promise<KafkaErrorCode> {
    const about = { groupId: 'g', generationId, memberId: this.memberId, groupInstanceId: this.instance }
    return errorName((await this.connection.request(Heartbeat, about)).errorCode)
  }

  async commit(offset: number, generationId = this.joined?.generationId ?? -1): Promise<KafkaErrorCode> {
    const about = { groupId: 'g', generationId, memberId: this.memberId, groupInstanceId: this.instance }
    return commit(this.connection, about, offset)
  }

  async leave(): Promise<number> {
    const members = [{ memberId: this.memberId, groupInstanceId: this.instance }]
    const answer = await this.connection.request(LeaveGroup, { groupId: 'g', members })
    return answer.members[0]?.errorCode ?? answer.errorCode
  }
}

const OUTSIDE = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null as string | null }

async function commit(
  connection: Connection,
  about: typeof OUTSIDE,
  offset: number,
  metadata = '',
): Promise<KafkaErrorCode> {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: metadata }]
  const answer = await connection.request(OffsetCommit, { ...about, topics: [{ name: 't', partitions }] }, 9)
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
}

async function committed(version?: number): Promise<number | undefined> {
  const topics = [{ name: 't', partitionIndexes: [0] }]
  const answer = await admin.request(
    OffsetFetch,
    { groupId: 'g', topics, groups: [{ groupId: 'g', topics }] },
    version ?? 9,
  )
  return (answer.groups[0]?.topics ?? answer.topics)[0]?.partitions[0]?.committedOffset
}

async function stateOfGroup(): Promise<{ groupState: string; members: number }> {
  const { groups } = await admin.request(DescribeGroups, { groups: ['g'] }, 5)
  return { groupState: groups[0]?.groupState ?? '', members: groups[0]?.members.length ?? -1 }
}

/** Two members in a stable generation. */
async function pair(): Promise<[Member, Member]> {
  const first = await Member.open()
  const second = await Member.open()
  await first.join()
  await first.sync()
  const joining = second.join()
  await expect.poll(() => first.heartbeat()).toBe('REBALANCE_IN_PROGRESS')
  await Promise.all([first.join(), joining])
  await Promise.all([first.sync(), second.sync()])
  return [first, second]
}

describe('members', () => {
  it.each(Array.from({ length: JoinGroup.max + 1 }, (_, version) => version))(
    'join alone with version %i',
    async (version) => {
      const member = await Member.open()
      const joined = await member.join(version)
      expect(joined).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range', leader: member.memberId })
      expect(joined.members.map(({ memberId }) => memberId)).toEqual([member.memberId])
      expect(await member.sync()).toBe(`for ${member.memberId}`)
      expect(await member.heartbeat()).toBe('NONE')
      expect(await stateOfGroup()).toEqual({ groupState: 'Stable', members: 1 })
    },
  )

  it('share one generation; only the leader sees all; each gets its own assignment', async () => {
    const [first, second] = await pair()
    expect(first.joined?.generationId).toBe(second.joined?.generationId)
    const leader = first.joined?.leader === first.memberId ? first : second
    const follower = leader === first ? second : first
    expect(leader.joined?.members).toHaveLength(2)
    expect(follower.joined?.members).toHaveLength(0)
    expect(await first.sync()).toBe(`for ${first.memberId}`)
    expect(await second.sync()).toBe(`for ${second.memberId}`)
  })

  it('rebalance once when one joins, not again and again', async () => {
    const [first, second] = await pair()
    expect(first.joined?.generationId).toBe(2)
    expect(await first.heartbeat()).toBe('NONE')
    expect(await second.heartbeat()).toBe('NONE')
  })

  it('take over when another leaves', async () => {
    const [first, second] = await pair()
    expect(await first.leave()).toBe(0)
    expect(await second.heartbeat()).toBe('REBALANCE_IN_PROGRESS')
    await second.join()
    expect(second.joined).toMatchObject({ generationId: 3, leader: second.memberId })
    expect(await second.sync()).toBe(`for ${second.memberId}`)
  })

  it('agree on a protocol that all offer', async () => {
    const first = await Member.open()
    await first.join(undefined, ['sticky', 'range'])
    await first.sync()
    const second = await Member.open()
    const joining = second.join(undefined, ['range', 'other'])
    await expect.poll(() => first.heartbeat()).toBe('REBALANCE_IN_PROGRESS')
    await first.join(undefined, ['sticky', 'range'])
    expect((await joining).protocolName).toBe('range')
    const third = await Member.open()
    expect((await third.join(undefined, ['sticky'])).errorCode).toBe(errorNumber('INCONSISTENT_GROUP_PROTOCOL'))
  })

  it.each([
    ['a wrong generation', 'ILLEGAL_GENERATION', (member: Member) => member.heartbeat(99)],
    ['a wrong generation in a commit', 'ILLEGAL_GENERATION', (member: Member) => member.commit(1, 99)],
    [
      'an unknown id',
      'UNKNOWN_MEMBER_ID',
      (member: Member) => {
        member.memberId = 'nobody'
        return member.heartbeat()
      },
    ],
  ] as const)('with %s are told %s', async (_what, code, act) => {
    await ensureTopic(admin, 't')
    const member = await Member.open()
    await member.join()
    await member.sync()
    expect(await act(member)).toBe(code)
  })

  it('need a session timeout within the limits', async () => {
    const member = await Member.open()
    expect((await member.join(undefined, ['range'], 100)).errorCode).toBe(errorNumber('INVALID_SESSION_TIMEOUT'))
  })

  it('stay in their generation across a restart of the broker', async () => {
    const [first, second] = await pair()
    await embedded.restart()
    admin = await embedded.connect('admin')
    expect(await stateOfGroup()).toEqual({ groupState: 'Stable', members: 2 })
    for (const { memberId, joined } of [first, second]) {
      const again = new Member(await embedded.connect('c'))
      again.memberId = memberId
      again.joined = joined
      expect(await again.heartbeat()).toBe('NONE')
      expect(await again.sync()).toBe(`for ${memberId}`)
    }
  })
})

describe('static members', () => {
  it('come back under a new id without a rebalance; the old id is fenced', async () => {
    const first = await Member.open('one')
    await first.join()
    await first.sync()
    const back = await Member.open('one')
    const joined = await back.join()
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, skipAssignment: true, leader: back.memberId })
    expect(await back.sync()).toBe(`for ${first.memberId}`)
    expect(await first.heartbeat()).toBe('FENCED_INSTANCE_ID')
    expect(await back.heartbeat()).toBe('NONE')
  })

  it('leave by the name of their instance', async () => {
    const member = await Member.open('one')
    await member.join()
    await member.sync()
    const members = [{ memberId: '', groupInstanceId: 'one' }]
    const answer = await admin.request(LeaveGroup, { groupId: 'g', members })
    expect(answer.members[0]?.errorCode).toBe(0)
    expect(await stateOfGroup()).toEqual({ groupState: 'Empty', members: 0 })
  })
})

describe('committed offsets', () => {
  it.each([1, 5, 7, 8, 9])('are read with OffsetFetch %i, also after a restart', async (version) => {
    await ensureTopic(admin, 't')
    expect(await committed(version)).toBe(-1)
    const member = await Member.open()
    await member.join()
    await member.sync()
    expect(await member.commit(7)).toBe('NONE')
    expect(await member.commit(42)).toBe('NONE')
    await embedded.restart()
    admin = await embedded.connect('admin')
    expect(await committed(version)).toBe(42)
  })

  it('from outside are taken only while nobody is in the group', async () => {
    await ensureTopic(admin, 't')
    expect(await commit(admin, OUTSIDE, 5)).toBe('NONE')
    const member = await Member.open()
    await member.join()
    await member.sync()
    expect(await commit(admin, OUTSIDE, 6)).toBe('UNKNOWN_MEMBER_ID')
    await member.leave()
    expect(await commit(admin, OUTSIDE, 6)).toBe('NONE')
    expect(await committed()).toBe(6)
  })

  it('need an existing topic and short metadata', async () => {
    expect(await commit(admin, OUTSIDE, 1)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    await ensureTopic(admin, 't')
    expect(await commit(admin, OUTSIDE, 1, 'x'.repeat(5000))).toBe('OFFSET_METADATA_TOO_LARGE')
    expect(await committed()).toBe(-1)
  })

  it('go with their topic', async () => {
    await ensureTopic(admin, 't')
    await commit(admin, OUTSIDE, 1)
    await admin.request(DeleteTopics, { topics: [{ name: 't' }], timeoutMs: 1000 })
    await ensureTopic(admin, 't')
    await expect.poll(() => committed()).toBe(-1)
  })

  it('are deleted one by one, except of topics that are being read', async () => {
    await ensureTopic(admin, 't')
    await commit(admin, OUTSIDE, 1)
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }]
    const answer = await admin.request(OffsetDelete, { groupId: 'g', topics })
    expect(answer).toMatchObject({ errorCode: 0, topics: [{ partitions: [{ errorCode: 0 }] }] })
    expect(await committed()).toBe(-1)
  })
})

describe('groups', () => {
  it('are listed and deleted, with members only after they left', async () => {
    await ensureTopic(admin, 't')
    const member = await Member.open()
    await member.join()
    await member.sync()
    await member.commit(3)
    const drop = async (): Promise<KafkaErrorCode> => {
      return errorName((await admin.request(DeleteGroups, { groupsNames: ['g'] })).results[0]?.errorCode ?? -1)
    }
    expect(await drop()).toBe('NON_EMPTY_GROUP')
    await member.leave()
    const { groups } = await admin.request(ListGroups, { statesFilter: ['Empty'] })
    expect(groups).toEqual([{ groupId: 'g', protocolType: 'consumer', groupState: 'Empty', groupType: 'classic' }])
    expect(await drop()).toBe('NONE')
    expect(await drop()).toBe('GROUP_ID_NOT_FOUND')
    await embedded.restart()
    admin = await embedded.connect('admin')
    expect((await admin.request(ListGroups, {})).groups).toEqual([])
    expect(await committed()).toBe(-1)
  })

  it('have this broker as coordinator, as transactions have', async () => {
    const groups = await admin.request(FindCoordinator, { coordinatorKeys: ['g', 'h'] })
    expect(groups.coordinators.map(({ nodeId, errorCode }) => [nodeId, errorCode])).toEqual([
      [1, 0],
      [1, 0],
    ])
    const transactions = await admin.request(FindCoordinator, {
      keyType: COORDINATOR_TRANSACTION,
      coordinatorKeys: ['x'],
    })
    expect(transactions.coordinators[0]).toMatchObject({ errorCode: 0, nodeId: 1 })
  })
})
