// The consumer's public face: options, start, health, shutdown. The work is done by consumer-loop.ts.
import { OutboxError } from '../outbox-error.ts'
import type { InboxHandler } from './apply-batch.ts'
import { ConsumerLoop } from './consumer-loop.ts'
import { createInboxTables, hearErrorsOf, type SqlPool } from './inbox-store.ts'

/** Options of {@link consume}. */
export interface ConsumeOptions {
  /** Topic to read, for example `outbox.event.question`. It need not exist yet. */
  readonly topic: string
  /** Consumer group: positions, guards and dead letters belong to it. */
  readonly group: string
  /** `host:port` of brokers. */
  readonly brokers: readonly string[]
  /** A `pg` pool of the database that holds both the handler's rows and the inbox's tables. */
  readonly pool: SqlPool
  /** Applies one event; see {@link InboxHandler}. Throw `RejectMessage` for what can never be applied. */
  readonly handler: InboxHandler
  readonly clientId?: string
  /**
   * Name of this reader within the group (static membership): after a crash its successor gets the same partitions at once instead of
   * after the session timeout. No two running readers may have the same.
   */
  readonly instanceId?: string
  /** Most messages in one transaction; 500 unless given. */
  readonly batchMessages?: number
  /** False: events with time-ordered ids are only de-duplicated, not kept from going backwards. */
  readonly orderGuard?: boolean
  /** Attempts at a message whose handler fails for a reason of its own, before it becomes a dead letter; 5 unless given. */
  readonly maxAttempts?: number
  /** Longest pause between attempts, milliseconds; 5000 unless given. */
  readonly maxBackOffMs?: number
  /** Called after each transaction that applied something. Must not throw. */
  readonly onApplied?: () => void
  /** Called with every error that makes the loop wait, and with notices. Must not throw. */
  readonly onNotice?: (notice: ConsumerNotice) => void
}

/** An event in the life of the consumer, without any message content. */
export interface ConsumerNotice {
  readonly atMs: number
  readonly text: string
}

/** What the consumer is doing. */
export type ConsumerState = 'connecting' | 'waiting for the topic' | 'running' | 'backing off' | 'closed'

/** Readable state of a consumer. */
export interface ConsumerHealth {
  readonly state: ConsumerState
  /** Messages in the topic that are not applied yet; null when the broker did not answer. */
  readonly lag: number | null
  readonly applied: number
  readonly duplicates: number
  readonly stale: number
  readonly deadLetters: number
  /** How often the loop has started again after an error. */
  readonly restarts: number
  readonly lastError: ConsumerNotice | null
  readonly lastAppliedAtMs: number | null
}

/** A started consumer. */
export interface RunningConsumer {
  /** Counts since the start, and the present lag. */
  health(): Promise<ConsumerHealth>
  /** Finishes the transaction in hand, commits the group's offsets, leaves the group. Never throws. */
  close(): Promise<void>
}

/**
 * Reads a topic of outbox events and applies each exactly once: row and position change in one PostgreSQL transaction.
 *
 * PostgreSQL's position is the truth; the group's offsets in Kafka follow it, for lag tools only. Errors of broker or
 * database make the loop wait and start again, for ever; it ends only by `close`.
 * Errors: OUTBOX_BAD_OPTION; the database's own error when the inbox's tables cannot be created.
 */
export async function consume(options: ConsumeOptions): Promise<RunningConsumer> {
  for (const name of ['topic', 'group'] as const) {
    if (options[name] === '')
      throw new OutboxError('OUTBOX_BAD_OPTION', `${name} is empty`, `Give the ${name} to read.`)
  }
  if (options.brokers.length === 0) {
    throw new OutboxError('OUTBOX_BAD_OPTION', 'no broker is given', 'Give at least one address as host:port.')
  }
  hearErrorsOf(options.pool)
  await createInboxTables(options.pool)
  const loop = new ConsumerLoop(options)
  loop.start()
  return { health: () => loop.health(), close: () => loop.close() }
}
