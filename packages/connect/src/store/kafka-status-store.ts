// Statuses and used topics in Connect's status topic: `status-connector-<name>`, `status-task-<name>-<n>` and
// `status-topic-<topic>:connector-<name>`.
import type { StateRecord, StateTopic, StateTopicOptions, StateTopics } from './state-topic.ts'
import type { RunState, Status, StatusStore } from './store.ts'

/** Options of the {@link KafkaStatusStore}. `now`: Unix epoch milliseconds. */
export interface KafkaStatusStoreOptions {
  readonly topics: StateTopics
  readonly topic: StateTopicOptions
  readonly now?: () => number
  /** Topics of a connector stay known when it is deleted, as in a standalone worker. */
  readonly keepsTopics?: boolean
}

interface UsedTopic {
  readonly name: string
  readonly connector: string
  readonly key: string
}

/** The status store over a compacted topic. */
export class KafkaStatusStore implements StatusStore {
  readonly #options: KafkaStatusStoreOptions
  readonly #connectors = new Map<string, Status>()
  readonly #tasks = new Map<string, Map<number, Status>>()
  readonly #topics = new Map<string, UsedTopic>()
  #topic: StateTopic | null = null

  constructor(options: KafkaStatusStoreOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#topic = await this.#options.topics.open(this.#options.topic, (record) => this.#apply(record))
  }

  status(connector: string, task: number | null): Status | null {
    if (task === null) return this.#connectors.get(connector) ?? null
    return this.#tasks.get(connector)?.get(task) ?? null
  }

  connectors(): string[] {
    return [...new Set([...this.#connectors.keys(), ...this.#tasks.keys()])]
  }

  tasks(connector: string): Status[] {
    return [...(this.#tasks.get(connector)?.values() ?? [])].sort((a, b) => a.task! - b.task!)
  }

  async put(status: Status): Promise<void> {
    const { connector, task, state, trace, workerId, generation, version } = status
    const value = JSON.stringify({ state, trace, worker_id: workerId, generation, version })
    await this.#topic!.put({ key: statusKey(connector, task), value })
  }

  async removeTask(connector: string, task: number): Promise<void> {
    await this.#topic!.put({ key: statusKey(connector, task), value: null })
  }

  async remove(connector: string): Promise<void> {
    const keys = [
      ...this.tasks(connector).map((status) => statusKey(connector, status.task)),
      ...(this.#connectors.has(connector) ? [statusKey(connector, null)] : []),
      ...(this.#options.keepsTopics === true ? [] : this.#topicKeys(connector)),
    ]
    await this.#topic!.put(...keys.map((key) => ({ key, value: null })))
  }

  topics(connector: string): string[] {
    return [...this.#topics.values()].filter((topic) => topic.connector === connector).map((topic) => topic.name)
  }

  async addTopic(connector: string, topic: string, task: number): Promise<void> {
    const discoverTimestamp = (this.#options.now ?? Date.now)()
    const value = JSON.stringify({ topic: { name: topic, connector, task, discoverTimestamp } })
    await this.#topic!.put({ key: `${TOPIC}${topic}:connector-${connector}`, value })
  }

  async resetTopics(connector: string): Promise<void> {
    await this.#topic!.put(...this.#topicKeys(connector).map((key) => ({ key, value: null })))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#topic?.[Symbol.asyncDispose]()
  }

  #topicKeys(connector: string): string[] {
    return [...this.#topics.values()].filter((topic) => topic.connector === connector).map((topic) => topic.key)
  }

  #apply({ key, value }: StateRecord): void {
    if (key.startsWith(TOPIC)) this.#applyTopic(key, value)
    else if (key.startsWith(CONNECTOR)) {
      const connector = key.slice(CONNECTOR.length)
      const status = parseStatus(connector, null, value)
      if (status) this.#connectors.set(connector, status)
      else if (value === null) this.#connectors.delete(connector)
    } else if (key.startsWith(TASK)) {
      const dash = key.lastIndexOf('-')
      const connector = key.slice(TASK.length, dash)
      const task = Number(key.slice(dash + 1))
      if (dash < TASK.length || !Number.isInteger(task)) return
      const status = parseStatus(connector, task, value)
      if (status) this.#tasksOf(connector).set(task, status)
      else if (value === null) this.#tasks.get(connector)?.delete(task)
    }
  }

  #applyTopic(key: string, value: string | null): void {
    if (value === null) {
      this.#topics.delete(key)
      return
    }
    const topic = parseObject(value)?.topic as { name?: unknown; connector?: unknown } | undefined
    if (typeof topic?.name === 'string' && typeof topic.connector === 'string')
      this.#topics.set(key, { name: topic.name, connector: topic.connector, key })
  }

  #tasksOf(connector: string): Map<number, Status> {
    const known = this.#tasks.get(connector)
    if (known) return known
    const created = new Map<number, Status>()
    this.#tasks.set(connector, created)
    return created
  }
}

const CONNECTOR = 'status-connector-'
const TASK = 'status-task-'
const TOPIC = 'status-topic-'
const STATES: ReadonlySet<string> = new Set<RunState>([
  'UNASSIGNED',
  'RUNNING',
  'PAUSED',
  'STOPPED',
  'FAILED',
  'RESTARTING',
  'DESTROYED',
])

function statusKey(connector: string, task: number | null): string {
  return task === null ? `${CONNECTOR}${connector}` : `${TASK}${connector}-${task}`
}

/** Null for a deletion and for what no Connect worker writes. */
function parseStatus(connector: string, task: number | null, value: string | null): Status | null {
  const parsed = value === null ? null : parseObject(value)
  if (!parsed || typeof parsed.state !== 'string' || !STATES.has(parsed.state)) return null
  return {
    connector,
    task,
    state: parsed.state as RunState,
    trace: textOrNull(parsed.trace),
    workerId: textOrNull(parsed.worker_id) ?? '',
    generation: typeof parsed.generation === 'number' ? parsed.generation : 0,
    version: textOrNull(parsed.version),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null
  } catch {
    return null
  }
}
