// The worker's side of its group: what is its, who leads, what happens when the config topic changes or work moves.
import { CdcError } from '../../base/errors.ts'
import { sleep } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { ConfigChange, ConfigStore, RestartRequest, StatusStore, StoredConfig } from '../../store/store.ts'
import type { ConnectorCommand } from '../lifecycle-table.ts'
import { ForwardNeeded, sendTaskConfigs } from './forward.ts'
import type { GroupHost, GroupView, Membership } from './membership.ts'
import type { Ownership } from './ownership.ts'
import { CONNECTOR_ITSELF, Work } from './work.ts'

/** What the group needs of the worker around it. */
export interface GroupWorker {
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly log: Logger
  /** Reads the offset topic to its present end. */
  catchUpOffsets(): Promise<void>
  /** Runs `work` when no other write is under way, and keeps others out until it has ended. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when every command so far is carried out. */
  settled(): Promise<void>
  /** Gives a connector a command; only what this worker owns of it follows. */
  command(connector: string, command: ConnectorCommand, restart?: RestartRequest): Promise<void>
  /** Starts and ends pieces of the connectors until exactly what is owned runs. */
  align(connectors: readonly string[]): Promise<void>
  /** Names of connectors of which something may run here. */
  running(): readonly string[]
  onGeneration(generation: number): void
  onLoggerLevel(logger: string, level: string): void
}

const NO_LEADER =
  'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.'
const SETTLE_MS = 3000
const CATCH_UP_MS = 3000
const PUBLISH_RETRY_MS = 500

/** One worker's share. Without a membership (standalone mode) everything is its own for good. */
export class WorkerGroup implements GroupHost {
  readonly #worker: GroupWorker
  #membership: Membership | null = null
  #isSole = true
  #wasSole = false
  #work = new Work()
  #view: GroupView | null = null
  #release: (() => void) | null = null
  #locked: Promise<void> | null = null
  #isClosed = false
  /** Task configurations that the leader has not taken yet. */
  readonly #unpublished = new Map<string, readonly StoredConfig[]>()

  constructor(worker: GroupWorker) {
    this.#worker = worker
  }

  /** Begins to share work with the other members. To be called before anything runs. */
  join(membership: Membership): void {
    this.#membership = membership
    this.#isSole = false
    this.#worker.configs.onChange = (change) => this.#hear(change)
    void this.#lock() // writes wait for the first join
    membership.start()
  }

  /** Ends the sharing: nothing is taken up any more. Follow with {@link leave} when everything has ended. */
  async stop(): Promise<void> {
    this.#isClosed = true
    await this.#membership?.stop()
    this.resume()
  }

  async leave(): Promise<void> {
    await this.#membership?.leave()
  }

  /** Whether no other worker runs anything. */
  get isAlone(): boolean {
    return this.#isSole
  }

