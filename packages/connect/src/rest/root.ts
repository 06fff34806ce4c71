// `/` and `/health`.
import { sleep } from '../base/lifecycle.ts'
import type { Worker } from '../worker/worker.ts'
import type { Answer, Resource } from './resource.ts'

/** The Kafka version whose REST interface this is; clients read it as compatibility level. */
export const EMULATED_VERSION = '4.3.1'
/** The commit that this version answers with. */
export const EMULATED_COMMIT = '26b251a451ce941d'

const HEALTH_PATIENCE_MS = 10_000

/** `GET /` and `GET /health`. `patienceMs`: how long a worker may be busy before it counts as unhealthy. */
export function rootResources(worker: Worker, patienceMs = HEALTH_PATIENCE_MS): Resource[] {
  const root = { version: EMULATED_VERSION, commit: EMULATED_COMMIT, kafka_cluster_id: worker.parts.clusterId }
  return [
    { path: '/', methods: { GET: () => ({ status: 200, body: root }) } },
    { path: '/health', methods: { GET: () => health(worker, patienceMs) } },
  ]
}

async function health(worker: Worker, patienceMs: number): Promise<Answer> {
  if (!worker.isStarted) return { status: 503, body: { status: 'starting', message: 'Worker is still starting up.' } }
  const patience = new AbortController()
  const late = sleep(patienceMs, { signal: patience.signal }).then(
    () => true,
    () => false,
  )
  const isLate = await Promise.race([late, worker.settled().then(() => false)])
  patience.abort()
  if (isLate) return { status: 500, body: { status: 'unhealthy', message: `${UNHEALTHY} ${stuck(patienceMs)}` } }
  const message = 'Worker has completed startup and is ready to handle requests.'
  return { status: 200, body: { status: 'healthy', message } }
}

const UNHEALTHY = 'Worker was unable to handle this request and may be unable to handle other requests.'

function stuck(patienceMs: number): string {
  return `The worker is currently writing a change to its topics, which has not been acknowledged for ${patienceMs} ms.`
}
