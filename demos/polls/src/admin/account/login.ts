// Logging in and out.
import type { FastifyRequest } from 'fastify'
import { closeSession, openSession } from '../../auth/session.ts'
import { authenticateStaff, noteLogin } from '../../auth/superuser.ts'
import { type Html, html } from '../../html/html.ts'
import { SESSION_COOKIE, type Visit } from '../../visit.ts'
import { plainAdminPage } from '../layout.ts'

const WRONG =
  'Please enter the correct username and password for a staff account. Note that both fields may be case-sensitive.'

/** A local address to go to after the login; anything that could leave the site becomes `/admin/`. */
export function safeNext(next: string | null | undefined): string {
  if (typeof next !== 'string' || !next.startsWith('/') || /^\/[/\\]/.test(next)) return '/admin/'
  return /[\p{Cc}\\]/u.test(next) ? '/admin/' : next
}

/** GET `/admin/login/` */
export async function loginForm(request: FastifyRequest) {
  const { visit } = request
  await visit.loadUser()
  const next = safeNext((request.query as { next?: string }).next)
  if (visit.user?.isStaff === true) return visit.redirect(next)
  return visit.send(loginPage(visit, next, '', null))
}

/** POST `/admin/login/` */
export async function login(request: FastifyRequest) {
  const { visit } = request
  const username = (visit.form.get('username') ?? '').trim()
  const password = visit.form.get('password') ?? ''
  const next = safeNext(visit.form.get('next') ?? (request.query as { next?: string }).next)
  const missing = username === '' || password === ''
  const user = missing ? null : await authenticateStaff(visit.em, username, password)
  if (user === null) return visit.send(loginPage(visit, next, username, missing ? 'This field is required.' : WRONG))
  await noteLogin(visit.em, user, password)
  await closeSession(visit.em, request.cookies[SESSION_COOKIE])
  visit.setSession(await openSession(visit.em, user, visit.secret))
  visit.renewCsrf()
  return visit.redirect(next)
}

/** GET `/admin/logout/` asks, POST does it. */
export async function logout(request: FastifyRequest) {
  const { visit } = request
  if (request.method !== 'POST') {
    const content = html`<div class="sheet"><h1>Log out?</h1><form method="post" action="/admin/logout/">${visit.csrfField()}<p class="actions"><button class="button" type="submit">Log out</button> <a href="/admin/">Stay</a></p></form></div>`
    return visit.send(plainAdminPage('Log out', content))
  }
  await closeSession(visit.em, request.cookies[SESSION_COOKIE])
  visit.setSession(null)
  const content = html`<div class="sheet"><h1>Logged out</h1><p>Thanks for spending some quality time with the web site today.</p><p><a href="/admin/">Log in again</a></p></div>`
  return visit.send(plainAdminPage('Logged out', content))
}

function loginPage(visit: Visit, next: string, username: string, error: string | null): Html {
  return plainAdminPage(
    'Log in',
    html`<form class="sheet login" method="post" action="/admin/login/?next=${encodeURIComponent(next)}" id="login-form">${visit.csrfField()}
<h1>Log in</h1>
${error === null ? '' : html`<p class="error" role="alert">${error}</p>`}
<p class="field"><label for="id_username">Username:</label><input type="text" name="username" id="id_username" value="${username}" autocapitalize="none" autocomplete="username" maxlength="150" required autofocus></p>
<p class="field"><label for="id_password">Password:</label><input type="password" name="password" id="id_password" autocomplete="current-password" required></p>
<input type="hidden" name="next" value="${next}">
<p class="actions"><input type="submit" class="button" value="Log in"></p>
</form>`,
  )
}
