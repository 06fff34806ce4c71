// What a classic group tells its members, and what of it is stored.

import type { Group } from './group.ts'
import type { GroupMember, JoinResult, SyncResult } from './group-member.ts'
import type { StoredGroup } from './group-records.ts'

/** What a member is told about the generation in force. */
export function joinResultOf(group: Group, member: GroupMember, skipAssignment = false): JoinResult {
  const isLeader = member.id === group.leader
  const all = isLeader ? [...group.members.values()] : []
  return {
    errorCode: 0,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocol,
    leader: group.leader ?? '',
    memberId: member.id,
    skipAssignment: isLeader && skipAssignment,
    members: all.map((one) => ({
      memberId: one.id,
      groupInstanceId: one.instanceId,
      metadata: one.metadata(group.protocol),
    })),
  }
}

/** What a member is told about its assignment in the generation in force. */
export function syncResultOf(group: Group, member: GroupMember): SyncResult {
  return {
    errorCode: 0,
    protocolType: group.protocolType,
    protocolName: group.protocol,
    assignment: member.assignment,
  }
}

/** The group as stored. */
export function storedGroupOf(group: Group): StoredGroup {
  return {
    protocolType: group.protocolType ?? '',
    generation: group.generation,
    protocol: group.protocol,
    leader: group.leader,
    currentStateTimestampMs: group.stateSinceMs,
    members: [...group.members.values()].map((member) => member.stored(group.protocol)),
  }
}
