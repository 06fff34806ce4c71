// Adding and changing a question: GET shows the form, POST saves it.
import type { FastifyReply } from 'fastify'
import { Choice, Question, type QuestionRow } from '../../database/entities.ts'
import { idOf } from '../../site/routes.ts'
import { type AdminVisit, staffOnly } from '../guard.ts'
import { forbidden } from '../layout.ts'
import { QUESTION_MODEL } from '../models.ts'
import { parseQuestionForm } from './form.ts'
import { blankState, questionFormPage, storedState } from './form-page.ts'
import { addQuestion, changeQuestion } from './save.ts'
import { questionViewPage } from './view-page.ts'

/** `/admin/polls/question/add/` */
export const addHandler = staffOnly(async (admin) => {
  const { visit } = admin
  if (!admin.permissions.may('add', 'polls', 'question')) return forbidden(admin)
  const query = keptQuery(admin)
  if (admin.request.method !== 'POST') return visit.send(questionFormPage(admin, null, blankState(), query))
  const parsed = parseQuestionForm(visit.form, new Set())
  if (parsed.values === null) return visit.send(questionFormPage(admin, null, parsed, query))
  const question = await addQuestion(visit.em, admin.user, parsed.values)
  return afterSave(admin, question, 'added')
})

/** `/admin/polls/question/<id>/change/` */
export const changeHandler = staffOnly(async (admin) => {
  const { visit } = admin
  const may = (action: 'view' | 'change') => admin.permissions.may(action, 'polls', 'question')
  if (!may('view')) return forbidden(admin)
  const id = idOf(admin.request)
  const question = id === null ? null : await visit.em.findOne(Question, { id })
  if (question === null) return missing(admin)
  const choices = await visit.em.find(Choice, { question: question.id }, { orderBy: { id: 'asc' } })
  const query = keptQuery(admin)
  if (admin.request.method !== 'POST') {
    if (!may('change')) return visit.send(questionViewPage(admin, question, choices))
    return visit.send(questionFormPage(admin, question, storedState(question, choices), query))
  }
  if (!may('change')) return forbidden(admin)
  const parsed = parseQuestionForm(visit.form, new Set(choices.map((choice) => choice.id)))
  if (parsed.values === null) return visit.send(questionFormPage(admin, question, parsed, query))
  const result = await changeQuestion(visit.em, admin.user, question.id, parsed.values)
  return result === null ? missing(admin) : afterSave(admin, result.question, 'changed')
})

/** Sends the visitor to the front page with the message that the object does not exist. */
export function missing(admin: AdminVisit): FastifyReply {
  const { id } = admin.request.params as { id?: string }
  admin.visit.addMessage('warning', `Question with ID “${id ?? ''}” doesn’t exist. Perhaps it was deleted?`)
  return admin.visit.redirect('/admin/')
}

/** The query string that keeps the list's filters while one row is edited; empty or beginning with `?`. */
export function keptQuery(admin: AdminVisit): string {
  const { _changelist_filters: filters } = admin.request.query as { _changelist_filters?: unknown }
  return typeof filters === 'string' && filters !== ''
    ? `?${new URLSearchParams({ _changelist_filters: filters }).toString()}`
    : ''
}

/** The list's address with the filters that were kept. */
export function listAddress(admin: AdminVisit): string {
  const { _changelist_filters: filters } = admin.request.query as { _changelist_filters?: unknown }
  return typeof filters === 'string' && filters !== '' ? `${QUESTION_MODEL.url}?${filters}` : QUESTION_MODEL.url
}

function afterSave(admin: AdminVisit, question: QuestionRow, verb: 'added' | 'changed'): FastifyReply {
  const { visit } = admin
  const done = `The question “${question.questionText}” was ${verb} successfully.`
  const own = `${QUESTION_MODEL.url}${question.id}/change/${keptQuery(admin)}`
  if (visit.form.has('_continue')) {
    visit.addMessage('success', `${done} You may edit it again below.`)
    return visit.redirect(own)
  }
  if (visit.form.has('_addanother')) {
    visit.addMessage('success', `${done} You may add another question below.`)
    return visit.redirect(`${QUESTION_MODEL.url}add/${keptQuery(admin)}`)
  }
  visit.addMessage('success', done)
  return visit.redirect(listAddress(admin))
}
