// The road's own outbox connector, so that questions reach the questions page without a curl. It steps aside as soon as the reader registers
// an outbox connector: two would write every event twice.

import { setTimeout as delay } from 'node:timers/promises'

/** Name of the connector that the road registers. */
export const ROAD_CONNECTOR = 'road-outbox'

const EVENT_ROUTER = 'io.debezium.transforms.outbox.EventRouter'
const WATCH_MS = 1000
const RUNNING_MS = 20_000

/** The configuration: the tutorial's outbox connector with today's option names and a topic prefix of its own. */
export function roadConnectorConfig(): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'tasks.max': '1',
    'database.hostname': 'mysql',
    'database.port': '3306',
    'database.user': 'django',
    'database.password': 'django',
    'database.server.id': '184001',
    'topic.prefix': 'road',
    'table.include.list': 'djangodb.polls_outbox',
    'schema.history.internal.kafka.bootstrap.servers': 'kafka:9092',
    'schema.history.internal.kafka.topic': 'road.schema-history',
    transforms: 'outbox',
    'transforms.outbox.type': EVENT_ROUTER,
    'value.converter': 'io.debezium.converters.BinaryDataConverter',
    'value.converter.delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.delegate.converter.type.schemas.enable': 'false',
  }
}

interface ConnectorInfos {
  readonly [name: string]: { readonly info: { readonly config: Readonly<Record<string, string>> } }
}

/** Connectors other than the road's that route an outbox. */
export function otherOutboxConnectors(connectors: ConnectorInfos): string[] {
  return Object.entries(connectors)
    .filter(([name, { info }]) => name !== ROAD_CONNECTOR && Object.values(info.config).includes(EVENT_ROUTER))
    .map(([name]) => name)
}

/** Registers the road's connector unless one of the reader's routes the outbox already; takes it away when one appears. */
export async function keepOutboxRouted(rest: string, log: (line: string) => void, signal: AbortSignal): Promise<void> {
  const others = otherOutboxConnectors(await connectorsOf(rest))
  const path = `${rest}/connectors/${ROAD_CONNECTOR}`
  if (others.length > 0) return
  const answer = await fetch(`${path}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(roadConnectorConfig()),
  })
  if (!answer.ok) throw new Error(`the outbox connector was refused (${answer.status}): ${await answer.text()}`)
  await untilRunning(path)
  const timer = setInterval(() => {
    connectorsOf(rest)
      .then(async (connectors) => {
        const [name] = otherOutboxConnectors(connectors)
        if (name === undefined || signal.aborted) return
        clearInterval(timer)
        await fetch(path, { method: 'DELETE' })
        log(`connector ${name} routes the outbox now: the road's own connector ${ROAD_CONNECTOR} was removed`)
      })
      .catch(() => {}) // the worker is busy or ending: asked again, or aborted
  }, WATCH_MS)
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}

/** Waits until the connector's task runs, so that "ready" means ready. Errors: the first line of a failed task's trace, or its silence. */
async function untilRunning(path: string): Promise<void> {
  const end = Date.now() + RUNNING_MS
  while (Date.now() < end) {
    const status = (await (await fetch(`${path}/status`)).json()) as { tasks?: { state: string; trace?: string }[] }
    const task = status.tasks?.[0]
    if (task?.state === 'RUNNING') return
    if (task?.state === 'FAILED') throw new Error(`the outbox connector failed: ${task.trace?.split('\n')[0] ?? ''}`)
    await delay(50)
  }
  throw new Error(`the outbox connector did not run within ${RUNNING_MS / 1000} s; ${path}/status tells its state`)
}

async function connectorsOf(rest: string): Promise<ConnectorInfos> {
  return (await (await fetch(`${rest}/connectors?expand=info`)).json()) as ConnectorInfos
}
