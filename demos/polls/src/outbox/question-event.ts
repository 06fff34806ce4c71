// The events of a question: what goes into the outbox, and how its payload reads.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { EntityManager } from '@mikro-orm/mysql'
import { type OutboxTransaction, publish } from '@millrace/outbox'
import { type Question, QuestionSchema } from '@millrace/proto'
import type { Micros } from '../time/micros.ts'

/** What can happen to a question. */
export type QuestionEventType = 'question_created' | 'question_updated' | 'question_deleted'

/** The part of a question that events carry. */
export interface QuestionState {
  readonly id: number
  readonly questionText: string
  readonly pubDate: Micros
}

const MICROS_PER_SECOND = 1_000_000n

/** The payload of a question: com.hus.cdc.Question with all three fields. */
export function encodeQuestion(question: QuestionState): Uint8Array {
  // floor, not truncate: a Timestamp's nanos are never negative, also before 1970
  let seconds = question.pubDate / MICROS_PER_SECOND
  if (question.pubDate % MICROS_PER_SECOND < 0n) seconds -= 1n
  const nanos = Number(question.pubDate - seconds * MICROS_PER_SECOND) * 1000
  return toBinary(
    QuestionSchema,
    create(QuestionSchema, { id: question.id, questionText: question.questionText, pubDate: { seconds, nanos } }),
  )
}

/** The payload of a deletion: only the id. A question always has a date, so a message without one means "gone". */
export function encodeDeletion(id: number): Uint8Array {
  return toBinary(QuestionSchema, create(QuestionSchema, { id }))
}

/** A payload as a message, or null when the bytes are not one. */
export function decodeQuestion(payload: Uint8Array): Question | null {
  try {
    return fromBinary(QuestionSchema, payload)
  } catch {
    return null
  }
}

/** The open transaction of an entity manager, as the outbox wants it. */
export function transactionOf(em: EntityManager): OutboxTransaction {
  return { query: (sql, values) => em.execute(sql, values, 'run') }
}

/** Writes the event of one change; call it after all row changes, inside `em.transactional`. Returns the event's id. */
export function writeQuestionEvent(
  em: EntityManager,
  type: Exclude<QuestionEventType, 'question_deleted'>,
  question: QuestionState,
): Promise<string> {
  return publish(transactionOf(em), {
    aggregateType: 'question',
    aggregateId: question.id,
    type,
    payload: encodeQuestion(question),
  })
}

/** Writes the event of a deletion, in the same way. */
export function writeQuestionDeleted(em: EntityManager, id: number): Promise<string> {
  return publish(transactionOf(em), {
    aggregateType: 'question',
    aggregateId: id,
    type: 'question_deleted' satisfies QuestionEventType,
    payload: encodeDeletion(id),
  })
}
