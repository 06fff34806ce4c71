// `/connectors/{connector}/tasks` and the endpoints that workers of a cluster use among themselves.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Worker } from '../worker/worker.ts'
import { type Answer, type Call, type Resource, RestError } from './resource.ts'

/** The tasks of a connector; requests between workers are checked and then refused: there is one worker. */
export function taskResources(worker: Worker): Resource[] {
  return [
    {
      path: '/connectors/:connector/tasks',
      methods: {
        GET: (call) => ({ status: 200, body: worker.tasks(call.param('connector')) }),
        POST: (call) => internal(worker, call, 'externally setting task configurations'),
      },
      signed: ['POST'],
    },
    {
      path: '/connectors/:connector/fence',
      methods: { PUT: (call) => internal(worker, call, 'exactly-once source connectors') },
      signed: ['PUT'],
    },
  ]
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  HmacSHA1: 'sha1',
  HmacSHA224: 'sha224',
  HmacSHA256: 'sha256',
  HmacSHA384: 'sha384',
  HmacSHA512: 'sha512',
}

function internal(worker: Worker, call: Call, what: string): Answer {
  const signature = call.header('x-connect-authorization')
  const algorithm = call.header('x-connect-request-signature-algorithm')
  const isSigned = signature !== undefined && algorithm !== undefined
  const hash = isSigned && Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined
  if (isSigned && !hash) throw new RestError(400, `Algorithm ${algorithm} not available`)
  if (worker.isStandalone) throw new RestError(500, `Kafka Connect in standalone mode does not support ${what}.`)
  if (!isSigned || !hash) throw new RestError(400, 'Internal request missing required signature')
  const session = worker.parts.configs.sessionKey()
  if (!session)
    throw new RestError(503, 'This worker is still starting up and has not been able to read a session key.')
  const expected = createHmac(hash, session.key).update(call.text).digest()
  const given = Buffer.from(signature, 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new RestError(403, 'Internal request contained invalid signature.')
  throw new RestError(501, 'Requests between workers are not supported: one worker runs all connectors')
}
