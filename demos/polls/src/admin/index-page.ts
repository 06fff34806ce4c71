// The admin's front page: one box per application, and what I did last.
import { type Html, html } from '../html/html.ts'
import { type AdminHandler, type AdminVisit, staffOnly } from './guard.ts'
import { adminPage } from './layout.ts'
import { ACTION_FLAGS, recentActions } from './log.ts'
import { MODELS } from './models.ts'

/** `/admin/` */
export const indexHandler = staffOnly(async (admin) => {
  const content = html`<div class="split"><div>${applications(admin)}</div>${await recentBox(admin)}</div>`
  return admin.visit.send(adminPage(admin, { title: 'Site administration', content }))
})

/** `/admin/polls/` */
export const appHandler = staffOnly(((admin) =>
  admin.visit.send(
    adminPage(admin, {
      title: 'Polls administration',
      crumbs: [{ text: 'Polls' }],
      content: applications(admin),
    }),
  )) satisfies AdminHandler)

function applications(admin: AdminVisit): Html {
  const visible = MODELS.filter((model) => admin.permissions.may('view', model.app, model.model))
  if (visible.length === 0) return html`<p>You don’t have permission to view or edit anything.</p>`
  return html`<section class="app-box"><h2><a href="/admin/polls/">Polls</a></h2><ul>${visible.map((model) => {
    const add = model.editable && admin.permissions.may('add', model.app, model.model)
    const change = model.editable && admin.permissions.may('change', model.app, model.model)
    return html`<li><a class="model" href="${model.url}">${model.plural}</a><span class="links">${
      add ? html`<a class="add" href="${model.url}add/">Add</a>` : ''
    }${change ? html`<a class="change" href="${model.url}">Change</a>` : html`<a class="view" href="${model.url}">View</a>`}</span></li>`
  })}</ul></section>`
}

async function recentBox(admin: AdminVisit): Promise<Html> {
  const entries = await recentActions(admin.visit.em, admin.user)
  return html`<aside class="recent"><h2>Recent actions</h2><h3>My actions</h3>${
    entries.length === 0
      ? html`<p>None available</p>`
      : html`<ul>${entries.map((entry) => {
          const kind =
            entry.actionFlag === ACTION_FLAGS.added
              ? 'add'
              : entry.actionFlag === ACTION_FLAGS.deleted
                ? 'delete'
                : 'change'
          const name = entry.objectRepr === '' ? 'Unknown content' : entry.objectRepr
          const verb = kind === 'add' ? 'Added' : kind === 'delete' ? 'Deleted' : 'Changed'
          return html`<li class="${kind}"><span class="visually-hidden">${verb}: </span>${
            kind === 'delete' ? name : html`<a href="/admin/polls/question/${entry.objectId ?? ''}/change/">${name}</a>`
          }<small>Question</small></li>`
        })}</ul>`
  }</aside>`
}
