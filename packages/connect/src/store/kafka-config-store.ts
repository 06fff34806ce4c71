// Configurations, task configurations and target states in Connect's config topic: `connector-<name>`, `task-<name>-<n>` with
// `commit-<name>`, `target-state-<name>`, `restart-connector-<name>`, `logger-cluster-<logger>`, `session-key`.
import { randomBytes } from 'node:crypto'
import { sleep } from '../base/lifecycle.ts'
import type { RecordPlace, StateRecord, StateTopic, StateTopicOptions, StateTopics } from './state-topic.ts'
import type { ConfigChange, ConfigStore, RestartRequest, StoredConfig, TargetState } from './store.ts'

/** Options of the {@link KafkaConfigStore}. `now`: Unix epoch milliseconds. `sessionKeyTtlMs`: age at which a new session key is written. */
export interface KafkaConfigStoreOptions {
  readonly topics: StateTopics
  readonly topic: StateTopicOptions
  readonly sessionKeyTtlMs?: number
  readonly now?: () => number
}

interface SessionKey {
  readonly key: Buffer
  readonly algorithm: string
  readonly createdMs: number
}

/** The config store over a compacted topic of one partition. */
export class KafkaConfigStore implements ConfigStore {
  readonly #options: KafkaConfigStoreOptions
  readonly #configs = new Map<string, StoredConfig>()
  readonly #targets = new Map<string, TargetState>()
  readonly #tasks = new Map<string, StoredConfig[]>()
  /** Task records that wait for their commit record. */
  readonly #deferred = new Map<string, Map<number, StoredConfig>>()
  #session: SessionKey | null = null
  #topic: StateTopic | null = null
  #position = -1
  #waiting: { readonly offset: number; readonly resolve: () => void }[] = []
  onChange: (change: ConfigChange) => void = () => {}

  constructor(options: KafkaConfigStoreOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#topic = await this.#options.topics.open(this.#options.topic, (record, place) => this.#take(record, place))
    await this.renewSessionKey()
  }

