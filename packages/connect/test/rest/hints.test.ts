// Remedies of refused requests: bodies are Connect's, what to do stands in a header.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CdcError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { RestError } from '../../src/rest/resource.ts'
import { type RestServer, startRestServer } from '../../src/rest/rest-server.ts'

let server: RestServer
beforeAll(async () => {
  const refusing = (error: Error) => () => {
    throw error
  }
  server = await startRestServer({
    resources: [
      {
        path: '/hint',
        methods: { GET: refusing(new CdcError('CDC_CONFIG_INVALID', 'no', { hint: 'Broker’s\nname' })) },
      },
      { path: '/rest', methods: { GET: refusing(new RestError(400, 'no', 'Do this.')) } },
      { path: '/plain', methods: { GET: refusing(new RestError(400, 'no')) } },
      { path: '/answer', methods: { GET: () => ({ status: 200, body: {}, hint: 'Look there.' }) } },
    ],
    listeners: [{ isTls: false, host: '127.0.0.1', port: 0 }],
    log: silentLogger,
  })
})
afterAll(() => server[Symbol.asyncDispose]())

test.each([
  ['hint', 400, '{"error_code":400,"message":"no"}', "Broker's name"],
  ['rest', 400, '{"error_code":400,"message":"no"}', 'Do this.'],
  ['plain', 400, '{"error_code":400,"message":"no"}', null],
  ['answer', 200, '{}', 'Look there.'],
])('%s', async (path, status, body, hint) => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/${path}`)
  expect([answer.status, await answer.text(), answer.headers.get('millrace-hint')]).toEqual([status, body, hint])
})
