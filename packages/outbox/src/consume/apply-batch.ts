// Applying messages: handler, order guard, dead letters and position in ONE transaction, so that a crash at any point
// leaves either all of a batch or nothing of it.
import { OutboxError } from '../outbox-error.ts'
import { isTimeOrderedId } from '../publish/event-id.ts'
import {
  type InboxPartition,
  inTransaction,
  markSeen,
  readGuards,
  readPosition,
  type SqlClient,
  type SqlPool,
  writeDeadLetter,
  writeGuards,
  writePosition,
} from './inbox-store.ts'
import { type InboxMessage, inboxMessage, type RawMessage } from './message.ts'

/** Applies one event; its statements on `tx` are committed together with the position. */
export type InboxHandler = (tx: SqlClient, message: InboxMessage) => Promise<void>

/** What happened to the messages of a batch. */
export interface BatchOutcome {
  applied: number
  /** Had been applied before (same event again, or below the stored position). */
  duplicates: number
  /** Older than what the aggregate has already seen. */
  stale: number
  deadLetters: number
}

/** Everything a batch needs besides its messages. */
export interface BatchContext {
  readonly pool: SqlPool
  readonly at: InboxPartition
  readonly topicId: string
  readonly handler: InboxHandler
  readonly orderGuard: boolean
}

/** A message that can never be applied; thrown by handlers, it goes to the dead letters with this reason. */
export class RejectMessage extends OutboxError {
  constructor(reason: string) {
    super('OUTBOX_REJECTED', reason, 'Look at the dead letter; correct the producer or the handler, then replay it.')
  }
}

/** How a message that made the handler fail is treated: as an error of the batch, or as a dead letter with a reason. */
export type OnFailure = (message: InboxMessage, error: unknown) => string | null

interface Sorted {
  readonly raw: RawMessage
  readonly message: InboxMessage | string
}

/**
 * Applies a batch of one partition, in offset order, and moves the position behind it.
 *
 * Returns null when the position belongs to a younger topic of the same name (another process has moved on): the caller restarts.
 * Errors: whatever the handler or the database throws, after a rollback; `onFailure` may turn a handler's error into a dead letter,
 * which is safe only for a batch of one, because the failed statement has spoilt the transaction: then the work is redone.
 */
export async function applyBatch(
  context: BatchContext,
  batch: readonly RawMessage[],
  onFailure: OnFailure = () => null,
): Promise<BatchOutcome | null> {
  const rejected = new Map<bigint, string>()
  for (;;) {
    try {
      return await inTransaction(context.pool, (tx) => applyInside(tx, context, batch, rejected))
    } catch (error) {
      if (!(error instanceof HandlerFailure)) throw error
      const { cause, failed } = error
      const reason = cause instanceof RejectMessage ? cause.message : onFailure(failed, cause)
      if (reason === null) throw cause
      rejected.set(failed.offset, reason) // the whole batch again, without this one
    }
  }
}

class HandlerFailure extends Error {
  readonly failed: InboxMessage

  constructor(failed: InboxMessage, cause: unknown) {
    super('handler failed', { cause })
    this.failed = failed
  }
}

async function applyInside(
  tx: SqlClient,
  context: BatchContext,
  batch: readonly RawMessage[],
  rejected: ReadonlyMap<bigint, string>,
): Promise<BatchOutcome | null> {
  const { at, topicId } = context
  const outcome: BatchOutcome = { applied: 0, duplicates: 0, stale: 0, deadLetters: 0 }
  const position = await readPosition(tx, at, true)
  if (position !== null && position.topicId !== topicId) return null
  const next = position?.nextOffset ?? 0n
  const fresh: Sorted[] = []
  for (const raw of batch) {
    if (raw.offset < next) outcome.duplicates++
    else fresh.push({ raw, message: inboxMessage(raw) })
  }
  if (fresh.length === 0) return outcome
  const gate = await openGate(tx, context, fresh)
  for (const { raw, message } of fresh) {
    const reason = typeof message === 'string' ? message : rejected.get(raw.offset)
    if (typeof message === 'string' || reason !== undefined) {
      await writeDeadLetter(tx, at, topicId, raw, reason ?? '')
      outcome.deadLetters++
      continue
    }
    const verdict = gate.judge(message)
    if (verdict !== 'apply') {
      outcome[verdict]++
      continue
    }
    await context.handler(tx, message).catch((cause: unknown) => {
      throw new HandlerFailure(message, cause)
    })
    gate.note(message)
    outcome.applied++
  }
  await writeGuards(tx, at, gate.changed)
  await writePosition(tx, at, { nextOffset: fresh[fresh.length - 1]!.raw.offset + 1n, topicId })
  return outcome
}

interface Gate {
  judge(message: InboxMessage): 'apply' | 'duplicates' | 'stale'
  note(message: InboxMessage): void
  readonly changed: Map<string, string>
}

/** Decides which events are new: time-ordered ids by the aggregate's last one, other ids by the table of seen events. */
async function openGate(tx: SqlClient, context: BatchContext, fresh: readonly Sorted[]): Promise<Gate> {
  const ordered = new Set<string>()
  const unordered = new Set<string>()
  for (const { message } of fresh) {
    if (typeof message === 'string' || message.eventId === null) continue
    if (context.orderGuard && isTimeOrderedId(message.eventId)) ordered.add(message.key)
    else unordered.add(message.eventId)
  }
  const guards = ordered.size === 0 ? new Map<string, string>() : await readGuards(tx, context.at, [...ordered].sort())
  const unseen = await markSeen(tx, context.at, [...unordered])
  const changed = new Map<string, string>()
  const isGuarded = (id: string) => context.orderGuard && isTimeOrderedId(id)
  return {
    changed,
    judge: ({ key, eventId }) => {
      if (eventId === null) return 'apply'
      if (!isGuarded(eventId)) return unseen.delete(eventId) ? 'apply' : 'duplicates'
      const last = guards.get(key)
      if (last === undefined || eventId > last) return 'apply'
      return eventId === last ? 'duplicates' : 'stale'
    },
    note: ({ key, eventId }) => {
      if (eventId === null || !isGuarded(eventId)) return
      guards.set(key, eventId)
      changed.set(key, eventId)
    },
  }
}