  async renewSessionKey(): Promise<void> {
    const now = (this.#options.now ?? Date.now)()
    if (this.#session && now - this.#session.createdMs < (this.#options.sessionKeyTtlMs ?? 3_600_000)) return
    const value = { key: randomBytes(32).toString('base64'), algorithm: 'HmacSHA256', 'creation-timestamp': now }
    await this.#topic!.put({ key: 'session-key', value: JSON.stringify(value) })
  }

  connectors(): string[] {
    return [...this.#configs.keys()]
  }

  config(connector: string): StoredConfig | null {
    return this.#configs.get(connector) ?? null
  }

  taskConfigs(connector: string): readonly StoredConfig[] {
    return this.#tasks.get(connector) ?? []
  }

  targetState(connector: string): TargetState | null {
    if (!this.#configs.has(connector)) return null
    return this.#targets.get(connector) ?? 'STARTED'
  }

  sessionKey(): { key: Buffer; algorithm: string } | null {
    return this.#session
  }

  position(): number {
    return this.#position
  }

  async readTo(offset: number, timeoutMs: number): Promise<boolean> {
    if (this.#position >= offset) return true
    const read = Promise.withResolvers<void>()
    const waiting = { offset, resolve: read.resolve }
    this.#waiting.push(waiting)
    const patience = new AbortController()
    await Promise.race([read.promise, sleep(timeoutMs, { signal: patience.signal })])
    patience.abort()
    this.#waiting = this.#waiting.filter((other) => other !== waiting)
    return this.#position >= offset
  }

  async putConfig(connector: string, config: StoredConfig, initial?: TargetState): Promise<void> {
    const records = [{ key: `${CONNECTOR}${connector}`, value: JSON.stringify({ properties: config }) }]
    if (initial) records.unshift({ key: `${TARGET}${connector}`, value: targetValue(initial) })
    await this.#topic!.put(...records)
  }

  async deleteConfig(connector: string): Promise<void> {
    await this.#topic!.put(
      { key: `${CONNECTOR}${connector}`, value: null },
      { key: `${TARGET}${connector}`, value: null },
    )
  }

  async putTaskConfigs(connector: string, configs: readonly StoredConfig[]): Promise<void> {
    const tasks = configs.map((properties, task) => ({
      key: `${TASK}${connector}-${task}`,
      value: JSON.stringify({ properties }),
    }))
    await this.#topic!.put(...tasks, { key: `${COMMIT}${connector}`, value: JSON.stringify({ tasks: configs.length }) })
  }

  async putTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#topic!.put({ key: `${TARGET}${connector}`, value: targetValue(state) })
  }

  async putRestartRequest(connector: string, request: RestartRequest): Promise<void> {
    const value = { 'include-tasks': request.includeTasks, 'only-failed': request.onlyFailed }
    await this.#topic!.put({ key: `${RESTART}${connector}`, value: JSON.stringify(value) })
  }

  async putLoggerLevel(logger: string, level: string): Promise<void> {
    await this.#topic!.put({ key: `${LOGGER}${logger}`, value: JSON.stringify({ level }) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#topic?.[Symbol.asyncDispose]()
  }

  #take(record: StateRecord, place: RecordPlace | undefined): void {
    const change = this.#changeOf(record, place?.isOwn ?? true)
    this.#apply(record)
    if (place) {
      this.#position = place.offset + 1
      for (const { offset, resolve } of this.#waiting) if (this.#position >= offset) resolve()
    }
    if (this.#topic && change) this.onChange(change)
  }

  /** What a record is about to change, told when it has. */
  #changeOf({ key, value }: StateRecord, isOwn: boolean): ConfigChange | null {
    const parsed = value === null ? null : parseObject(value)
    if (key.startsWith(TARGET)) return parsed && { kind: 'target', connector: key.slice(TARGET.length), isOwn }
    if (key.startsWith(CONNECTOR)) {
      const connector = key.slice(CONNECTOR.length)
      if (value === null) return { kind: 'deleted', connector, isOwn }
      return parsed && { kind: 'config', connector, isOwn, was: this.#configs.has(connector) ? 'known' : 'new' }
    }
    if (key.startsWith(COMMIT)) {
      const connector = key.slice(COMMIT.length)
      const isSameSet = parsed?.tasks === (this.#tasks.get(connector)?.length ?? 0)
      return parsed && { kind: 'tasks', connector, isOwn, isSameSet }
    }
    if (key.startsWith(RESTART) && parsed) {
      const request = { includeTasks: parsed['include-tasks'] === true, onlyFailed: parsed['only-failed'] === true }
      return { kind: 'restart', connector: key.slice(RESTART.length), isOwn, request }
    }
    if (!key.startsWith(LOGGER) || typeof parsed?.level !== 'string') return null
    return { kind: 'logger', logger: key.slice(LOGGER.length), isOwn, level: parsed.level }
  }

  /** Order of the tests matters: `connector-` is no prefix of another key, but names may hold anything after it. */
  #apply({ key, value }: StateRecord): void {
    const parsed = value === null ? null : parseObject(value)
    if (value !== null && parsed === null) return // not written by a Connect worker
    if (key.startsWith(TARGET)) this.#applyTarget(key.slice(TARGET.length), parsed)
    else if (key.startsWith(CONNECTOR)) this.#applyConfig(key.slice(CONNECTOR.length), parsed)
    else if (key.startsWith(TASK)) this.#applyTask(key, parsed)
    else if (key.startsWith(COMMIT)) this.#applyCommit(key.slice(COMMIT.length), parsed)
    else if (key === 'session-key') this.#applySession(parsed)
  }

  #applyConfig(connector: string, value: Parsed | null): void {
    const properties = value === null ? null : asConfig(value.properties)
    if (properties) this.#configs.set(connector, properties)
    else if (value === null) {
      this.#configs.delete(connector)
      this.#tasks.delete(connector)
      this.#deferred.delete(connector)
    }
  }

  #applyTarget(connector: string, value: Parsed | null): void {
    if (value === null) this.#targets.delete(connector)
    else {
      const state = value['state.v2'] ?? value.state
      if (state === 'STARTED' || state === 'PAUSED' || state === 'STOPPED') this.#targets.set(connector, state)
    }
  }

  #applyTask(key: string, value: Parsed | null): void {
    const dash = key.lastIndexOf('-')
    const task = Number(key.slice(dash + 1))
    const properties = value === null ? null : asConfig(value.properties)
    if (!properties || dash < TASK.length || !Number.isInteger(task)) return
    const connector = key.slice(TASK.length, dash)
    const waiting = this.#deferred.get(connector) ?? new Map<number, StoredConfig>()
    waiting.set(task, properties)
    this.#deferred.set(connector, waiting)
  }

  /** Takes the waiting task records over if ids 0 … count−1 are all known; otherwise the task set stays empty until it is written again. */
  #applyCommit(connector: string, value: Parsed | null): void {
    const count = value?.tasks
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) return
    const waiting = this.#deferred.get(connector)
    const before = this.#tasks.get(connector) ?? []
    const tasks = Array.from({ length: count }, (_, task) => waiting?.get(task) ?? before[task])
    this.#tasks.set(connector, tasks.every((task) => task !== undefined) ? tasks : [])
    this.#deferred.delete(connector)
  }

  #applySession(value: Parsed | null): void {
    if (typeof value?.key !== 'string' || typeof value.algorithm !== 'string') return
    const createdMs = Number(value['creation-timestamp'])
    this.#session = { key: Buffer.from(value.key, 'base64'), algorithm: value.algorithm, createdMs }
  }
}

type Parsed = Readonly<Record<string, unknown>>

const CONNECTOR = 'connector-'
const TARGET = 'target-state-'
const TASK = 'task-'
const COMMIT = 'commit-'
const RESTART = 'restart-connector-'
const LOGGER = 'logger-cluster-'

/** Older workers read `state`, which knows no STOPPED: PAUSED is what comes nearest. */
function targetValue(state: TargetState): string {
  return JSON.stringify({ state: state === 'STOPPED' ? 'PAUSED' : state, 'state.v2': state })
}

function asConfig(value: unknown): StoredConfig | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const entries = Object.entries(value).map(([key, member]): [string, string | null] => [
    key,
    member === null ? null : String(member),
  ])
  return Object.fromEntries(entries)
}

function parseObject(text: string): Parsed | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Parsed) : null
  } catch {
    return null
  }
}
