// `/connectors/{connector}/config`: show, replace or create, change members.

import { inJavaMapOrder } from '../store/java-map.ts'
import type { Worker } from '../worker/worker.ts'
import { asCreateError, locationOf } from './connectors.ts'
import { readConfig, trimmed } from './request-body.ts'
import type { Resource } from './resource.ts'

/** The configuration of a connector. */
export function configResources(worker: Worker): Resource[] {
  return [
    {
      path: '/connectors/:connector/config',
      methods: {
        GET: (call) => ({ status: 200, body: inJavaMapOrder(worker.config(call.param('connector'))) }),
        PUT: async (call) => {
          const name = trimmed(call.param('connector'))
          try {
            const { isNew, info } = await worker.putConfig(name, readConfig(call.json()))
            return isNew ? { status: 201, body: info, location: locationOf(name) } : { status: 200, body: info }
          } catch (error) {
            throw asCreateError(error)
          }
        },
        PATCH: async (call) => {
          try {
            return { status: 200, body: await worker.patchConfig(call.param('connector'), readConfig(call.json())) }
          } catch (error) {
            throw asCreateError(error)
          }
        },
      },
    },
  ]
}
