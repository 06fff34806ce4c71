// Changing one's own password.
import { hashPassword, verifyPassword } from '../../auth/password.ts'
import { closeSession, openSession } from '../../auth/session.ts'
import { html } from '../../html/html.ts'
import { SESSION_COOKIE } from '../../visit.ts'
import { type AdminVisit, staffOnly } from '../guard.ts'
import { adminPage } from '../layout.ts'
import { errorList, errorNote } from '../question/form-page.ts'

const REQUIRED = 'This field is required.'

/** `/admin/password_change/` */
export const passwordChangeHandler = staffOnly(async (admin) => {
  const { visit, user, request } = admin
  if (request.method !== 'POST') return visit.send(passwordPage(admin, new Map()))
  const value = (name: string) => visit.form.get(name) ?? ''
  const errors = new Map<string, string>()
  for (const name of ['old_password', 'new_password1', 'new_password2'])
    if (value(name) === '') errors.set(name, REQUIRED)
  if (!errors.has('old_password') && !(await verifyPassword(value('old_password'), user.password))) {
    errors.set('old_password', 'Your old password was entered incorrectly. Please enter it again.')
  }
  if (errors.size === 0 && value('new_password1') !== value('new_password2')) {
    errors.set('new_password2', 'The two password fields didn’t match.')
  }
  if (errors.size > 0) return visit.send(passwordPage(admin, errors))
  user.password = await hashPassword(value('new_password1'))
  await visit.em.flush()
  // the hash is part of every session: all others end here, this one is opened anew
  await closeSession(visit.em, request.cookies[SESSION_COOKIE])
  visit.setSession(await openSession(visit.em, user, visit.secret))
  return visit.redirect('/admin/password_change/done/')
})

/** `/admin/password_change/done/` */
export const passwordDoneHandler = staffOnly((admin) =>
  admin.visit.send(
    adminPage(admin, {
      title: 'Password change successful',
      crumbs: [{ text: 'Password change' }],
      content: html`<p>Your password was changed.</p>`,
    }),
  ),
)

function passwordPage(admin: AdminVisit, errors: ReadonlyMap<string, string>) {
  const field = (name: string, label: string, autocomplete: string) => {
    const error = errors.get(name)
    return html`<div class="field${error === undefined ? '' : ' bad'}">${errorList(error === undefined ? [] : [error], `id_${name}`)}<label class="required" for="id_${name}">${label}:</label><input type="password" name="${name}" id="id_${name}" autocomplete="${autocomplete}" required></div>`
  }
  return adminPage(admin, {
    title: 'Password change',
    crumbs: [{ text: 'Password change' }],
    content: html`<p>Please enter your old password, for security’s sake, and then enter your new password twice so we can verify you typed it in correctly.</p>
<form method="post" novalidate>${admin.visit.csrfField()}${errorNote({ count: errors.size })}
<fieldset class="module"><legend class="visually-hidden">Passwords</legend>${field('old_password', 'Old password', 'current-password')}${field('new_password1', 'New password', 'new-password')}${field('new_password2', 'New password confirmation', 'new-password')}</fieldset>
<div class="submit-row"><input type="submit" class="button" value="Change my password"></div></form>`,
  })
}
