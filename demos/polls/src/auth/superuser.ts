// Users: creating an administrator, and checking a login.
import type { EntityManager } from '@mikro-orm/mysql'
import { User, type UserRow } from '../database/entities.ts'
import { nowMicros } from '../time/micros.ts'
import { hashPassword, needsRehash, verifyPassword } from './password.ts'

const MAX_USERNAME = 150
const MAX_EMAIL = 254

/** Why a user name is refused, in Django's words, or null when it is good. */
export function usernameProblem(username: string): string | null {
  if (username.length === 0) return 'This field cannot be blank.'
  if (username.length > MAX_USERNAME) {
    return `Ensure this value has at most ${MAX_USERNAME} characters (it has ${username.length}).`
  }
  return /^[\p{L}\p{N}\p{M}_.@+-]+$/u.test(username)
    ? null
    : 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.'
}

/** Why an e-mail address is refused, in Django's words, or null. An empty address is good. */
export function emailProblem(email: string): string | null {
  const invalid = 'Enter a valid email address.'
  if (email === '') return null
  const at = email.lastIndexOf('@')
  if (at < 1 || email.length > MAX_EMAIL) return invalid
  const local = email.slice(0, at)
  const domain = email.slice(at + 1)
  if (!/^[-!#$%&'*+/=?^_`{}|~0-9a-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9a-z]+)*$/i.test(local)) return invalid
  if (domain === 'localhost') return null
  // labels, then a top level of two letters or more that neither begins nor ends with a hyphen
  return /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!-)[a-z0-9-]{2,63}(?<!-)$/i.test(domain) ? null : invalid
}

/** The user with this name, or null; compared as the database compares names. */
export function findUser(em: EntityManager, username: string): Promise<UserRow | null> {
  return em.findOne(User, { username })
}

/** Creates an active superuser with staff rights. The caller has checked name and address. */
export async function createSuperuser(
  em: EntityManager,
  options: { username: string; email: string; password: string },
): Promise<UserRow> {
  const user = em.create(User, {
    username: options.username.normalize('NFKC'),
    email: normaliseEmail(options.email),
    password: await hashPassword(options.password),
    lastLogin: null,
    isSuperuser: true,
    isStaff: true,
    isActive: true,
    firstName: '',
    lastName: '',
    dateJoined: nowMicros(),
  })
  await em.flush()
  return user
}

/** The domain part in lower case, as Django's user manager stores it. */
function normaliseEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return at < 0 ? email : email.slice(0, at + 1) + email.slice(at + 1).toLowerCase()
}

/** The active staff user of this name and password, or null. Takes the same time whether or not the name exists. */
export async function authenticateStaff(
  em: EntityManager,
  username: string,
  password: string,
): Promise<UserRow | null> {
  const user = await findUser(em, username)
  if (user === null) {
    await hashPassword(password)
    return null
  }
  if (!(await verifyPassword(password, user.password))) return null
  return user.isActive && user.isStaff ? user : null
}

/** Notes a login: last_login, and a stronger hash when the stored one is weaker than ours. */
export async function noteLogin(em: EntityManager, user: UserRow, password: string): Promise<void> {
  user.lastLogin = nowMicros()
  if (needsRehash(user.password)) user.password = await hashPassword(password)
  await em.flush()
}
