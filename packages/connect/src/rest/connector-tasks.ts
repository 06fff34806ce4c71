// `/connectors/{connector}/tasks` and the endpoints that workers of a cluster use among themselves.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { StoredConfig } from '../store/store.ts'
import { SIGNATURE_HASHES } from '../worker/group/forward.ts'
import type { Worker } from '../worker/worker.ts'
import { readConfig } from './request-body.ts'
import { type Call, type Resource, RestError } from './resource.ts'

/** The tasks of a connector, and what workers ask of their leader, proved by a signature. */
export function taskResources(worker: Worker): Resource[] {
  return [
    {
      path: '/connectors/:connector/tasks',
      methods: {
        GET: (call) => ({ status: 200, body: worker.tasks(call.param('connector')) }),
        POST: async (call) => {
          checkSignature(worker, call, 'externally setting task configurations')
          await worker.putTaskConfigs(call.param('connector'), taskConfigs(call))
          return { status: 204 }
        },
      },
      signed: ['POST'],
    },
    {
      path: '/connectors/:connector/fence',
      methods: {
        PUT: async (call) => {
          checkSignature(worker, call, 'exactly-once source connectors')
          await worker.fence(call.param('connector'))
          return { status: 204 }
        },
      },
      signed: ['PUT'],
    },
  ]
}

/** Errors: 500 for what is no array of flat objects. */
function taskConfigs(call: Call): StoredConfig[] {
  const body = call.json()
  if (!Array.isArray(body)) throw new RestError(500, 'Cannot deserialize the task configurations: an array is expected')
  return body.map((config) => readConfig(config))
}

/** Errors: Connect's 400, 403 and 503 for requests that are not signed with the workers' key. */
function checkSignature(worker: Worker, call: Call, what: string): void {
  const signature = call.header('x-connect-authorization')
  const algorithm = call.header('x-connect-request-signature-algorithm')
  const isSigned = signature !== undefined && algorithm !== undefined
  const hash = isSigned && Object.hasOwn(SIGNATURE_HASHES, algorithm) ? SIGNATURE_HASHES[algorithm] : undefined
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
}
