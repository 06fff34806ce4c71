// `/connector-plugins`: what there is, its options, and validation of a configuration.
import { CdcError } from '../base/errors.ts'
import type { StoredConfig } from '../store/store.ts'
import type { Worker } from '../worker/worker.ts'
import { readConfig } from './request-body.ts'
import { type Answer, type Call, flagOf, type Resource, RestError } from './resource.ts'

/** The plugins. */
export function pluginResources(worker: Worker): Resource[] {
  const { catalog } = worker.parts
  return [
    {
      path: '/connector-plugins',
      methods: { GET: (call) => ({ status: 200, body: catalog.list(flagOf(call, 'connectorsOnly', true)) }) },
    },
    {
      path: '/connector-plugins/:plugin/config',
      methods: {
        GET: (call) => ({ status: 200, body: catalog.definitions(call.param('plugin'), call.query.get('version')) }),
      },
    },
    { path: '/connector-plugins/:plugin/config/validate', methods: { PUT: (call) => validate(worker, call) } },
  ]
}

async function validate(worker: Worker, call: Call): Promise<Answer> {
  const config = readConfig(call.json())
  checkPath(call.param('plugin'), config)
  try {
    const hints: string[] = []
    const body = await worker.validate(config, (hint) => hints.push(hint))
    return { status: 200, body, hint: hints.join(' ') }
  } catch (error) {
    // Connect answers 500 here, where creating the connector would be answered with 400.
    if (!CdcError.is(error) || error.code === 'CDC_INTERNAL') throw error
    throw new RestError(500, `${error.javaClass}: ${error.message}`, error.hint)
  }
}

/** The class must end with the plugin that the path names; both without the word Connector. */
function checkPath(plugin: string, config: StoredConfig): void {
  const className = config['connector.class']
  if (className === undefined || className === null) return
  const bare = (name: string) => name.replace(/Connector$/, '')
  if (bare(className).endsWith(bare(plugin))) return
  throw new RestError(400, `Included connector type ${className} does not match request type ${plugin}`)
}
