// Signals of all channels, and what they do: one object for the whole stream.
import type { Clock } from '../../../base/clock.ts'
import { CdcError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import type { SourceItem } from '../../../data/change-row.ts'
import type { SourceBatch, SourceOffset } from '../../source.ts'
import type { IncrementalSnapshot } from '../incremental/incremental-snapshot.ts'
import { offsetJson, sourcePartition } from '../offset.ts'
import type { TableSchemas } from '../schema/table-schema.ts'
import type { TablePlace } from '../snapshot/server-questions.ts'
import { idOf } from '../snapshot/snapshot-tables.ts'
import { recordBatch } from '../stream-batch.ts'
import type { StreamProgress } from '../stream-progress.ts'
import type { BlockingRequest } from './blocking-snapshot.ts'
import type { PolledChannel } from './file-channel.ts'
import { positionOf } from './log-position.ts'
import type { SignalledChanges } from './schema-changes.ts'
import {
  conditionOf,
  malformed,
  type Signal,
  type SnapshotRequest,
  signalData,
  snapshotRequest,
  tablesOf,
} from './signal.ts'
import { DELETED, SourceChannel } from './source-channel.ts'

/** What {@link StreamSignals} works with. */
export interface StreamSignalsOptions {
  readonly config: MysqlConnectorConfig
  readonly schemas: TableSchemas
  readonly progress: StreamProgress
  readonly incremental: IncrementalSnapshot
  readonly schemaChanges: SignalledChanges
  readonly blocking: (tables: readonly TablePlace[], overrides: BlockingRequest['overrides']) => Batches
  /** Opened when they are first asked. */
  readonly openChannels: () => readonly PolledChannel[]
  /** Ends the waiting behind `set-binlog-position`. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Logger
}

/** Chunks that are sent in a row while the stream waits. */
const MAX_CHUNKS = 64

type Batches = AsyncGenerator<SourceBatch, void, undefined>
type Visit = (item: SourceItem) => void

/** See the file's head. */
export class StreamSignals {
  readonly #options: StreamSignalsOptions
  readonly #source: SourceChannel
  #channels: readonly PolledChannel[] | null = null
  #polledMs = Number.NEGATIVE_INFINITY
  #isOffsetHeld = false

  constructor(options: StreamSignalsOptions) {
    this.#options = options
    const { config, incremental } = options
    const { table } = config.signals
    this.#source = new SourceChannel({ table, see: (change) => incremental.see(change) })
  }

  /** Whether the stream has to stop behind the present event. */
  get hasSignals(): boolean {
    return this.#source.hasSignals || this.#options.incremental.isReady
  }

  /** Whether `handle` has something to do. */
  get isDue(): boolean {
    return this.#source.hasSignals || this.#isPollDue() || this.#options.incremental.isReady
  }

  /** Takes over what the stored offset says of an incremental snapshot. */
  load(offset: SourceOffset): void {
    this.#options.incremental.load(offset)
  }

  /** The visitor of a batch, with signals and changes of the stream seen on their way. */
  watch(visit: Visit): Visit {
    return this.#source.watch(visit)
  }

  /** The offset of a batch: null while signals of it are not handled, which must come again after a crash. */
  heldOffset(offset: SourceOffset | null): SourceOffset | null {
    if (offset === null || !this.hasSignals) return offset
    this.#isOffsetHeld = true
    return null
  }

  /** A connection of the stream begins. */
  async *begin(): Batches {
    this.#source.take()
    yield* this.#options.incremental.begin()
  }

  /** Does what the signals say that came. */
  async *handle(): Batches {
    const { incremental } = this.#options
    for (const signal of this.#source.take()) yield* this.#act(signal, true)
    const polled = await this.#poll()
    for (const signal of polled) yield* this.#act(signal, false)
    if (this.#isOffsetHeld || polled.length > 0) yield this.#offsetBatch()
    // The stream reads on from time to time: it may bring signals.
    for (let chunks = 0; incremental.isReady && chunks < MAX_CHUNKS; chunks++) {
      yield* incremental.sendChunk()
      for (const signal of await this.#poll()) yield* this.#act(signal, false)
    }
  }

  /** Closes the channels; they are opened again when needed. */
  async close(): Promise<void> {
    const channels = this.#channels ?? []
    this.#channels = null
    for (const channel of channels) await channel.close()
  }

  /** What the signals did is stored with the place behind them. */
  #offsetBatch(): SourceBatch {
    const { config, progress } = this.#options
    const { lastMarked, incremental, transaction } = progress
    const isHeld = this.#isOffsetHeld && lastMarked !== null
    this.#isOffsetHeld = false
    const place = isHeld ? { ...lastMarked, incremental } : { ...progress.resumePoint(), transaction }
    return recordBatch(sourcePartition(config.topicPrefix), [], offsetJson(place))
  }

  #isPollDue(): boolean {
    const { config, clock } = this.#options
    const { kafka, file, pollIntervalMs } = config.signals
    return (kafka !== null || file !== null) && clock.nowMs() - this.#polledMs >= pollIntervalMs
  }

  async #poll(): Promise<readonly Signal[]> {
    if (!this.#isPollDue()) return []
    this.#polledMs = this.#options.clock.nowMs()
    this.#channels ??= this.#options.openChannels()
    const signals: Signal[] = []
    for (const channel of this.#channels) signals.push(...(await channel.poll()))
    return signals
  }

  // A signal that cannot be read does nothing but a line in the log, as in Debezium; what the server or a store says stops the task.
  async *#act(signal: Signal, isFromTable: boolean): Batches {
    const { log, incremental, config } = this.#options
    const { id, type } = signal
    if (isFromTable && (type === DELETED || type === 'snapshot-window-close')) return yield* incremental.close(id)
    if (isFromTable && (type === 'snapshot-window-open' || !config.signals.readsTable)) return
    log.info({ id, type }, 'signal')
    try {
      yield* this.#do(signal)
    } catch (thrown) {
      if (!CdcError.is(thrown) || (thrown.code !== 'CDC_DATA_INVALID' && thrown.code !== 'CDC_CONFIG_INVALID'))
        throw thrown
      log.warn({ id, type, code: thrown.code }, thrown.message)
    }
  }

  async *#do(signal: Signal): Batches {
    const { log, incremental, schemaChanges } = this.#options
    switch (signal.type) {
      case 'log':
        this.#log(signalData(signal)['message'])
        return
      case 'execute-snapshot':
        return yield* this.#execute(signal)
      case 'stop-snapshot': {
        const { collections } = snapshotRequest(signal)
        const known = this.#captured().map(idOf)
        yield* incremental.stop(collections?.flatMap((pattern) => tablesOf(pattern, known)) ?? null)
        return
      }
      case 'pause-snapshot':
        return yield* incremental.pause()
      case 'resume-snapshot':
        return yield* incremental.resume()
      case 'schema-changes':
        return yield* schemaChanges.apply(signalData(signal))
      case 'set-binlog-position':
        return yield* this.#setPosition(signal)
      default:
        log.warn({ id: signal.id, type: signal.type }, 'a signal of an unknown type is left out')
    }
  }

  #log(message: unknown): void {
    const { log, progress } = this.#options
    if (typeof message !== 'string') throw malformed('it has no message')
    log.info(message.replace('{}', () => JSON.stringify(offsetJson(progress.resumePoint()))))
  }

  async *#execute(signal: Signal): Batches {
    const { log, incremental, blocking, config } = this.#options
    const request = snapshotRequest(signal)
    if (request.collections === null || request.collections.length === 0) {
      log.warn({ id: signal.id }, 'a snapshot signal without data-collections is left out')
      return
    }
    const captured = this.#captured()
    const ids = [...new Set(request.collections.flatMap((pattern) => tablesOf(pattern, captured.map(idOf))))]
    if (request.kind === 'blocking') {
      const wanted = captured.filter((table) => ids.includes(idOf(table)))
      yield* blocking(wanted, overridesOf(request, ids))
      return
    }
    const { table, isReadOnly } = config.signals
    if (table === null && !isReadOnly) {
      log.warn(
        { id: signal.id },
        'an incremental snapshot needs signal.data.collection or read.only=true; the signal is left out',
      )
      return
    }
    const { surrogateKey } = request
    yield* incremental.add(
      ids.map((id) => ({ id, condition: conditionOf(request, id), surrogateKey })),
      signal.id,
    )
  }

  /** Captured tables with a known definition, the signal table left out. */
  #captured(): readonly TablePlace[] {
    const { schemas, config } = this.#options
    const { table } = config.signals
    return [...schemas.all()]
      .map(({ database, name }) => ({ database, name }))
      .filter(({ database, name }) => config.filters.includesTable(database, name))
      .filter((place) => table === null || idOf(place) !== idOf(table))
  }

  async *#setPosition(signal: Signal): Batches {
    const { config, progress, log, signal: aborted } = this.#options
    const offset = positionOf(signalData(signal), config.flavour, progress.resumePoint())
    yield recordBatch(sourcePartition(config.topicPrefix), [], offsetJson(offset))
    log.warn('the new position is stored; restart the connector to read from there')
    if (aborted.aborted) return
    await new Promise<void>((resolve) => {
      aborted.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}

function overridesOf(request: SnapshotRequest, ids: readonly string[]): ReadonlyMap<string, string> {
  const entries = ids.map((id) => [id, conditionOf(request, id)] as const)
  return new Map(entries.filter((entry): entry is readonly [string, string] => entry[1] !== null))
}
