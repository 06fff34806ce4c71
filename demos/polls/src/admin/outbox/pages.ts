// The outbox, to look at only: its rows newest first, payload decoded.
import type { FastifyReply } from 'fastify'
import { Outbox, type OutboxRow } from '../../database/entities.ts'
import { type Html, html } from '../../html/html.ts'
import { decodeQuestion } from '../../outbox/question-event.ts'
import { toIsoText } from '../../time/micros.ts'
import { type AdminVisit, staffOnly } from '../guard.ts'
import { adminPage, forbidden } from '../layout.ts'
import { OUTBOX_MODEL } from '../models.ts'

const PAGE_SIZE = 100

/** `/admin/polls/outbox/` */
export const outboxListHandler = staffOnly(async (admin) => {
  const { visit, request } = admin
  if (!admin.permissions.may('view', 'polls', 'outbox')) return forbidden(admin)
  const total = await visit.em.fork().count(Outbox, {})
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE))
  const asked = Number(new URLSearchParams(request.url.split('?')[1] ?? '').get('p') ?? 1)
  const page = Number.isInteger(asked) && asked >= 1 && asked <= pages ? asked : 1
  // ids are time-ordered: newest first is the order of creation, backwards
  const rows = await visit.em.find(
    Outbox,
    {},
    { orderBy: { id: 'desc' }, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE },
  )
  const content = html`${rows.length === 0 ? html`<p class="empty">0 events. Add or change a question, and its event appears here.</p>` : table(rows)}
<div class="paginator">${
    pages === 1
      ? ''
      : html`<ol class="pages">${page > 1 ? html`<li><a href="?p=${page - 1}">Newer</a></li>` : ''}<li><span aria-current="page">${page} of ${pages}</span></li>${page < pages ? html`<li><a href="?p=${page + 1}">Older</a></li>` : ''}</ol>`
  } <span>${total} event${total === 1 ? '' : 's'}</span></div>`
  return visit.send(
    adminPage(admin, {
      title: 'Select outbox to view',
      subtitle: 'Each row was written in the transaction of the change it tells of.',
      crumbs: [{ text: 'Polls', href: '/admin/polls/' }, { text: 'Outbox' }],
      current: OUTBOX_MODEL.url,
      content,
    }),
  )
})

/** `/admin/polls/outbox/<id>/change/` */
export const outboxRowHandler = staffOnly(async (admin) => {
  const { visit, request } = admin
  if (!admin.permissions.may('view', 'polls', 'outbox')) return forbidden(admin)
  const { id } = request.params as { id: string }
  const row = await visit.em.findOne(Outbox, { id: id.replaceAll('-', '') })
  if (row === null) return missingRow(admin, id)
  const field = (label: string, value: string | Html) =>
    html`<div class="field readonly"><dt>${label}</dt><dd>${value}</dd></div>`
  const content = html`<dl class="module readonly-fields">${field('Id', html`<code>${row.id}</code>`)}${field('Aggregatetype', row.aggregatetype)}${field('Aggregateid', row.aggregateid)}${field('Type', html`<span class="tag">${row.type}</span>`)}${field('Payload', html`<code class="hex">${Buffer.from(row.payload).toString('hex')}</code>`)}${field('Decoded', payloadView(row))}</dl>
<p class="actions"><a class="button quiet" href="${OUTBOX_MODEL.url}">Close</a></p>`
  return visit.send(
    adminPage(admin, {
      title: 'View outbox',
      subtitle: row.id,
      crumbs: [{ text: 'Polls', href: '/admin/polls/' }, { text: 'Outbox', href: OUTBOX_MODEL.url }, { text: row.id }],
      current: OUTBOX_MODEL.url,
      content,
    }),
  )
})

function missingRow(admin: AdminVisit, id: string): FastifyReply {
  admin.visit.addMessage('warning', `Outbox with ID “${id}” doesn’t exist. Perhaps it was deleted?`)
  return admin.visit.redirect('/admin/')
}

function table(rows: readonly OutboxRow[]): Html {
  return html`<div class="scroll"><table id="result_list" class="grid"><thead><tr><th scope="col">Id</th><th scope="col">Type</th><th scope="col">Aggregate</th><th scope="col">Payload</th></tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr><th scope="row" class="nowrap"><a href="${OUTBOX_MODEL.url}${row.id}/change/"><code>${row.id}</code></a></th><td><span class="tag ${kindOf(row.type)}">${row.type}</span></td><td class="nowrap">${row.aggregatetype} ${row.aggregateid}</td><td>${payloadView(row)}</td></tr>
`,
  )}</tbody></table></div>`
}

function kindOf(type: string): string {
  return type.endsWith('_created') ? 'created' : type.endsWith('_deleted') ? 'deleted' : 'updated'
}

/** The payload as a message, or what is to be said about bytes that are none. */
function payloadView(row: OutboxRow): Html {
  const message = row.aggregatetype === 'question' ? decodeQuestion(Buffer.from(row.payload)) : null
  if (message === null) return html`<span class="quiet-text">${row.payload.length} bytes, not a Question</span>`
  const date =
    message.pubDate === undefined
      ? null
      : toIsoText(message.pubDate.seconds * 1_000_000n + BigInt(Math.floor(message.pubDate.nanos / 1000)))
  return html`<span class="message"><b>id</b> ${message.id}${message.questionText === '' ? '' : html` <b>question_text</b> ${message.questionText}`}${date === null ? '' : html` <b>pub_date</b> <time>${date}</time>`}</span>`
}
