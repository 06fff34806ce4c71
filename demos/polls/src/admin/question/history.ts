// What happened to one question.
import { Question } from '../../database/entities.ts'
import { html } from '../../html/html.ts'
import { idOf } from '../../site/routes.ts'
import { humanDateTime } from '../../time/django-format.ts'
import { staffOnly } from '../guard.ts'
import { adminPage, forbidden } from '../layout.ts'
import { historyOf, messageText } from '../log.ts'
import { QUESTION_MODEL } from '../models.ts'
import { missing } from './edit.ts'

/** `/admin/polls/question/<id>/history/` */
export const historyHandler = staffOnly(async (admin) => {
  const { visit } = admin
  if (!admin.permissions.may('view', 'polls', 'question')) return forbidden(admin)
  const id = idOf(admin.request)
  const question = id === null ? null : await visit.em.findOne(Question, { id })
  if (question === null) return missing(admin)
  const entries = await historyOf(visit.em, 'question', question.id)
  const fullName = (user: { firstName: string; lastName: string }) => `${user.firstName} ${user.lastName}`.trim()
  const content =
    entries.length === 0
      ? html`<p>This object doesn’t have a change history. It probably wasn’t added via this admin site.</p>`
      : html`<div class="scroll"><table id="change-history" class="grid"><thead><tr><th scope="col">Date/time</th><th scope="col">User</th><th scope="col">Action</th></tr></thead>
<tbody>${entries.map(
          (entry) => html`<tr><th scope="row">${humanDateTime(entry.actionTime)}</th><td>${entry.user.username}${
            fullName(entry.user) === '' ? '' : ` (${fullName(entry.user)})`
          }</td><td>${messageText(entry.changeMessage)}</td></tr>
`,
        )}</tbody></table></div><p class="quiet-text">${entries.length} entr${entries.length === 1 ? 'y' : 'ies'}</p>`
  return visit.send(
    adminPage(admin, {
      title: `Change history: ${question.questionText}`,
      crumbs: [
        { text: 'Polls', href: '/admin/polls/' },
        { text: 'Questions', href: QUESTION_MODEL.url },
        { text: question.questionText, href: `${QUESTION_MODEL.url}${question.id}/change/` },
        { text: 'History' },
      ],
      current: QUESTION_MODEL.url,
      content,
    }),
  )
})
