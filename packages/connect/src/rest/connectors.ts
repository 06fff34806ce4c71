// `/connectors` and `/connectors/{connector}`: list, create, show, delete.
import { CdcError } from '../base/errors.ts'
import type { Worker } from '../worker/worker.ts'
import { readCreateRequest } from './request-body.ts'
import { type Answer, type Call, type Resource, RestError } from './resource.ts'

/** List, create, show and delete of connectors. */
export function connectorResources(worker: Worker): Resource[] {
  return [
    {
      path: '/connectors',
      methods: {
        GET: (call) => ({ status: 200, body: listing(worker, call) }),
        POST: (call) => create(worker, call),
      },
    },
    {
      path: '/connectors/:connector',
      methods: {
        GET: (call) => ({ status: 200, body: worker.info(call.param('connector')) }),
        DELETE: async (call) => {
          await worker.delete(call.param('connector'))
          return { status: 204 }
        },
      },
    },
  ]
}

/** Names; with `expand` an object by name, whose members follow the order of the parameters. Connectors without a status are left out. */
function listing(worker: Worker, call: Call): unknown {
  const expansions = [...new Set(call.query.getAll('expand'))]
  if (expansions.length === 0) return worker.connectors()
  const entries = worker.connectors().flatMap((name): [string, Record<string, unknown>][] => {
    const members: Record<string, unknown> = {}
    for (const expansion of expansions) {
      if (expansion === 'info') members.info = worker.info(name)
      else if (expansion === 'status') {
        const status = worker.statusOrNull(name)
        if (!status) return []
        members.status = status
      }
    }
    return [[name, members]]
  })
  return Object.fromEntries(entries)
}

async function create(worker: Worker, call: Call): Promise<Answer> {
  const { name, config, initial } = readCreateRequest(call.json())
  try {
    const info = await worker.create(name, config, initial)
    return { status: 201, body: info, location: locationOf(name) }
  } catch (error) {
    throw asCreateError(error)
  }
}

/** The path of a connector, escaped as Java's URI builder does. Errors: its 500 for a name with `{x}`, although the connector exists by then. */
export function locationOf(name: string): string {
  const template = /\{([^{}]*)\}/.exec(name)
  if (template) throw new RestError(500, `The template variable '${template[1]}' has no value`)
  const escaped = encodeURIComponent(name).replace(/%(?:3A|40|24|26|2B|2C|3B|3D)/g, (code) => decodeURIComponent(code))
  return `/connectors/${escaped}`
}

/** Connect names the exception class of an unknown connector class in these answers. */
export function asCreateError(error: unknown): unknown {
  if (!CdcError.is(error) || error.code !== 'CDC_CONFIG_UNKNOWN_PLUGIN') return error
  return new RestError(400, `org.apache.kafka.connect.errors.ConnectException: ${error.message}`, error.hint)
}
