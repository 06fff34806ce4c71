// The web server of the polls site: plug-ins, security headers, CSRF, error pages; the routes live in site/ and admin/.
import path from 'node:path'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import fastifyStatic from '@fastify/static'
import type { MikroORM } from '@mikro-orm/mysql'
import fastify, { type FastifyInstance } from 'fastify'
import { adminRoutes } from './admin/routes.ts'
import { codeOf } from './database/connection.ts'
import { csrfPage, notFoundPage, problemPage } from './html/problem-pages.ts'
import type { SiteLinks } from './site/links.ts'
import { siteRoutes } from './site/routes.ts'
import { Visit } from './visit.ts'

/** What the site links to, and how it signs. */
export interface SiteOptions {
  readonly orm: MikroORM
  /** Signs sessions and messages; the same key as a Django next door makes sessions valid on both. */
  readonly secretKey: string
  /** Addresses on the home page; parts that are not given are not linked. */
  readonly links?: SiteLinks
}

const STATIC = path.join(import.meta.dirname, '..', 'static')
const MAX_FORM_BYTES = 1 << 20
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Builds the server without listening; tests use it with `inject`. */
export async function buildServer(options: SiteOptions): Promise<FastifyInstance> {
  const server = fastify({ bodyLimit: MAX_FORM_BYTES, forceCloseConnections: true })
  await server.register(cookie)
  await server.register(formbody, { parser: (text: string) => new URLSearchParams(text) as never })
  await server.register(fastifyStatic, { root: STATIC, prefix: '/static/', index: false, list: false })
  server.decorateRequest('visit', null as unknown as Visit)
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'content-security-policy':
        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'",
    })
    request.visit = new Visit(request, reply, options.orm.em.fork(), options.secretKey)
  })
  server.addHook('preHandler', async (request) => {
    if (SAFE_METHODS.has(request.method)) return
    if (request.visit.csrfIsGood()) return
    return request.visit.send(csrfPage(), 403)
  })
  server.setNotFoundHandler((request) => request.visit.send(notFoundPage(), 404))
  server.setErrorHandler((error, request) => {
    const status = statusOf(error)
    if (status < 500) return request.visit.send(problemPage('Bad request', 'The request could not be read.'), status)
    // the driver's code only: its message may hold row values
    console.error(`polls: ${request.method} ${request.url.split('?')[0]} failed (${codeOf(error) ?? nameOf(error)})`)
    return codeOf(error) === 'ER_NO_SUCH_TABLE'
      ? request.visit.send(problemPage('The tables are missing', 'Run "manage migrate" and reload this page.'), 503)
      : request.visit.send(problemPage('Server error', 'Something went wrong on our side. Please try again.'), 500)
  })
  siteRoutes(server, options.links ?? {})
  adminRoutes(server)
  return server
}

function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' && status >= 400 ? status : 500
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
