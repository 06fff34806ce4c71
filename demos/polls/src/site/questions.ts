// What the public pages read and write: published questions, and votes.
import type { EntityManager } from '@mikro-orm/mysql'
import { Choice, type ChoiceRow, Question, type QuestionRow } from '../database/entities.ts'
import { nowMicros } from '../time/micros.ts'

const NEWEST = 5

/** The five newest published questions. */
export function latestQuestions(em: EntityManager): Promise<QuestionRow[]> {
  return em.find(
    Question,
    { pubDate: { $lte: nowMicros() } },
    { orderBy: { pubDate: 'desc', id: 'desc' }, limit: NEWEST },
  )
}

/** A published question, or null; with `preview` (staff) also one of the future. */
export function findQuestion(em: EntityManager, id: number, preview: boolean): Promise<QuestionRow | null> {
  return em.findOne(Question, preview ? { id } : { id, pubDate: { $lte: nowMicros() } })
}

/** The choices of a question in the order of creation. */
export function choicesOf(em: EntityManager, question: QuestionRow): Promise<ChoiceRow[]> {
  return em.find(Choice, { question: question.id }, { orderBy: { id: 'asc' } })
}

/** Counts one vote in the database itself, so that two voters at once both count. False when the choice is not the question's. */
export async function vote(em: EntityManager, questionId: number, choiceId: number): Promise<boolean> {
  const result = await em.execute<{ affectedRows: number }>(
    'UPDATE `polls_choice` SET `votes` = `votes` + 1 WHERE `id` = ? AND `question_id` = ?',
    [choiceId, questionId],
    'run',
  )
  return Number(result.affectedRows) === 1
}
