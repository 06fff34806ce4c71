// Connectors of the comparison: the same options for both sides, each with topics of its own.
import { Admin, Cluster, connectTcp, KafkaError, parseBootstrap } from '@millrace/kafka'
import type { Shop } from '../pipeline/shop.ts'
import { ask, type Contender, type RunningWorker, until } from './contender.ts'

/** A connector by its use: `none`, `lz4`, `latency` … */
export interface ConnectorUse {
  readonly use: string
  readonly compression: string
  readonly snapshot: 'no_data' | 'initial'
  /** `orders` unless given. */
  readonly table?: string
}

const LIMIT_MS = 180_000

/** Name of a connector, and prefix of its topics. */
export const nameOf = (contender: Contender, { use }: ConnectorUse): string => `${contender.id}-${use}`
/** Topic of the table. */
export const topicOf = (contender: Contender, use: ConnectorUse): string =>
  `${nameOf(contender, use)}.shop.${use.table ?? 'orders'}`

/** Server ids that no other connector of the run has. */
let serverId = 184_100

/** Registers a connector. */
export async function register(
  worker: RunningWorker,
  contender: Contender,
  use: ConnectorUse,
  shop: Shop,
): Promise<void> {
  const name = nameOf(contender, use)
  await ask(worker, 'PUT', `connectors/${name}/config`, {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'tasks.max': '1',
    'database.hostname': shop.server.host,
    'database.port': String(shop.server.port),
    'database.user': 'cdc',
    'database.password': 'cdc',
    'database.server.id': String(serverId++),
    'topic.prefix': name,
    'table.include.list': `shop.${use.table ?? 'orders'}`,
    'snapshot.mode': use.snapshot,
    'schema.history.internal.kafka.bootstrap.servers': worker.bootstrap,
    'schema.history.internal.kafka.topic': `${name}.history`,
    'producer.override.acks': 'all',
    'producer.override.compression.type': use.compression,
  })
}

/** Stops a connector and waits until its task is gone, with its offsets stored. */
export async function stopConnector(worker: RunningWorker, contender: Contender, use: ConnectorUse): Promise<void> {
  const name = nameOf(contender, use)
  await ask(worker, 'PUT', `connectors/${name}/stop`)
  await until(`the stop of ${name}`, LIMIT_MS, async () => {
    const status = await ask<{ connector: { state: string }; tasks: unknown[] }>(
      worker,
      'GET',
      `connectors/${name}/status`,
    )
    return status.connector.state === 'STOPPED' && status.tasks.length === 0
  })
}

/** Fails when a task has failed: a comparison must not wait for it. */
export async function checkRunning(worker: RunningWorker, name: string): Promise<void> {
  const { tasks } = await ask<{ tasks: { state: string; trace?: string }[] }>(
    worker,
    'GET',
    `connectors/${name}/status`,
  )
  const failed = tasks.find(({ state }) => state === 'FAILED')
  if (failed !== undefined) throw new Error(`${name} failed: ${failed.trace?.split('\n')[0]}`)
}

/** A client of the broker that a worker writes to. */
export function openCluster(worker: RunningWorker): Cluster {
  return new Cluster({ bootstrap: parseBootstrap(worker.bootstrap), open: connectTcp, clientId: 'versus' })
}

/** End of a topic's only partition; 0 before there is one. */
export async function endOf(cluster: Cluster, topic: string): Promise<number> {
  try {
    return await new Admin(cluster).latestOffset(topic, 0)
  } catch (error) {
    if (KafkaError.from(error).code === 'UNKNOWN_TOPIC_OR_PARTITION') return 0
    throw error
  }
}
