// Exactly-once source support (KIP-618), read from the worker's and the connector's options.
import { CdcError } from '../base/errors.ts'
import type { StoredConfig } from '../store/store.ts'

type Settings = Readonly<Record<string, string>>

/** `exactly.once.source.support` of a worker. `preparing` is a worker that is about to be `enabled`: its tasks write as before. */
export type ExactlyOnceSupport = 'disabled' | 'preparing' | 'enabled'

const SUPPORT = 'exactly.once.source.support'
const SUPPORT_WORDS: readonly ExactlyOnceSupport[] = ['disabled', 'preparing', 'enabled']

/** The worker's support. Errors: CDC_CONFIG_INVALID for another word. */
export function exactlyOnceSupport(settings: Settings): ExactlyOnceSupport {
  const given = settings[SUPPORT] ?? 'disabled'
  const word = SUPPORT_WORDS.find((support) => support === given.trim().toLowerCase())
  if (word !== undefined) return word
  const words = '[DISABLED, ENABLED, PREPARING]'
  throw new CdcError(
    'CDC_CONFIG_INVALID',
    `Invalid value ${given} for configuration ${SUPPORT}: String must be one of (case insensitive): ${words}`,
  )
}

/** How a task writes in transactions. */
export interface TransactionSettings {
  /** `<group.id>-<connector>-<task>`, as Connect names it: the next generation of the task fences this one by it. */
  readonly transactionalId: string
  readonly offsetTopic: string
  /** Time from the first batch of a transaction to its commit; 0 = a commit per poll. */
  readonly boundaryMs: number
}

/** Null when the worker's source tasks write without transactions; a standalone worker's always do. Errors: CDC_CONFIG_INVALID. */
export function transactionSettings(
  settings: Settings,
  config: StoredConfig,
  { connector, task }: { readonly connector: string; readonly task: number },
): TransactionSettings | null {
  if (settings['offset.storage.file.filename'] !== undefined || exactlyOnceSupport(settings) !== 'enabled') return null
  return {
    transactionalId: transactionalIdOf(settings['group.id'] ?? '', connector, task),
    offsetTopic: settings['offset.storage.topic'] ?? '',
    boundaryMs: boundaryMsOf(settings, config),
  }
}

/** The transactional id of a task. */
export function transactionalIdOf(groupId: string, connector: string, task: number): string {
  return `${groupId}-${connector}-${task}`
}

/**
 * Refuses an `offsets.storage.topic` of the connector's own. All offsets stand in the worker's topic.
 * Errors: CDC_UNSUPPORTED, status 400.
 */
export function checkOffsetsTopic(settings: Settings, config: StoredConfig): void {
  const own = config['offsets.storage.topic']?.trim() ?? ''
  if (own === '' || own === settings['offset.storage.topic']) return
  throw new CdcError('CDC_UNSUPPORTED', `offsets.storage.topic=${own} is not supported`, {
    httpStatus: 400,
    hint: `Leave the option out: offsets are kept in the worker's topic, ${settings['offset.storage.topic']}.`,
  })
}

function boundaryMsOf(settings: Settings, config: StoredConfig): number {
  const boundary = (config['transaction.boundary'] ?? 'poll').trim().toLowerCase()
  if (boundary === 'poll') return 0
  if (boundary === 'connector')
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      'The connector does not support connector-defined transaction boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition.',
    )
  const text = config['transaction.boundary.interval.ms'] ?? settings['offset.flush.interval.ms'] ?? '60000'
  const interval = Number(text)
  if (boundary !== 'interval' || text.trim() === '' || !Number.isSafeInteger(interval) || interval < 0)
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `Invalid value ${boundary === 'interval' ? text : boundary} for configuration transaction.boundary${boundary === 'interval' ? '.interval.ms' : ''}`,
    )
  return interval
}
