// `/admin/loggers`: log levels of this worker, or of all workers through the config topic.
import { type Loggers, levelOf } from '../worker/loggers.ts'
import type { Worker } from '../worker/worker.ts'
import { readConfig } from './request-body.ts'
import { type Answer, type Call, type Resource, RestError } from './resource.ts'

/** The log levels. */
export function loggerResources(worker: Worker, loggers: Loggers): Resource[] {
  return [
    {
      path: '/admin/loggers',
      methods: { GET: () => ({ status: 200, body: Object.fromEntries(loggers.all()) }) },
    },
    {
      path: '/admin/loggers/:logger',
      methods: {
        GET: (call) => {
          const name = call.param('logger')
          const level = loggers.get(name)
          if (!level) throw new RestError(404, `Logger ${name} not found.`)
          return { status: 200, body: level }
        },
        PUT: (call) => setLevel(worker, loggers, call),
      },
    },
  ]
}

async function setLevel(worker: Worker, loggers: Loggers, call: Call): Promise<Answer> {
  const word = readConfig(call.json()).level ?? null
  if (word === null) throw new RestError(400, "Desired 'level' parameter was not specified in request.")
  if (word === '') throw new RestError(500, 'Illegal null or empty Level name.')
  const level = levelOf(word)
  if (!level) throw new RestError(404, `invalid log level '${word}'.`)
  const name = call.param('logger')
  const changed = loggers.set(name, level)
  if (call.query.get('scope')?.toLowerCase() !== 'cluster') return { status: 200, body: changed }
  await worker.parts.configs.putLoggerLevel(name, level)
  return { status: 204 }
}
