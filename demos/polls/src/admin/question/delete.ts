// Deleting one question.
import { Question } from '../../database/entities.ts'
import { idOf } from '../../site/routes.ts'
import { staffOnly } from '../guard.ts'
import { forbidden } from '../layout.ts'
import { deletePage, deletionOf } from './delete-page.ts'
import { keptQuery, listAddress, missing } from './edit.ts'
import { deleteQuestions } from './save.ts'

/** `/admin/polls/question/<id>/delete/` */
export const deleteHandler = staffOnly(async (admin) => {
  const { visit, request } = admin
  if (!admin.permissions.may('delete', 'polls', 'question')) return forbidden(admin)
  const id = idOf(request)
  const question = id === null ? null : await visit.em.findOne(Question, { id })
  if (question === null) return missing(admin)
  if (request.method !== 'POST') {
    return visit.send(deletePage(admin, question, await deletionOf(visit.em, [question.id]), keptQuery(admin)))
  }
  const [deleted] = await deleteQuestions(visit.em.fork(), admin.user, [question.id])
  if (deleted === undefined) return missing(admin)
  visit.addMessage('success', `The question “${deleted}” was deleted successfully.`)
  return visit.redirect(listAddress(admin))
})
