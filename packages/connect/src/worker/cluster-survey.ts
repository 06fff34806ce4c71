// What a Connect cluster runs, read from its topics without writing anything, and whether this program can run it: for taking it over.
import { Admin, Cluster, type ClusterOptions, GroupAdmin, KafkaError, readToEnd } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { KafkaConfigStore } from '../store/kafka-config-store.ts'
import { KafkaOffsetStore } from '../store/kafka-offset-store.ts'
import type { StateListener, StateTopic, StateTopicOptions, StateTopics } from '../store/state-topic.ts'
import type { StoredConfig, TargetState } from '../store/store.ts'
import { configProviders } from './config-providers.ts'
import type { PluginCatalog } from './plugin-catalog.ts'
import { readWorkerConfig, type WorkerConfig, type WorkerSettings } from './worker-config.ts'

/** One connector of the cluster. */
export interface SurveyedConnector {
  readonly name: string
  /** `connector.class` as it is configured; empty without one. */
  readonly className: string
  readonly type: 'source' | 'sink' | 'unknown'
  readonly target: TargetState
  readonly tasks: number
  /** Source partitions with a stored offset. */
  readonly offsets: number
  /** What stands against running it here, one sentence each; empty: it can be taken over. Never values of its configuration. */
  readonly problems: readonly string[]
}

/** A cluster as it stands. */
export interface ClusterSurvey {
  readonly connectors: readonly SurveyedConnector[]
  /** State of the workers' group as the broker names it; `Dead` when there is none. */
  readonly groupState: string
  /** Client ids of the workers that are in the group now. */
  readonly workers: readonly string[]
}

/** What to survey. `settings` are worker settings under Connect's names: bootstrap.servers, group.id, the storage topics, config providers. */
export interface SurveyOptions {
  readonly settings: WorkerSettings
  readonly catalog: PluginCatalog
  readonly cluster: ClusterOptions
}

/**
 * Reads a cluster's topics and its group. Nothing is written and nothing is created.
 * Errors: CDC_CONFIG_INVALID for settings, CDC_STORE_INVALID when a topic is missing, KafkaError when the brokers cannot be asked.
 */
export async function surveyCluster(options: SurveyOptions): Promise<ClusterSurvey> {
  const config = readWorkerConfig(options.settings, false)
  const cluster = new Cluster(options.cluster)
  try {
    const topics = new ReadOnlyTopics(cluster)
    const configs = new KafkaConfigStore({ topics, topic: config.configTopic })
    const offsets = new KafkaOffsetStore({ topics, topic: config.offsetTopic })
    await configs.start()
    await offsets.start()
    const connectors: SurveyedConnector[] = []
    for (const name of configs.connectors()) {
      const stored = configs.config(name)!
      const className = stored['connector.class'] ?? ''
      connectors.push({
        name,
        className,
        type: typeOf(options.catalog, className),
        target: configs.targetState(name) ?? 'STARTED',
        tasks: configs.taskConfigs(name).length,
        offsets: offsets.all(name).length,
        problems: await problemsOf(options.catalog, stored, config),
      })
    }
    return { connectors, ...(await groupOf(cluster, config.groupId)) }
  } finally {
    await cluster.close()
  }
}

async function groupOf(cluster: Cluster, groupId: string): Promise<Pick<ClusterSurvey, 'groupState' | 'workers'>> {
  try {
    const group = await new GroupAdmin(cluster).describe(groupId)
    return { groupState: group.state, workers: group.members.map(({ clientId }) => clientId) }
  } catch (error) {
    if (KafkaError.from(error).code === 'GROUP_ID_NOT_FOUND') return { groupState: 'Dead', workers: [] }
    throw error
  }
}

function typeOf(catalog: PluginCatalog, className: string): SurveyedConnector['type'] {
  try {
    return catalog.connector(className).type
  } catch {
    return 'unknown'
  }
}

async function problemsOf(catalog: PluginCatalog, stored: StoredConfig, config: WorkerConfig): Promise<string[]> {
  try {
    const plugin = catalog.connector(stored['connector.class'] ?? '')
    if (!plugin.isRunnable) return [`Running ${plugin.className} is not supported`]
    const resolved = configProviders(config.settings)(stored)
    const infos = await catalog.validate(resolved, { settings: config.settings })
    // Messages may quote values: the option's name is enough.
    const wrong = infos.configs.flatMap(({ definition, value }) => {
      const name = definition?.name ?? value?.name ?? ''
      return (value?.errors ?? []).length > 0 ? [`The option ${name} is not accepted`] : []
    })
    return [...wrong, ...(wrong.length > 0 ? [] : (plugin.unsupported?.(resolved) ?? []))]
  } catch (error) {
    return [CdcError.from(error).message.split('\n')[0]!.slice(0, 200)]
  }
}

/** State topics of a cluster that is only looked at: what would be written is dropped. */
class ReadOnlyTopics implements StateTopics {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async open({ topic }: StateTopicOptions, listener: StateListener): Promise<StateTopic> {
    const [found] = await this.#cluster.refresh([topic])
    if (!found) throw await this.#missing(topic)
    for (const partition of found.leaders.keys()) await this.#read(topic, partition, listener)
    return { partitions: found.leaders.length, put: async () => {}, [Symbol.asyncDispose]: async () => {} }
  }

  async #read(topic: string, partition: number, listener: StateListener): Promise<void> {
    const admin = new Admin(this.#cluster)
    const fromOffset = await admin.earliestOffset(topic, partition)
    if (fromOffset >= (await admin.latestOffset(topic, partition))) return
    for await (const { records } of readToEnd(this.#cluster, { topic, partition, fromOffset }))
      for (const { key, value, offset } of records) {
        if (key === null) continue
        const record = {
          key: Buffer.from(key).toString(),
          value: value === null ? null : Buffer.from(value).toString(),
        }
        listener(record, { offset, isOwn: false })
      }
  }

  async #missing(topic: string): Promise<CdcError> {
    const all = await new Admin(this.#cluster).topics()
    const like = all
      .map(({ name }) => name)
      .filter((name) => /connect|config|offset|status/i.test(name) && !name.startsWith('__'))
    const names = like.length === 0 ? '' : ` Topics that may be meant: ${like.slice(0, 12).join(', ')}.`
    const hint = `Give the cluster's own names: its worker settings config.storage.topic, offset.storage.topic and status.storage.topic.${names}`
    return new CdcError('CDC_STORE_INVALID', `The cluster has no topic ${topic}`, { hint })
  }
}
