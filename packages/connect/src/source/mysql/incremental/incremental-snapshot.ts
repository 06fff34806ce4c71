// The incremental snapshot: tables are read in chunks while the stream goes on. A chunk's rows are sent when the stream has come to the
// place in the log that is behind their reading; rows that the stream changed since are left out. What tells that place is a pair of
// marks in the signal table, or with `read.only` the server's executed transactions.
import { randomUUID } from 'node:crypto'
import { MysqlServerError } from '@millrace/mysql'
import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import type { ChangeRow } from '../../../data/change-row.ts'
import type { ConnectRecord, RecordHeader } from '../../../data/record.ts'
import type { SourceBatch, SourceOffset } from '../../source.ts'
import { offsetJson, sourcePartition } from '../offset.ts'
import type { TableSchemas } from '../schema/table-schema.ts'
import { ReusedSourceInfo } from '../source-info.ts'
import { recordBatch } from '../stream-batch.ts'
import type { StreamProgress } from '../stream-progress.ts'
import type { RowEmitter } from '../stream-rows.ts'
import { chunkBatch } from './chunk-batch.ts'
import { type ChunkKey, chunkKeyColumns, javaKey, type KeyColumn } from './chunk-key.ts'
import type { ChunkRange } from './chunk-query.ts'
import type { ChunkReader } from './chunk-reader.ts'
import { ChunkWindow } from './chunk-window.ts'
import type { IncrementalNotifications, ScanStatus } from './incremental-notifications.ts'
import { incrementalMembers, type QueuedTable, SnapshotContext } from './snapshot-context.ts'
import type { Watermarks } from './watermarks.ts'

/** What {@link IncrementalSnapshot} works with. */
export interface IncrementalOptions {
  readonly config: MysqlConnectorConfig
  readonly schemas: TableSchemas
  readonly reader: ChunkReader
  readonly watermarks: Watermarks
  readonly progress: StreamProgress
  readonly rows: RowEmitter
  readonly headers: readonly RecordHeader[]
  readonly notifications: IncrementalNotifications
  readonly clock: Clock
  readonly log: Logger
}

/** A statement in the log explains the first of them; a table that still does not fit was altered behind the log's back. */
const MAX_ALTERATIONS = 10

type Batches = AsyncGenerator<SourceBatch, void, undefined>

/** See the file's head. */
export class IncrementalSnapshot {
  readonly #options: IncrementalOptions
  readonly #context = new SnapshotContext()
  readonly #window = new ChunkWindow()
  /** A chunk is read and not sent. */
  #isChunkOpen = false
  #isPassed = false
  #end: ChunkKey | null = null
  #keys: readonly KeyColumn[] = []
  /** Chunks in a row that did not fit the table's definition. */
  #alterations = 0
  /** Tables to take out of the queue once the open chunk is sent; `all`: the whole queue. */
  #stops: readonly string[] | 'all' | null = null

  constructor(options: IncrementalOptions) {
    this.#options = options
  }

  /** Whether a queue is being worked on. */
  get isRunning(): boolean {
    return this.#context.isRunning
  }

