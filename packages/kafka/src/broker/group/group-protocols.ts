// What the members of a classic group have in common: assignment protocols, subscriptions, the longest time they ask for.

import type { Group } from './group.ts'
import type { GroupMember, MemberProtocol } from './group-member.ts'
import { subscribedTopics } from './group-records.ts'

type Members = ReadonlyMap<string, GroupMember>

/** Whether a new member with these protocols can live with the others. */
export function supportsProtocols(
  group: Pick<Group, 'members' | 'protocolType'>,
  protocolType: string,
  protocols: readonly MemberProtocol[],
): boolean {
  if (group.members.size === 0) return protocolType !== '' && protocols.length > 0
  if (protocolType !== group.protocolType) return false
  return protocols.some(({ name }) => isCommon(group.members, name))
}

/** The protocol that would be chosen with the members as they are: among those all offer, the one most members prefer. */
export function chooseProtocol(members: Members): string | null {
  const votes = new Map<string, number>()
  for (const member of members.values()) {
    const vote = member.protocols.find(({ name }) => isCommon(members, name))?.name
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1)
  }
  let best: string | null = null
  for (const [name, count] of votes) if (best === null || count > (votes.get(best) as number)) best = name
  return best
}

/** Whether a consumer among the members reads the topic, as far as subscriptions in Kafka's own format tell. */
export function isSubscribed(members: Members, topic: string): boolean {
  for (const member of members.values()) {
    for (const { metadata } of member.protocols) if (subscribedTopics(metadata).includes(topic)) return true
  }
  return false
}

/** Longest time that one of the members may take to join a generation. */
export function longestRebalanceTimeoutMs(members: Iterable<GroupMember>): number {
  let longest = 0
  for (const { rebalanceTimeoutMs } of members) longest = Math.max(longest, rebalanceTimeoutMs)
  return longest
}

function isCommon(members: Members, protocol: string): boolean {
  for (const member of members.values()) if (!member.protocols.some(({ name }) => name === protocol)) return false
  return true
}
