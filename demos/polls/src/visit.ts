// One visitor's request: who it is, its CSRF secret, its messages. Every page handler gets one.
import type {} from '@fastify/cookie'
import type { EntityManager } from '@mikro-orm/mysql'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CSRF_COOKIE, CSRF_FIELD, csrfMatches, csrfSecretOf, maskCsrf, newCsrfSecret } from './auth/csrf.ts'
import { SESSION_AGE_SECONDS, userOfSession } from './auth/session.ts'
import { signedDump, signedLoad } from './auth/signing.ts'
import type { UserRow } from './database/entities.ts'
import { type Html, html } from './html/html.ts'

/** Kinds of messages shown once on the next page. */
export type MessageLevel = 'success' | 'warning' | 'error'

/** A message shown once. */
export interface Message {
  readonly level: MessageLevel
  readonly text: string
}

/** Name of the session cookie. */
export const SESSION_COOKIE = 'sessionid'
const MESSAGES_COOKIE = 'messages'
const MESSAGES_SALT = 'polls.messages'
const CSRF_AGE_SECONDS = 364 * 86_400
const MAX_MESSAGE_TEXT = 600

/** The state of one request. Handlers read `user`, add messages, and ask for the hidden CSRF field of their forms. */
export class Visit {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly em: EntityManager
  readonly secret: string
  user: UserRow | null = null
  #csrfSecret: string | null = null
  #added: Message[] = []

  constructor(request: FastifyRequest, reply: FastifyReply, em: EntityManager, secret: string) {
    this.request = request
    this.reply = reply
    this.em = em
    this.secret = secret
  }

  /** Reads the session cookie; afterwards `user` is the logged-in user or null. */
  async loadUser(): Promise<void> {
    this.user = await userOfSession(this.em, this.request.cookies[SESSION_COOKIE], this.secret)
  }

  /** The posted form; empty when the request carried none. */
  get form(): URLSearchParams {
    return this.request.body instanceof URLSearchParams ? this.request.body : new URLSearchParams()
  }

  /** True when the posted token belongs to the cookie. */
  csrfIsGood(): boolean {
    return csrfMatches(this.request.cookies[CSRF_COOKIE], this.form.get(CSRF_FIELD))
  }

  /** The hidden field every POST form needs; sets the cookie when the visitor has none. */
  csrfField(): Html {
    this.#csrfSecret ??= csrfSecretOf(this.request.cookies[CSRF_COOKIE])
    if (this.#csrfSecret === null) this.renewCsrf()
    return html`<input type="hidden" name="${CSRF_FIELD}" value="${maskCsrf(this.#csrfSecret!)}">`
  }

  /** Gives the visitor a new CSRF secret (at login, so that a planted cookie is worth nothing). */
  renewCsrf(): void {
    this.#csrfSecret = newCsrfSecret()
    void this.reply.setCookie(CSRF_COOKIE, this.#csrfSecret, { path: '/', maxAge: CSRF_AGE_SECONDS, sameSite: 'lax' })
  }

  /** Sets the session cookie, or removes it. */
  setSession(key: string | null): void {
    if (key === null) void this.reply.clearCookie(SESSION_COOKIE, { path: '/' })
    else {
      void this.reply.setCookie(SESSION_COOKIE, key, {
        path: '/',
        maxAge: SESSION_AGE_SECONDS,
        httpOnly: true,
        sameSite: 'lax',
      })
    }
  }

  /** Adds a message for the next page this visitor sees. */
  addMessage(level: MessageLevel, text: string): void {
    this.#added.push({ level, text: text.slice(0, MAX_MESSAGE_TEXT) })
    void this.reply.setCookie(
      MESSAGES_COOKIE,
      signedDump([...this.#waiting(), ...this.#added], MESSAGES_SALT, this.secret),
      {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
      },
    )
  }

  /** The messages waiting for this visitor; they are gone afterwards. */
  takeMessages(): Message[] {
    const messages = [...this.#waiting(), ...this.#added]
    this.#added = []
    if (messages.length > 0) void this.reply.clearCookie(MESSAGES_COOKIE, { path: '/' })
    return messages
  }

  #waiting(): Message[] {
    const cookie = this.request.cookies[MESSAGES_COOKIE]
    const list = cookie === undefined ? null : signedLoad(cookie, MESSAGES_SALT, this.secret)
    return Array.isArray(list) ? (list as Message[]) : []
  }

  /** Answers with a page. */
  send(page: Html, status = 200): FastifyReply {
    return this.reply.code(status).type('text/html; charset=utf-8').send(page.text)
  }

  /** Answers with 302. */
  redirect(location: string): FastifyReply {
    return this.reply.redirect(location, 302)
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit
  }
}
