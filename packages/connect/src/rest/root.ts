// `/` and `/health`.
import type { Worker } from '../worker/worker.ts'
import type { Resource } from './resource.ts'

/** The Kafka version whose REST interface this is; clients read it as compatibility level. */
export const EMULATED_VERSION = '4.3.1'
/** The commit that this version answers with. */
export const EMULATED_COMMIT = '26b251a451ce941d'

/** `GET /` and `GET /health`. */
export function rootResources(worker: Worker): Resource[] {
  const root = { version: EMULATED_VERSION, commit: EMULATED_COMMIT, kafka_cluster_id: worker.parts.clusterId }
  return [
    { path: '/', methods: { GET: () => ({ status: 200, body: root }) } },
    {
      path: '/health',
      methods: {
        GET: () =>
          worker.isStarted
            ? {
                status: 200,
                body: {
                  status: 'healthy',
                  message: 'Worker has completed startup and is ready to handle requests.',
                },
              }
            : { status: 503, body: { status: 'starting', message: 'Worker is still starting up.' } },
      },
    },
  ]
}
