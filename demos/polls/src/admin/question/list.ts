// The list of questions: GET shows it, POST runs an action on the selected ones.
import type { FastifyReply } from 'fastify'
import { Question } from '../../database/entities.ts'
import { nowMicros } from '../../time/micros.ts'
import { type AdminVisit, staffOnly } from '../guard.ts'
import { forbidden } from '../layout.ts'
import { QUESTION_MODEL } from '../models.ts'
import { deleteSelectedPage, deletionOf } from './delete-page.ts'
import { listPage } from './list-page.ts'
import { conditionOf, type ListQuery, orderOf, PAGE_SIZE, readListQuery, SHOW_ALL_LIMIT } from './list-query.ts'
import { deleteQuestions } from './save.ts'

/** `/admin/polls/question/` */
export const listHandler = staffOnly(async (admin) => {
  const { visit, request } = admin
  if (!admin.permissions.may('view', 'polls', 'question')) return forbidden(admin)
  const query = readListQuery(new URLSearchParams(request.url.split('?')[1] ?? ''))
  if (query === null) return visit.redirect(`${QUESTION_MODEL.url}?e=1`)
  if (request.method === 'POST') {
    const answer = await runAction(admin, query)
    if (answer !== null) return answer
    return visit.redirect(request.url)
  }
  const condition = conditionOf(query)
  const [matching, total] = await Promise.all([
    visit.em.fork().count(Question, condition),
    visit.em.fork().count(Question, {}),
  ])
  const all = query.all && matching <= SHOW_ALL_LIMIT
  if (!all && (query.page < 1 || query.page > Math.max(1, Math.ceil(matching / PAGE_SIZE)))) {
    return visit.redirect(`${QUESTION_MODEL.url}?e=1`)
  }
  const questions = await visit.em.find(Question, condition, {
    orderBy: orderOf(query),
    ...(all ? {} : { limit: PAGE_SIZE, offset: (query.page - 1) * PAGE_SIZE }),
  })
  return visit.send(listPage(admin, { query, questions, matching, total, now: nowMicros() }))
})

/** Runs the chosen action; null when there is nothing to show but the list again. */
async function runAction(admin: AdminVisit, query: ListQuery): Promise<FastifyReply | null> {
  const { visit } = admin
  const { form } = visit
  const action = form.get('action') ?? ''
  const ids = await selectedIds(admin, query)
  if (ids.length === 0) {
    visit.addMessage(
      'warning',
      'Items must be selected in order to perform actions on them. No items have been changed.',
    )
    return null
  }
  if (action !== 'delete_selected') {
    visit.addMessage('warning', 'No action selected.')
    return null
  }
  if (!admin.permissions.may('delete', 'polls', 'question')) return forbidden(admin)
  if (form.get('post') !== 'yes') {
    const deletion = await deletionOf(visit.em, ids)
    return visit.send(deleteSelectedPage(admin, deletion, form.get('select_across') === '1'))
  }
  const deleted = await deleteQuestions(visit.em, admin.user, ids)
  const count = deleted.length
  if (count > 0) visit.addMessage('success', `Successfully deleted ${count} question${count === 1 ? '' : 's'}.`)
  return null
}

async function selectedIds(admin: AdminVisit, query: ListQuery): Promise<number[]> {
  const { form, em } = admin.visit
  const picked = form
    .getAll('_selected_action')
    .filter((id) => /^\d{1,10}$/.test(id))
    .map(Number)
  if (form.get('select_across') !== '1' || picked.length === 0) return picked
  const rows = await em.fork().find(Question, conditionOf(query), { fields: ['id'] })
  return rows.map((row) => row.id)
}
