// Sessions in django_session, in Django's own form: a row written here is a valid session there when the secret key is the same.

import { timingSafeEqual } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/mysql'
import { Session, User, type UserRow } from '../database/entities.ts'
import { nowMicros } from '../time/micros.ts'
import { randomText } from './password.ts'
import { saltedHmac, signedDump, signedLoad } from './signing.ts'

const SALT = 'django.contrib.sessions.SessionStore'
const HASH_SALT = 'django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash'
const BACKEND = 'django.contrib.auth.backends.ModelBackend'
const KEY_LENGTH = 32
const KEY_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** How long a login lasts: two weeks, Django's SESSION_COOKIE_AGE. */
export const SESSION_AGE_SECONDS = 14 * 86_400

/** The hash that ties a session to the password it was opened with: changing the password ends all other sessions. */
export function sessionAuthHash(passwordHash: string, secret: string): string {
  return saltedHmac(HASH_SALT, passwordHash, secret).toString('hex')
}

/** Opens a session for a user and returns its key, the value of the cookie `sessionid`. */
export async function openSession(em: EntityManager, user: UserRow, secret: string): Promise<string> {
  const sessionKey = randomText(KEY_LENGTH, KEY_ALPHABET)
  const data = {
    _auth_user_id: String(user.id),
    _auth_user_backend: BACKEND,
    _auth_user_hash: sessionAuthHash(user.password, secret),
  }
  em.create(Session, {
    sessionKey,
    sessionData: signedDump(data, SALT, secret),
    expireDate: nowMicros() + BigInt(SESSION_AGE_SECONDS) * 1_000_000n,
  })
  await em.flush()
  return sessionKey
}

/** The active user of a session key, or null: unknown, expired, forged, or the password has changed since. */
export async function userOfSession(
  em: EntityManager,
  sessionKey: string | undefined,
  secret: string,
): Promise<UserRow | null> {
  if (sessionKey === undefined || !/^[a-z0-9]{8,40}$/.test(sessionKey)) return null
  const session = await em.findOne(Session, { sessionKey, expireDate: { $gt: nowMicros() } })
  if (session === null) return null
  const data = signedLoad(session.sessionData, SALT, secret)
  if (typeof data !== 'object' || data === null) return null
  const { _auth_user_id: id, _auth_user_hash: hash } = data as Record<string, unknown>
  if (typeof id !== 'string' || typeof hash !== 'string' || !/^\d{1,10}$/.test(id)) return null
  const user = await em.findOne(User, { id: Number(id), isActive: true })
  if (user === null) return null
  const wanted = Buffer.from(sessionAuthHash(user.password, secret))
  const given = Buffer.from(hash)
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? user : null
}

/** Ends a session. */
export async function closeSession(em: EntityManager, sessionKey: string | undefined): Promise<void> {
  if (sessionKey !== undefined) await em.nativeDelete(Session, { sessionKey })
}