  /** What a connector may ask. */
  ownershipOf(connector: string): Ownership {
    return {
      isSole: () => this.#isSole,
      owns: (task) => this.#isSole || this.#work.has(connector, task),
      publish: (configs) => this.#publish(connector, configs),
      beforeTask: async () => {
        if (this.#membership !== null) await this.#worker.catchUpOffsets()
      },
    }
  }

  /** Errors: ForwardNeeded for a worker that does not lead, 409 while nobody is known to. */
  requireLeader(): void {
    if (this.#membership === null || this.#view?.isLeader) return
    this.#forwardTo(this.#view?.leaderUrl)
  }

  /** Errors: ForwardNeeded for the worker that owns the piece, the leader where only it can tell; 409 when nobody owns it. */
  requireOwner(connector: string, task: number): void {
    if (this.#isSole || this.#work.has(connector, task)) return
    const owner = [...(this.#view?.owners ?? [])].find(([, work]) => work.has(connector, task))
    this.#forwardTo(this.#view && !this.#view.isLeader ? this.#view.leaderUrl : owner?.[0])
  }

  configOffset(): number {
    return this.#worker.configs.position()
  }

  catchUp(offset: number): Promise<boolean> {
    return this.#worker.configs.readTo(offset, CATCH_UP_MS)
  }

  configured(): Work {
    const { configs } = this.#worker
    const work = new Work()
    for (const connector of configs.connectors()) work.add(connector, CONNECTOR_ITSELF)
    for (const connector of configs.connectors())
      for (const task of configs.taskConfigs(connector).keys()) work.add(connector, task)
    return work
  }

  async beforeJoin(endsAll: boolean): Promise<Work> {
    await this.#lock()
    this.#wasSole = this.#isSole
    if (this.#isSole) {
      await within(SETTLE_MS, this.#worker.settled())
      this.#work = this.configured()
      this.#isSole = false
    }
    if (endsAll) {
      this.#work = new Work()
      this.#wasSole = false
      await this.#worker.align(this.#worker.running())
    }
    return this.#work
  }

  async adopt(view: GroupView, work: Work): Promise<void> {
    const { configs, log } = this.#worker
    this.#view = view
    this.#work = work
    this.#isSole = view.isSole
    this.#wasSole = view.isSole
    this.#worker.onGeneration(view.generation)
    const names = [...new Set([...this.#worker.running(), ...work.byConnector().keys(), ...configs.connectors()])]
    await this.#worker.align(names)
    if (!view.isLeader) return
    await this.#tidy().catch((error: unknown) =>
      log.warn(`old statuses could not be removed: ${CdcError.from(error).message}`),
    )
  }

  resume(): void {
    this.#isSole = this.#wasSole
    this.#release?.()
    this.#release = null
    this.#locked = null
  }

  async leaveAll(): Promise<void> {
    this.#isSole = false
    this.#wasSole = false
    this.#work = new Work()
    this.#view = null
    await this.#worker.align(this.#worker.running())
  }

  #forwardTo(url: string | undefined): never {
    if (url === undefined || url === '') throw new CdcError('CDC_STATE_CONFLICT', NO_LEADER)
    throw new ForwardNeeded(url)
  }

  /** Writes wait from here until {@link resume}. */
  #lock(): Promise<void> {
    if (this.#locked !== null) return this.#locked
    const acquired = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.#release = released.resolve
    void this.#worker.exclusively(() => {
      acquired.resolve()
      return released.promise
    })
    this.#locked = acquired.promise
    return this.#locked
  }

  #hear(change: ConfigChange): void {
    if (this.#isClosed) return
    if (change.kind === 'logger') {
      if (!change.isOwn) this.#worker.onLoggerLevel(change.logger, change.level)
      return
    }
    const { connector } = change
    if (this.#isSole && change.isOwn) return
    const changesWork =
      (change.kind === 'config' && change.was === 'new') ||
      change.kind === 'deleted' ||
      (change.kind === 'tasks' && !change.isSameSet)
    if (changesWork && !this.#isSole && this.#view?.isLeader !== false) this.#membership?.requestRejoin()
    if (change.kind === 'tasks') void this.#worker.align([connector])
    else if (!change.isOwn) this.#follow(change)
  }

  /** Does what another worker has written. */
  #follow(change: Exclude<ConfigChange, { kind: 'tasks' | 'logger' }>): void {
    const { connector } = change
    const { configs } = this.#worker
    if (change.kind === 'deleted') void this.#worker.command(connector, 'delete')
    else if (change.kind === 'restart') void this.#worker.command(connector, 'restart', change.request)
    else if (change.kind === 'config')
      void this.#worker.command(connector, change.was === 'new' ? 'start' : 'reconfigure')
    else if (configs.config(connector)) {
      const target = configs.targetState(connector)
      const command = target === 'PAUSED' ? 'pause' : target === 'STOPPED' ? 'stop' : 'resume'
      void this.#worker.command(connector, command)
    }
  }

  async #publish(connector: string, configs: readonly StoredConfig[]): Promise<void> {
    if (this.#isSole || this.#view?.isLeader) {
      await this.#worker.configs.putTaskConfigs(connector, configs)
      return
    }
    // Not waited for: the leader may be waiting for this worker.
    const isBusy = this.#unpublished.has(connector)
    this.#unpublished.set(connector, configs)
    if (!isBusy) void this.#publishToLeader(connector)
  }

  async #publishToLeader(connector: string): Promise<void> {
    const { configs, log } = this.#worker
    for (;;) {
      const wanted = this.#unpublished.get(connector)
      const isOurs = this.#isSole || this.#work.has(connector, CONNECTOR_ITSELF)
      if (!wanted || !isOurs || this.#isClosed || !configs.config(connector)) break
      try {
        const session = configs.sessionKey()
        if (this.#isSole || this.#view?.isLeader) await configs.putTaskConfigs(connector, wanted)
        else if (this.#view && session) await sendTaskConfigs(this.#view.leaderUrl, connector, wanted, session)
        else throw new CdcError('CDC_STATE_CONFLICT', NO_LEADER)
        if (this.#unpublished.get(connector) === wanted) break
      } catch (error) {
        log.warn({ connector }, `the leader does not know the tasks yet: ${CdcError.from(error).message}`)
        await sleep(PUBLISH_RETRY_MS)
      }
    }
    this.#unpublished.delete(connector)
  }

  /** The leader removes statuses of what is not configured any more: their owner may have gone before it could. */
  async #tidy(): Promise<void> {
    const { configs, statuses } = this.#worker
    await configs.renewSessionKey()
    for (const connector of statuses.connectors()) {
      if (!configs.config(connector)) await statuses.remove(connector)
      else
        for (const { task } of statuses.tasks(connector))
          if (!configs.taskConfigs(connector)[task!]) await statuses.removeTask(connector, task!)
    }
  }
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const patience = new AbortController()
  await Promise.race([work, sleep(timeoutMs, { signal: patience.signal })])
  patience.abort()
}
