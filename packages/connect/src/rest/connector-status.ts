// Status and tasks of a connector, and the topics that it used.
import type { Worker } from '../worker/worker.ts'
import { type Resource, taskOf } from './resource.ts'

/** `…/status`, `…/tasks/{task}/status` and `…/topics`. */
export function statusResources(worker: Worker): Resource[] {
  return [
    {
      path: '/connectors/:connector/status',
      methods: { GET: (call) => ({ status: 200, body: worker.status(call.param('connector')) }) },
    },
    {
      path: '/connectors/:connector/tasks/:task/status',
      methods: {
        GET: (call) => ({ status: 200, body: worker.taskStatus(call.param('connector'), taskOf(call)) }),
      },
    },
    {
      path: '/connectors/:connector/topics',
      methods: {
        GET: (call) => {
          const name = call.param('connector')
          return { status: 200, body: Object.fromEntries([[name, { topics: worker.topics(name) }]]) }
        },
      },
    },
    {
      path: '/connectors/:connector/topics/reset',
      methods: {
        PUT: async (call) => {
          await worker.resetTopics(call.param('connector'))
          return { status: 202 }
        },
      },
    },
  ]
}