  /** Whether the chunk that is read can be sent by now (`read.only`). */
  get isReady(): boolean {
    if (this.#isChunkOpen && !this.#isPassed) this.#isPassed = this.#options.watermarks.isPassed()
    return this.#isChunkOpen && this.#isPassed
  }

  /** Takes over what the offset says, before the stream begins. Throws CDC_POSITION_INVALID. */
  load(offset: SourceOffset): void {
    if (!this.#context.load(offset))
      this.#options.log.warn('the present table of the incremental snapshot is read anew')
    this.#options.progress.incremental = incrementalMembers(offset)
  }

  /** A change of the stream. */
  see(change: ChangeRow): void {
    if (this.#isChunkOpen) this.#window.see(change)
  }

  /** A connection of the stream begins: the chunk under way, if any, is read again. */
  async *begin(): Batches {
    this.#forgetChunk()
    if (this.#context.isRunning) yield* this.#readChunk()
  }

  /** Queues tables; the first ones start the snapshot. */
  async *add(tables: readonly QueuedTable[], correlationId: string): Batches {
    const context = this.#context
    const wasRunning = context.isRunning
    for (const table of tables) if (!context.tables.some(({ id }) => id === table.id)) context.tables.push(table)
    context.correlationId = correlationId
    this.#keepInOffsets()
    if (wasRunning || !context.isRunning) return
    context.isPaused = false
    yield* this.#tell(this.#options.notifications.state('STARTED', context))
    yield* this.#readChunk()
  }

  /** Takes tables out of the queue; null for all of them. */
  async *stop(tables: readonly string[] | null): Batches {
    if (!this.#context.isRunning) return
    this.#stops = tables ?? 'all'
    if (this.#isChunkOpen) return
    yield* this.#applyStops()
    if (this.#context.isRunning) yield* this.#readChunk()
  }

  /** No further chunk is read until `resume`. */
  async *pause(): Batches {
    const context = this.#context
    if (!context.isRunning || context.isPaused) return
    context.isPaused = true
    yield* this.#tell(this.#options.notifications.state('PAUSED', context))
  }

  /** Goes on after `pause`. */
  async *resume(): Batches {
    const context = this.#context
    if (!context.isRunning || !context.isPaused) return
    context.isPaused = false
    yield* this.#tell(this.#options.notifications.state('RESUMED', context))
    if (!this.#isChunkOpen) yield* this.#readChunk()
  }

  /** The stream has passed the closing mark of a chunk: its rows are sent and the next chunk is read. */
  async *close(mark: string): Batches {
    if (this.#isChunkOpen && this.#options.watermarks.isClosedBy(mark)) yield* this.sendChunk()
  }

  /** Sends the open chunk and reads the next. */
  async *sendChunk(): Batches {
    const context = this.#context
    const table = context.tables[0]
    const { shape } = this.#window
    if (shape !== null && table !== undefined && this.#end !== null) {
      if (this.#options.schemas.get(shape.model.database, shape.model.name) === shape.model) {
        context.lastKey = this.#end
        this.#keepInOffsets()
        const rows = this.#window.take()
        if (rows.length > 0) {
          const { config, headers, clock } = this.#options
          yield chunkBatch({
            shape,
            rows,
            source: this.#source(shape.model.database, shape.model.name),
            processedAt: { epochNs: clock.nowNs() },
            headers,
            sourcePartition: sourcePartition(config.topicPrefix),
            sourceOffset: this.#offset(),
          })
        }
      } else
        this.#options.log.info({ table: table.id }, 'the table was altered while its chunk was read; it is read again')
    }
    this.#forgetChunk()
    yield* this.#applyStops()
    yield* this.#readChunk()
  }

  async *#readChunk(): Batches {
    const context = this.#context
    const { watermarks, notifications, reader, log } = this.#options
    if (!context.isRunning || context.isPaused) return
    const id = randomUUID()
    await watermarks.open(id)
    while (context.isRunning) {
      const [range, failure] = this.#range(context.tables[0]!)
      const status = range === null ? failure : await this.#findMaximum(range)
      if (status !== null) {
        yield* this.#endTable(status)
        continue
      }
      this.#keepInOffsets()
      const result = await reader.read(range!, context.lastKey, context.maximumKey!, this.#window)
      if (result.kind === 'end') {
        yield* this.#endTable('SUCCEEDED')
        continue
      }
      if (result.kind === 'altered') {
        if (++this.#alterations > MAX_ALTERATIONS) {
          log.error(
            { table: context.tables[0]!.id },
            'the table is not as the schema history says; its incremental snapshot ends',
          )
          yield* this.#endTable('SQL_EXCEPTION')
          continue
        }
        log.info({ table: context.tables[0]!.id }, 'the table is altered; its chunk is read again behind the statement')
        break
      }
      this.#alterations = 0
      this.#end = result.end
      context.rows += result.count
      yield* this.#tell(notifications.chunkRead(context, result.end))
      break
    }
    this.#isChunkOpen = true
    await watermarks.close(id)
    if (!context.isRunning) yield* this.#complete()
  }

  /** What the present table is cut by; else why it cannot be read. */
  #range({ id, condition, surrogateKey }: QueuedTable): readonly [ChunkRange, null] | readonly [null, ScanStatus] {
    const { schemas, config, log } = this.#options
    const cut = id.indexOf('.')
    const [database, name] = [id.slice(0, cut), id.slice(cut + 1)]
    const model = schemas.get(database, name)
    if (model === undefined || !config.filters.includesTable(database, name)) {
      log.warn({ table: id }, 'the definition of the table is not known; its incremental snapshot is left out')
      return [null, 'UNKNOWN_SCHEMA']
    }
    const keys = chunkKeyColumns(model, config.columns.messageKeys, surrogateKey)
    if (keys === null || keys.length === 0) {
      log.warn({ table: id }, 'the table has no key; its incremental snapshot is left out: name a surrogate-key')
      return [null, 'NO_PRIMARY_KEY']
    }
    this.#keys = keys
    return [{ model, keys, condition }, null]
  }

  /** Asks for the largest key, once a table; answers why there is none. */
  async #findMaximum(range: ChunkRange): Promise<ScanStatus | null> {
    const context = this.#context
    if (context.maximumKey !== null) return null
    try {
      context.maximumKey = await this.#options.reader.maximumKey(range)
    } catch (thrown) {
      if (!(thrown instanceof MysqlServerError)) throw thrown
      const { code, message } = thrown
      this.#options.log.error({ table: context.tables[0]!.id, code }, `reading the largest key failed: ${message}`)
      return 'SQL_EXCEPTION'
    }
    return context.maximumKey === null ? 'EMPTY' : null
  }

  async *#endTable(status: ScanStatus): Batches {
    const records = this.#options.notifications.tableRead(this.#context, status)
    this.#context.next()
    this.#window.clear()
    this.#keepInOffsets()
    yield* this.#tell(records)
  }

  async *#complete(): Batches {
    const records = this.#options.notifications.completed(this.#context)
    this.#context.correlationId = null
    this.#keepInOffsets()
    yield* this.#tell(records)
  }

  async *#applyStops(): Batches {
    const stops = this.#stops
    this.#stops = null
    const context = this.#context
    if (stops === null || !context.isRunning) return
    const isStopped = (id: string) => stops === 'all' || stops.includes(id)
    // The order in which Debezium lists them.
    const stopped = context.tables
      .map(({ id }) => id)
      .filter(isStopped)
      .reverse()
    if (isStopped(context.tables[0]!.id)) context.restartTable()
    context.tables = context.tables.filter(({ id }) => !isStopped(id))
    this.#keepInOffsets()
    if (!context.isRunning) yield* this.#complete()
    if (stopped.length > 0) yield* this.#tell(this.#options.notifications.aborted(stopped))
  }

  #forgetChunk(): void {
    this.#isChunkOpen = false
    this.#isPassed = false
    this.#end = null
    this.#window.clear()
  }

  #keepInOffsets(): void {
    const { progress } = this.#options
    progress.incremental = this.#context.offset((key) => javaKey(this.#keys, key))
  }

  #offset(): SourceOffset {
    const { progress } = this.#options
    return offsetJson({ ...progress.resumePoint(), transaction: progress.transaction })
  }

  /** At the event that the stream sent last. */
  #source(database: string, table: string): ReusedSourceInfo {
    const { config, rows, clock, progress } = this.#options
    const { facts, pos } = rows.source
    const at = progress.resumePoint()
    const source = new ReusedSourceInfo(config)
    source.describe({
      epochNs: clock.nowNs(),
      snapshot: 'incremental',
      database,
      table,
      serverId: progress.seenServerId,
      gtid: progress.gtid ?? facts?.gtid ?? null,
      file: facts?.file ?? at.file,
      // Of a transaction that has only begun the session is not known.
      threadId: progress.gtid === null || progress.gtid === facts?.gtid ? (facts?.threadId ?? null) : null,
      query: null,
    })
    source.at(facts === null ? at.pos : pos, 0)
    return source
  }

  *#tell(records: readonly ConnectRecord[]): Generator<SourceBatch> {
    if (records.length > 0) yield recordBatch(sourcePartition(this.#options.config.topicPrefix), records, null)
  }
}
