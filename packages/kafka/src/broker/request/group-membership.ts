// FindCoordinator, JoinGroup, SyncGroup, Heartbeat and LeaveGroup: life of a member in a classic group.

import { errorNumber } from '../../error.ts'
import { COORDINATOR_GROUP, COORDINATOR_TRANSACTION, type FindCoordinator } from '../../protocol/find-coordinator.ts'
import type { Heartbeat } from '../../protocol/heartbeat.ts'
import type { JoinGroup } from '../../protocol/join-group.ts'
import type { LeaveGroup } from '../../protocol/leave-group.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { SyncGroup } from '../../protocol/sync-group.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import type { ListenAddress } from '../net/tcp-listener.ts'

/** First versions in which a new member comes back with its id, and in which it can be told to skip assigning. */
const KNOWN_ID_SINCE = 4
const SKIP_ASSIGNMENT_SINCE = 9
/** First version with several coordinators in one answer. */
const KEYS_SINCE = 4

/** Answers FindCoordinator: for groups and transactional producers it is this broker. */
export function answerFindCoordinator(
  core: BrokerCore,
  request: RequestOf<typeof FindCoordinator>,
  { version, advertised }: RequestContext,
): ResponseInput<typeof FindCoordinator> {
  const found = coordinatorFor(core, advertised, request.keyType)
  if (version < KEYS_SINCE) return found
  return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...found })) }
}

interface Coordinator {
  errorCode: number
  errorMessage: string | null
  nodeId: number
  host: string
  port: number
}

function coordinatorFor(core: BrokerCore, advertised: ListenAddress, keyType: number): Coordinator {
  if (keyType === COORDINATOR_GROUP || keyType === COORDINATOR_TRANSACTION)
    return { errorCode: 0, errorMessage: null, nodeId: core.options.nodeId, ...advertised }
  return {
    errorCode: errorNumber('INVALID_REQUEST'),
    errorMessage: `There is no coordinator of type ${keyType} here.`,
    nodeId: -1,
    host: '',
    port: -1,
  }
}

/** Answers JoinGroup; waits for the generation to begin. */
export function answerJoinGroup(
  core: BrokerCore,
  request: RequestOf<typeof JoinGroup>,
  { version, clientId, clientHost }: RequestContext,
): Promise<ResponseInput<typeof JoinGroup>> {
  const { sessionTimeoutMs, rebalanceTimeoutMs } = request
  return core.groups.join({
    groupId: request.groupId,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    clientId,
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    protocolType: request.protocolType,
    protocols: request.protocols,
    requiresKnownId: version >= KNOWN_ID_SINCE,
    knowsSkipAssignment: version >= SKIP_ASSIGNMENT_SINCE,
  })
}

/** Answers SyncGroup; waits for the leader's assignment. */
export function answerSyncGroup(
  core: BrokerCore,
  request: RequestOf<typeof SyncGroup>,
): Promise<ResponseInput<typeof SyncGroup>> {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  return core.groups.sync(request, assignments)
}

/** Answers Heartbeat. */
export function answerHeartbeat(
  core: BrokerCore,
  request: RequestOf<typeof Heartbeat>,
): ResponseInput<typeof Heartbeat> {
  return { errorCode: errorNumber(core.groups.heartbeat(request)) }
}

/** Answers LeaveGroup: one member in old versions, several in newer ones. */
export function answerLeaveGroup(
  core: BrokerCore,
  request: RequestOf<typeof LeaveGroup>,
  { version }: RequestContext,
): ResponseInput<typeof LeaveGroup> {
  const { groupId } = request
  if (groupId === '') return { errorCode: errorNumber('INVALID_GROUP_ID') }
  if (version < 3) return { errorCode: errorNumber(core.groups.leave(groupId, request.memberId, null)) }
  return {
    errorCode: 0,
    members: request.members.map(({ memberId, groupInstanceId }) => {
      return {
        memberId,
        groupInstanceId,
        errorCode: errorNumber(core.groups.leave(groupId, memberId, groupInstanceId)),
      }
    }),
  }
}
