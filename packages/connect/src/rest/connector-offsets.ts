// `/connectors/{connector}/offsets`: show, change, reset.
import type { ConnectorOffsets } from '../worker/connector-offsets.ts'
import { readOffsets } from './request-body.ts'
import type { Resource } from './resource.ts'

/** The offsets of a connector. */
export function offsetResources(offsets: ConnectorOffsets): Resource[] {
  return [
    {
      path: '/connectors/:connector/offsets',
      methods: {
        GET: async (call) => ({ status: 200, body: { offsets: await offsets.list(call.param('connector')) } }),
        PATCH: async (call) => {
          const message = await offsets.alter(call.param('connector'), readOffsets(call.json()))
          return { status: 200, body: { message } }
        },
        DELETE: async (call) => ({ status: 200, body: { message: await offsets.reset(call.param('connector')) } }),
      },
    },
  ]
}
