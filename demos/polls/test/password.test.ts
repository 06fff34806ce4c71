// Hashes, signatures and tokens against vectors made with Django 3.2.25.
import { expect, test } from 'vitest'
import { csrfMatches, csrfSecretOf, maskCsrf, newCsrfSecret } from '../src/auth/csrf.ts'
import { hashPassword, needsRehash, verifyPassword } from '../src/auth/password.ts'
import { sessionAuthHash } from '../src/auth/session.ts'
import { signedDump, signedLoad } from '../src/auth/signing.ts'

const ADMIN = 'pbkdf2_sha256$260000$saltsaltsaltsaltsaltsa$rvZf8EyuPWGIs8x+UpIWDJGUIJUQmgKzN51xgQ+RNG8='
const UNICODE = 'pbkdf2_sha256$260000$abc$fbXbX0oJq7E3mljxguGzGsoG0NfXQmoeFCgdc3tmcVc='
const KEY = 'k'.repeat(50)
const SALT = 'django.contrib.sessions.SessionStore'
const STAMP_MS = 1_795_540_000_500

test('a password hash is equal to Django’s', async () => {
  expect(await hashPassword('admin', 'saltsaltsaltsaltsaltsa')).toBe(ADMIN)
  expect(await hashPassword('pässwörd 😀', 'abc')).toBe(UNICODE)
})

test('Django’s hashes are verified, wrong and strange ones refused', async () => {
  expect(await verifyPassword('admin', ADMIN)).toBe(true)
  expect(await verifyPassword('Admin', ADMIN)).toBe(false)
  for (const stored of [
    '',
    '!unusable',
    'md5$a$b',
    'pbkdf2_sha256$0$a$b',
    'pbkdf2_sha256$x$a$b',
    'pbkdf2_sha256$1$a',
    `${ADMIN}$x`,
  ]) {
    expect(await verifyPassword('admin', stored), stored).toBe(false)
  }
})

test('each hash has its own salt', async () => {
  expect(await hashPassword('x', undefined, 1)).not.toBe(await hashPassword('x', undefined, 1))
})

test('only weaker hashes are renewed', () => {
  expect(needsRehash('pbkdf2_sha256$150000$a$b')).toBe(true)
  expect(needsRehash(ADMIN)).toBe(false)
  expect(needsRehash('pbkdf2_sha256$1000000$a$b')).toBe(false)
})

test('signed values are those of django.core.signing', () => {
  const value = { a: 1, b: 'türkçe 😀' }
  const text =
    'eyJhIjoxLCJiIjoidFx1MDBmY3JrXHUwMGU3ZSBcdWQ4M2RcdWRlMDAifQ:1xVtya:oPgHPls1FX612d8FYh7PPk3kdhcgkRz5AUcur9ckLqE'
  expect(signedDump(value, SALT, KEY, STAMP_MS)).toBe(text)
  expect(signedLoad(text, SALT, KEY)).toEqual(value)
})

test('a compressed session of Django is read', () => {
  const text =
    '.eJyrVopPLC3JiC8tTi2Kz0xRslIyVNJBFktKTM5OzQNJpGQl5qXn6yXn55UUZSbpgZToQWWL9XzzU1JznKBqUQzISCzOAOo2oBAo1QIAIvYyTQ:1xVtya:zoGXjvwouBXybeU4unIt4YXsthd_SOcjQYbggPzioG4'
  expect(signedLoad(text, SALT, KEY)).toEqual({
    _auth_user_id: '1',
    _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
    _auth_user_hash: '0'.repeat(64),
  })
})

test('a changed signed value is refused', () => {
  const text = signedDump({ a: 1 }, SALT, KEY)
  expect(signedLoad(text, SALT, KEY)).toEqual({ a: 1 })
  expect(signedLoad(text, SALT, `${KEY}x`)).toBeNull()
  expect(signedLoad(text, 'other', KEY)).toBeNull()
  for (let i = 0; i < text.length - 1; i++) {
    const changed = text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1)
    expect(signedLoad(changed, SALT, KEY), `character ${i}`).toBeNull()
  }
  for (const garbage of ['', ':', 'a:b', 'a:b:c']) expect(signedLoad(garbage, SALT, KEY)).toBeNull()
})

test('the session hash is Django’s get_session_auth_hash', () => {
  expect(sessionAuthHash('pbkdf2_sha256$1$a$b', KEY)).toBe(
    '69c81c387996f0a63e5e9186439f10578f2b5a4138ca9646cc5dd62aaf264f08',
  )
})

test('a masked token of Django gives its secret', () => {
  const token = 'QOXkPMcUO705DC7MJuYe7ZQtzwv5xKX7QPZnTRi1WgagPPl1ZLgxrkcQXVVwZdrC'
  expect(csrfSecretOf(token)).toBe('abcdefghijklmnopqrstuvwxyzABCDEF')
  expect(csrfMatches('abcdefghijklmnopqrstuvwxyzABCDEF', token)).toBe(true)
  expect(csrfMatches(token, 'abcdefghijklmnopqrstuvwxyzABCDEF')).toBe(true)
})

test('every masked token differs and belongs to its own secret only', () => {
  const secret = newCsrfSecret()
  const token = maskCsrf(secret)
  expect(token).toHaveLength(64)
  expect(maskCsrf(secret)).not.toBe(token)
  expect(csrfMatches(secret, token)).toBe(true)
  expect(csrfMatches(newCsrfSecret(), token)).toBe(false)
  for (const bad of [undefined, null, '', 'x', '!'.repeat(64), `${token}a`])
    expect(csrfMatches(secret, bad)).toBe(false)
})
