// Publishing: one INSERT inside the caller's transaction. The change and its event are committed together or not at all.
import { OutboxError } from '../outbox-error.ts'
import { type EventIdSource, eventIdSource } from './event-id.ts'
import { type OutboxTable, outboxTable } from './outbox-table.ts'

/**
 * What an open transaction must offer: mysql2's promise connection fits as it is; other libraries need one line,
 * for MikroORM `{ query: (sql, values) => em.execute(sql, values, 'run') }`.
 */
export interface OutboxTransaction {
  query(sql: string, values: unknown[]): Promise<unknown>
}

/** One event. `Type` and `Aggregate` are string unions where the caller wants the compiler to check them. */
export interface OutboxEvent<Type extends string = string, Aggregate extends string = string> {
  /** Chooses the topic: EventRouter sends to `outbox.event.<aggregateType>`. */
  readonly aggregateType: Aggregate
  /** Becomes the record key: events of one aggregate stay in order. */
  readonly aggregateId: string | number | bigint
  /** What happened, for example `question_created`. */
  readonly type: Type
  /** The record value, byte for byte. */
  readonly payload: Uint8Array
}

/** Options of {@link publish}. */
export interface PublishOptions {
  readonly table?: OutboxTable
  readonly ids?: EventIdSource
}

const DEFAULT_TABLE = outboxTable()
const DEFAULT_IDS = eventIdSource()
const MAX_TEXT_CHARACTERS = 255

/**
 * Writes one outbox row in the caller's transaction and returns its id (UUIDv7, 32 hex digits).
 *
 * Call it last in the transaction, after all row changes, while the aggregate's row is locked: ids of one aggregate then
 * grow in commit order. It neither commits nor rolls back.
 * Errors: OUTBOX_BAD_EVENT for an empty or over-long text column (255 characters); errors of the database as they come.
 */
export async function publish<Type extends string, Aggregate extends string>(
  tx: OutboxTransaction,
  event: OutboxEvent<Type, Aggregate>,
  options: PublishOptions = {},
): Promise<string> {
  const aggregateId = String(event.aggregateId)
  checkText('aggregateType', event.aggregateType)
  checkText('aggregateId', aggregateId)
  checkText('type', event.type)
  const table = options.table ?? DEFAULT_TABLE
  const id = (options.ids ?? DEFAULT_IDS).next()
  const payload = Buffer.from(event.payload.buffer, event.payload.byteOffset, event.payload.byteLength)
  await tx.query(table.insertSql, [id, event.aggregateType, aggregateId, event.type, payload])
  return id
}

function checkText(field: string, text: string): void {
  const length = characters(text)
  if (length > 0 && length <= MAX_TEXT_CHARACTERS) return
  throw new OutboxError(
    'OUTBOX_BAD_EVENT',
    `${field} of an outbox event has ${length} characters`,
    `${field} must have 1 to ${MAX_TEXT_CHARACTERS} characters.`,
  )
}

/** Characters as MySQL counts them: code points. */
function characters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
