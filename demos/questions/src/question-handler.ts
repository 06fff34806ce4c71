// Applies one outbox event to the table of questions.
import { fromBinary } from '@bufbuild/protobuf'
import { type InboxMessage, RejectMessage, type SqlClient } from '@millrace/outbox'
import { type Question, QuestionSchema } from '@millrace/proto'
import { deleteQuestion, upsertQuestion } from './question-table.ts'

const DELETED = 'question_deleted'
const MIN_SECONDS = -62_135_596_800n // 0001-01-01
const MAX_SECONDS = 253_402_300_799n // 9999-12-31T23:59:59

/** What an event asks for. */
export type QuestionChange =
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'upsert'; readonly id: number; readonly questionText: string; readonly pubDateUs: bigint }

/**
 * Reads an event. A deletion is told by the header `type`, where the connector places it, else by a message without a date:
 * every question has one.
 * Errors: RejectMessage when the value is no such message, or its id is not that of the record key.
 */
export function readChange(message: InboxMessage): QuestionChange {
  const question = decode(message.value)
  const { id, questionText, pubDate } = question
  if (id <= 0) throw new RejectMessage('the message has no question id')
  if (String(id) !== message.key) throw new RejectMessage('the id in the message is not the record key')
  if (message.headers.get('type') === DELETED || pubDate === undefined) return { kind: 'delete', id }
  if (
    pubDate.seconds < MIN_SECONDS ||
    pubDate.seconds > MAX_SECONDS ||
    pubDate.nanos < 0 ||
    pubDate.nanos > 999_999_999
  ) {
    throw new RejectMessage('the date of the message is outside years 1 to 9999')
  }
  if (questionText.includes('\0')) throw new RejectMessage('the text of the message holds a NUL character')
  return {
    kind: 'upsert',
    id,
    questionText,
    pubDateUs: pubDate.seconds * 1_000_000n + BigInt(Math.floor(pubDate.nanos / 1000)),
  }
}

/** Applies an event inside the inbox's transaction. */
export async function applyQuestion(tx: SqlClient, message: InboxMessage): Promise<void> {
  const change = readChange(message)
  if (change.kind === 'delete') await deleteQuestion(tx, change.id)
  else await upsertQuestion(tx, change)
}

function decode(value: Buffer): Question {
  try {
    return fromBinary(QuestionSchema, value)
  } catch {
    throw new RejectMessage('the value is not a com.hus.cdc.Question')
  }
}
