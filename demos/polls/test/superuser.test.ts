import { expect, test } from 'vitest'
import { emailProblem, usernameProblem } from '../src/auth/superuser.ts'

test.each(['', 'admin@example.com', 'a.b+c@sub.example.org', 'root@localhost'])('e-mail "%s" is good', (email) => {
  expect(emailProblem(email)).toBeNull()
})

test.each([
  'a@b.c',
  'admin',
  '@example.com',
  'a b@example.com',
  'a@-example.com',
  'a@example.-com',
  'a@example..com',
  `${'a'.repeat(250)}@example.com`,
])('e-mail "%s" is refused', (email) => {
  expect(emailProblem(email)).toBe('Enter a valid email address.')
})

test('user names: letters of any language, digits and @/./+/-/_', () => {
  for (const name of ['admin', 'ığş', 'a@b.c+d-e_f', '1']) expect(usernameProblem(name)).toBeNull()
  expect(usernameProblem('a b')).toContain('Enter a valid username.')
  expect(usernameProblem('')).toBe('This field cannot be blank.')
  expect(usernameProblem('a'.repeat(151))).toContain('at most 150 characters')
})
