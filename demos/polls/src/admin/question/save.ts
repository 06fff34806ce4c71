// Writing a question: rows first, then the outbox event, then the admin log, all in one transaction.
import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/mysql'
import { Choice, Question, type QuestionRow, type UserRow } from '../../database/entities.ts'
import { writeQuestionDeleted, writeQuestionEvent } from '../../outbox/question-event.ts'
import { ACTION_FLAGS, type LogStep, writeLog } from '../log.ts'
import type { QuestionValues } from './form.ts'

/** Adds a question with its choices, event `question_created`; returns it. */
export function addQuestion(em: EntityManager, user: UserRow, values: QuestionValues): Promise<QuestionRow> {
  return em.transactional(async (tx) => {
    const question = tx.create(Question, { questionText: values.questionText, pubDate: values.pubDate, choices: [] })
    await tx.flush()
    const steps: LogStep[] = [{ kind: 'added' }]
    for (const { choiceText, votes, remove } of values.choices) {
      if (remove) continue
      tx.create(Choice, { choiceText, votes, question })
      steps.push({ kind: 'added', name: 'choice', object: choiceText })
    }
    await tx.flush()
    await writeQuestionEvent(tx, 'question_created', question)
    const { id, questionText } = question
    await writeLog(tx, user, {
      flag: ACTION_FLAGS.added,
      model: 'question',
      objectId: id,
      objectRepr: questionText,
      steps,
    })
    return question
  })
}

/** The result of {@link changeQuestion}: gone while the form was open, or the row and whether anything was different. */
export type ChangeResult = { readonly question: QuestionRow; readonly changed: boolean } | null

/** Changes a question and its choices; writes `question_updated` only when something is different. */
export function changeQuestion(
  em: EntityManager,
  user: UserRow,
  id: number,
  values: QuestionValues,
): Promise<ChangeResult> {
  return em.transactional(async (tx) => {
    // the lock keeps events of one question in commit order, also when only a choice changes
    const question = await tx.findOne(Question, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
    if (question === null) return null
    const fields: string[] = []
    if (question.questionText !== values.questionText) fields.push('Question text')
    if (question.pubDate !== values.pubDate) fields.push('Date published')
    question.questionText = values.questionText
    question.pubDate = values.pubDate
    const steps: LogStep[] = fields.length > 0 ? [{ kind: 'changed', fields }] : []
    steps.push(...(await changeChoices(tx, question, values)))
    await tx.flush()
    const changed = steps.length > 0
    if (changed) await writeQuestionEvent(tx, 'question_updated', question)
    const { questionText } = question
    await writeLog(tx, user, {
      flag: ACTION_FLAGS.changed,
      model: 'question',
      objectId: id,
      objectRepr: questionText,
      steps,
    })
    return { question, changed }
  })
}

/** Applies the inline rows; returns the steps in Django's order: added, changed, deleted. */
async function changeChoices(tx: EntityManager, question: QuestionRow, values: QuestionValues): Promise<LogStep[]> {
  const present = await tx.find(
    Choice,
    { question: question.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
  )
  const byId = new Map(present.map((choice) => [choice.id, choice]))
  const added: LogStep[] = []
  const changed: LogStep[] = []
  const deleted: LogStep[] = []
  for (const row of values.choices) {
    const choice = row.id === null ? undefined : byId.get(row.id)
    if (row.id === null) {
      tx.create(Choice, { choiceText: row.choiceText, votes: row.votes, question })
      added.push({ kind: 'added', name: 'choice', object: row.choiceText })
    } else if (choice === undefined) {
    } else if (row.remove) {
      tx.remove(choice)
      deleted.push({ kind: 'deleted', name: 'choice', object: choice.choiceText })
    } else {
      const fields: string[] = []
      if (choice.choiceText !== row.choiceText) fields.push('Choice text')
      if (choice.votes !== row.votes) fields.push('Votes')
      choice.choiceText = row.choiceText
      choice.votes = row.votes
      if (fields.length > 0) changed.push({ kind: 'changed', name: 'choice', object: row.choiceText, fields })
    }
  }
  return [...added, ...changed, ...deleted]
}

/** Deletes questions with their choices, one `question_deleted` each; returns the texts of those that existed. */
export function deleteQuestions(em: EntityManager, user: UserRow, ids: readonly number[]): Promise<string[]> {
  return em.transactional(async (tx) => {
    const questions = await tx.find(
      Question,
      { id: { $in: [...ids] } },
      { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } },
    )
    for (const { id, questionText } of questions) {
      await writeLog(tx, user, {
        flag: ACTION_FLAGS.deleted,
        model: 'question',
        objectId: id,
        objectRepr: questionText,
        steps: [],
      })
    }
    const found = questions.map((question) => question.id)
    await tx.nativeDelete(Choice, { question: { $in: found } })
    await tx.nativeDelete(Question, { id: { $in: found } })
    for (const id of found) await writeQuestionDeleted(tx, id)
    return questions.map((question) => question.questionText)
  })
}
