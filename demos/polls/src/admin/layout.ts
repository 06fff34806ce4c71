// The frame of the admin's pages: branding, user tools, breadcrumbs, navigation, messages.
import { type Html, html, type Part } from '../html/html.ts'
import { page, themeButton } from '../html/page.ts'
import type { AdminVisit } from './guard.ts'
import { MODELS } from './models.ts'

/** Title of the admin, as in the tutorial. */
export const SITE_HEADER = 'Polls Administration'

/** One step of the breadcrumbs; the last one has no address. */
export interface Crumb {
  readonly text: string
  readonly href?: string
}

/** What a page puts into the frame. */
export interface AdminPageOptions {
  readonly title: string
  readonly crumbs?: readonly Crumb[]
  readonly content: Html
  /** Links at the right of the heading ("Add question", "History"). */
  readonly tools?: Part
  /** Small text under the heading: the object in question. */
  readonly subtitle?: string
  /** Address of the model whose navigation entry is marked as current. */
  readonly current?: string
}

/** A whole page of the admin for a logged-in member of staff. */
export function adminPage(admin: AdminVisit, options: AdminPageOptions): Html {
  const { visit, user } = admin
  const crumbs: readonly Crumb[] = [{ text: 'Home', href: '/admin/' }, ...(options.crumbs ?? [])]
  return page({
    title: `${options.title} | ${SITE_HEADER}`,
    bodyClass: 'admin',
    admin: true,
    body: html`<header class="top"><a class="brand" href="/admin/"><span class="mark" aria-hidden="true"></span>${SITE_HEADER}</a>
<div class="user-tools"><span>Welcome, <strong>${user.firstName === '' ? user.username : user.firstName}</strong>.</span>
<a href="/">View site</a> / <a href="/admin/password_change/">Change password</a> /
<form method="post" action="/admin/logout/" class="logout">${visit.csrfField()}<button type="submit">Log out</button></form>${themeButton()}</div></header>
${options.crumbs === undefined ? '' : breadcrumbs(crumbs)}
<div class="columns">
${navigation(admin, options.current)}
<main id="content">
${messageList(admin)}
<div class="heading"><div><h1>${options.title}</h1>${options.subtitle === undefined ? '' : html`<p class="subtitle">${options.subtitle}</p>`}</div>${options.tools === undefined ? '' : html`<ul class="tools">${options.tools}</ul>`}</div>
${options.content}
</main></div>`,
  })
}

/** The frame of the pages one sees without a login. */
export function plainAdminPage(title: string, content: Html): Html {
  return page({
    title: `${title} | ${SITE_HEADER}`,
    bodyClass: 'admin plain',
    admin: true,
    body: html`<header class="top"><a class="brand" href="/admin/"><span class="mark" aria-hidden="true"></span>${SITE_HEADER}</a><div class="user-tools">${themeButton()}</div></header>
<main id="content">${content}</main>`,
  })
}

/** The page for what this user may not do. */
export function forbidden(admin: AdminVisit) {
  const content = html`<p>You are logged in as ${admin.user.username}, but are not authorized to access this page.</p>`
  return admin.visit.send(adminPage(admin, { title: '403 Forbidden', content }), 403)
}

function breadcrumbs(crumbs: readonly Crumb[]): Html {
  return html`<nav class="crumbs" aria-label="Breadcrumbs"><ol>${crumbs.map((crumb) =>
    crumb.href === undefined
      ? html`<li aria-current="page">${crumb.text}</li>`
      : html`<li><a href="${crumb.href}">${crumb.text}</a></li>`,
  )}</ol></nav>`
}

function navigation(admin: AdminVisit, current: string | undefined): Html {
  const visible = MODELS.filter((model) => admin.permissions.may('view', model.app, model.model))
  return html`<nav class="side" aria-label="Models"><ul>${visible.map(
    (model) =>
      html`<li><a href="${model.url}"${current === model.url ? html` aria-current="page"` : ''}>${model.plural}</a>${
        model.editable && admin.permissions.may('add', model.app, model.model)
          ? html`<a class="add" href="${model.url}add/" aria-label="Add ${model.singular}">+ Add</a>`
          : ''
      }</li>`,
  )}</ul></nav>`
}

function messageList(admin: AdminVisit): Html | '' {
  const messages = admin.visit.takeMessages()
  if (messages.length === 0) return ''
  return html`<ul class="messages" role="status">${messages.map(({ level, text }) => html`<li class="${level}">${text}</li>`)}</ul>`
}
