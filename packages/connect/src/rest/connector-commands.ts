// Pause, resume, stop and restart of connectors and tasks.
import type { Worker } from '../worker/worker.ts'
import { flagOf, type Resource, taskOf } from './resource.ts'

/** The commands of a connector's life. */
export function commandResources(worker: Worker): Resource[] {
  return [
    command('pause', 202, (name) => worker.pause(name)),
    command('resume', 202, (name) => worker.resume(name)),
    command('stop', 204, (name) => worker.stop(name)),
    {
      path: '/connectors/:connector/restart',
      methods: {
        POST: async (call) => {
          const request = { includeTasks: flagOf(call, 'includeTasks'), onlyFailed: flagOf(call, 'onlyFailed') }
          const status = await worker.restart(call.param('connector'), request)
          return status ? { status: 202, body: status } : { status: 204 }
        },
      },
    },
    {
      path: '/connectors/:connector/tasks/:task/restart',
      methods: {
        POST: async (call) => {
          await worker.restartTask(call.param('connector'), taskOf(call))
          return { status: 204 }
        },
      },
    },
  ]
}

function command(word: string, status: number, run: (connector: string) => Promise<void>): Resource {
  return {
    path: `/connectors/:connector/${word}`,
    methods: {
      PUT: async (call) => {
        await run(call.param('connector'))
        return { status }
      },
    },
  }
}
