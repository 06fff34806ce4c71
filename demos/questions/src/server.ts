// The web server of the questions application.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { RunningConsumer } from '@millrace/outbox'
import fastify, { type FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { LiveUpdates } from './live-updates.ts'
import { introPage, problemPage, questionsPage } from './pages.ts'
import { newestQuestions } from './question-table.ts'

/** What the pages are made of. */
export interface ServerParts {
  readonly pool: Pool
  readonly topic: string
  readonly group: string
  /** The consumer, as soon as it is there. */
  readonly consumer: () => RunningConsumer | null
}

const FILES = {
  'questions.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const
const STATIC = path.join(import.meta.dirname, '..', 'static')

/** Builds the server without listening. */
export function buildServer(parts: ServerParts): { server: FastifyInstance; live: LiveUpdates } {
  const { pool } = parts
  const server = fastify({ forceCloseConnections: true })
  const live = new LiveUpdates(async () => JSON.stringify(await newestQuestions(pool)))
  server.addHook('onRequest', async (_request, reply) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'content-security-policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    })
  })
  server.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type('text/html; charset=utf-8')
      .send(problemPage('Page not found', 'There is nothing at this address.')),
  )
  server.setErrorHandler((error, _request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 503
    return reply
      .code(status)
      .type('text/html; charset=utf-8')
      .send(problemPage('Not available', 'The database does not answer. The page works again as soon as it does.'))
  })
  server.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(introPage(parts.topic, parts.group)))
  server.get('/fetch-data', async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(questionsPage(await newestQuestions(pool))),
  )
  server.get('/question', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(await newestQuestions(pool)),
  )
  server.get('/question/live', (_request, reply) => {
    reply.hijack()
    live.add(reply.raw)
  })
  server.get('/health', (_request, reply) => health(parts).then(({ status, body }) => reply.code(status).send(body)))
  for (const [name, type] of Object.entries(FILES)) {
    const content = readFileSync(path.join(STATIC, name))
    server.get(`/static/${name}`, (_request, reply) => reply.type(type).send(content))
  }
  server.addHook('preClose', async () => live.close())
  return { server, live }
}

/** 200 while questions arrive or could arrive, 503 while consumer or database are in trouble. */
async function health(parts: ServerParts): Promise<{ status: number; body: unknown }> {
  const consumer = (await parts.consumer()?.health()) ?? null
  const database = await parts.pool.query('SELECT 1').then(
    () => 'up',
    () => 'down',
  )
  const good = database === 'up' && consumer !== null && consumer.state !== 'backing off'
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  return {
    status: good ? 200 : 503,
    body: {
      status: good ? 'up' : 'down',
      database,
      topic: parts.topic,
      group: parts.group,
      ...(consumer === null
        ? {}
        : {
            ...consumer,
            lastError:
              consumer.lastError === null ? null : { at: iso(consumer.lastError.atMs), text: consumer.lastError.text },
            lastAppliedAtMs: undefined,
            lastAppliedAt: iso(consumer.lastAppliedAtMs),
          }),
    },
  }
}
