// Makes a worker's membership out of its settings.
import { Cluster, type ClusterOptions, GroupSession } from '@millrace/kafka'
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { PROTOCOL_TYPE } from './connect-protocol.ts'
import { type GroupHost, Membership } from './membership.ts'

/** The group's part of the worker's settings. Times are milliseconds. */
export interface GroupSettings {
  /** Index among the names `default`, `compatible`, `sessioned` of the protocol that is preferred. */
  readonly protocol: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly rebalanceTimeoutMs: number
  readonly maxDelayMs: number
}

/** Names of `connect.protocol`, eager standing for `default`. */
const SETTING_NAMES = ['eager', 'compatible', 'sessioned'] as const

/**
 * Reads the group's settings.
 * Errors: CDC_CONFIG_INVALID for an unknown protocol or a time that cannot be read, and for a session shorter than its heartbeats.
 */
export function readGroupSettings(settings: Readonly<Record<string, string>>): GroupSettings {
  const number = (name: string, absent: number, min: number): number => {
    const text = settings[name]?.trim() ?? String(absent)
    const value = Number(text)
    if (text === '' || !Number.isInteger(value) || value < min)
      throw new CdcError(
        'CDC_CONFIG_INVALID',
        `Invalid value ${text} for configuration ${name}: an integer of at least ${min} is expected`,
      )
    return value
  }
  const name = settings['connect.protocol']?.trim().toLowerCase() ?? 'sessioned'
  const protocol = (SETTING_NAMES as readonly string[]).indexOf(name)
  if (protocol < 0) {
    const expected = `expected one of ${SETTING_NAMES.join(', ')}`
    throw new CdcError('CDC_CONFIG_INVALID', `Invalid value ${name} for configuration connect.protocol: ${expected}`)
  }
  const read = {
    protocol,
    sessionTimeoutMs: number('session.timeout.ms', 10_000, 1),
    heartbeatIntervalMs: number('heartbeat.interval.ms', 3000, 1),
    rebalanceTimeoutMs: number('rebalance.timeout.ms', 60_000, 1),
    maxDelayMs: number('scheduled.rebalance.max.delay.ms', 300_000, 0),
  }
  if (read.heartbeatIntervalMs >= read.sessionTimeoutMs)
    throw new CdcError('CDC_CONFIG_INVALID', 'heartbeat.interval.ms must be set lower than session.timeout.ms', {
      hint: 'A third of the session is usual: several heartbeats may then be lost.',
    })
  return read
}

/** Where and as whom to join. */
export interface MembershipPlace {
  readonly cluster: Pick<ClusterOptions, 'bootstrap' | 'open'>
  readonly groupId: string
  readonly settings: GroupSettings
  /** host:port under which others reach this worker's REST interface, and its base address with a slash at its end. */
  readonly workerId: string
  readonly url: string
  readonly log: Logger
}

/** A membership that has not begun, and what closes its connections. */
export function openMembership(
  place: MembershipPlace,
  host: GroupHost,
): { membership: Membership; close: () => Promise<void> } {
  const { groupId, settings, url, workerId, log } = place
  const clientId = `connect-${workerId}`
  const cluster = new Cluster({ ...place.cluster, clientId })
  const { sessionTimeoutMs, rebalanceTimeoutMs } = settings
  const session = new GroupSession({
    cluster,
    groupId,
    protocolType: PROTOCOL_TYPE,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
  })
  const membership = new Membership({ ...settings, session, host, url, clientId, log })
  return { membership, close: () => cluster.close() }
}
