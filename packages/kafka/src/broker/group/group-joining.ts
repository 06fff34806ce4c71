// How a member enters a group or its next generation: new, coming back with the id it was given, static, or joining again.

import { randomUUID } from 'node:crypto'
import type { KafkaErrorCode } from '../../error.ts'
import type { Group } from './group.ts'
import { joinResultOf } from './group-answers.ts'
import { GroupMember, type JoinResult, joinError, type MemberProtocol } from './group-member.ts'
import { chooseProtocol, supportsProtocols } from './group-protocols.ts'

/** What a member says when it joins. */
export interface JoinWish {
  groupId: string
  memberId: string
  groupInstanceId: string | null
  clientId: string
  clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocolType: string
  protocols: readonly MemberProtocol[]
  /** Whether a new member must come back with the id it is given (JoinGroup 4 and later). */
  requiresKnownId: boolean
  /** Whether a returning static leader can be told to keep its assignment (JoinGroup 9 and later). */
  knowsSkipAssignment: boolean
}

/** A new member: is given an id to come back with, or enters at once. `maxMembers`: most members of the group. */
export function joinNew(group: Group, wish: JoinWish, maxMembers: number): JoinResult | Promise<JoinResult> {
  const refuse = (code: KafkaErrorCode, memberId = ''): JoinResult => joinError(memberId, code)
  if (!supportsProtocols(group, wish.protocolType, wish.protocols)) return refuse('INCONSISTENT_GROUP_PROTOCOL')
  const known = wish.groupInstanceId === null ? undefined : group.instances.get(wish.groupInstanceId)
  if (known === undefined && group.members.size + group.pending.size >= maxMembers) {
    return refuse('GROUP_MAX_SIZE_REACHED')
  }
  const id = `${wish.groupInstanceId ?? wish.clientId}-${randomUUID()}`
  if (wish.groupInstanceId === null && wish.requiresKnownId) {
    group.expect(id, wish.sessionTimeoutMs)
    return refuse('MEMBER_ID_REQUIRED', id)
  }
  const member = memberOf(id, wish)
  if (known !== undefined) return joinReturning(group, group.members.get(known) as GroupMember, member, wish)
  group.add(member, wish.protocolType)
  return group.join(member)
}

/** A static member comes back under a new id. When nothing changes for the others, the generation goes on. */
async function joinReturning(group: Group, old: GroupMember, fresh: GroupMember, wish: JoinWish): Promise<JoinResult> {
  const wasLeader = group.leader === old.id
  group.replace(old, fresh)
  if (group.state !== 'Stable' || chooseProtocol(group.members) !== group.protocol) {
    group.rebalance(`static member ${wish.groupInstanceId} came back`)
    return group.join(fresh)
  }
  group.heard(fresh)
  await group.store().catch(() => {})
  const result = joinResultOf(group, fresh, wish.knowsSkipAssignment)
  // an older client must not take itself for the leader: it would assign anew what it does not know
  return wasLeader && !wish.knowsSkipAssignment ? { ...result, leader: old.id, members: [] } : result
}

/** A member that has its id: enters for the first time, or again. `findMember` checks the id. */
export function joinKnown(
  group: Group,
  wish: JoinWish,
  findMember: () => GroupMember | KafkaErrorCode,
): JoinResult | Promise<JoinResult> {
  const refuse = (code: KafkaErrorCode): JoinResult => joinError(wish.memberId, code)
  if (!supportsProtocols(group, wish.protocolType, wish.protocols)) return refuse('INCONSISTENT_GROUP_PROTOCOL')
  if (group.pending.has(wish.memberId)) {
    if (wish.groupInstanceId !== null) return refuse('UNKNOWN_MEMBER_ID')
    clearTimeout(group.pending.get(wish.memberId))
    group.pending.delete(wish.memberId)
    const fresh = memberOf(wish.memberId, wish)
    group.add(fresh, wish.protocolType)
    return group.join(fresh)
  }
  const member = findMember()
  if (typeof member === 'string') return refuse(member)
  const isUnchanged = member.offersSame(wish.protocols)
  const mayGoOn =
    group.state === 'CompletingRebalance'
      ? isUnchanged
      : group.state === 'Stable' && isUnchanged && member.id !== group.leader
  if (mayGoOn) {
    group.heard(member)
    return joinResultOf(group, member)
  }
  member.protocols = copyProtocols(wish.protocols)
  member.sessionTimeoutMs = wish.sessionTimeoutMs
  member.rebalanceTimeoutMs = wish.rebalanceTimeoutMs
  member.clientId = wish.clientId
  member.clientHost = wish.clientHost
  // before the wait begins: with it this rebalance may be complete at once
  if (group.state !== 'PreparingRebalance') group.rebalance(`member ${member.id} joined again`)
  return group.join(member)
}

function memberOf(id: string, wish: JoinWish): GroupMember {
  return new GroupMember({ ...wish, id, instanceId: wish.groupInstanceId, protocols: copyProtocols(wish.protocols) })
}

/** Subscriptions are views of a request frame, which they would keep in memory. */
function copyProtocols(protocols: readonly MemberProtocol[]): MemberProtocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: Uint8Array.from(metadata) }))
}
