// The stream: binlog chunks → source batches, statements → schema changes, lost connections → the same place again.
import { type BinlogReader, type ConnectionOptions, openBinlog } from '@millrace/mysql'
import { type Clock, systemClock } from '../../base/clock.ts'
import { backoffMs, sleep } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { SourceBatch, SourcePartition } from '../source.ts'
import type { HeartbeatAction } from './heartbeat-action.ts'
import { LogLookback } from './log-lookback.ts'
import { type BinlogOffset, offsetJson } from './offset.ts'
import type { StreamSignals } from './signal/stream-signals.ts'
import { ChunkBatch, recordBatch, watchedBatch } from './stream-batch.ts'
import { dumpHeartbeatMs, endDump } from './stream-connection.ts'
import type { StreamDecoder } from './stream-decoder.ts'
import { cdcErrorOf, mayReconnect } from './stream-errors.ts'
import type { StreamHeartbeat } from './stream-heartbeat.ts'
import { answerRequest } from './stream-lookback.ts'
import type { StreamProgress } from './stream-progress.ts'
import type { RowEmitter } from './stream-rows.ts'
import { binlogStart } from './stream-start.ts'
import type { StatementHandler } from './stream-statements.ts'

/** What {@link streamBatches} works with. */
export interface StreamOptions {
  readonly config: MysqlConnectorConfig
  readonly connection: ConnectionOptions
  readonly partition: SourcePartition
  /** Whether the dump starts by GTID. */
  readonly usesGtids: boolean
  readonly progress: StreamProgress
  readonly decoder: StreamDecoder
  readonly rows: RowEmitter
  readonly statements: StatementHandler
  readonly heartbeat: StreamHeartbeat
  /** Run with every heartbeat; null for none. */
  readonly heartbeatAction?: HeartbeatAction | null
  /** Signals and what they ask for; null where none can come. */
  readonly signals?: StreamSignals | null
  /** Checks before a connection is made anew that the server can still go on from there; throws CdcErrors. */
  readonly checkResume?: (from: BinlogOffset) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
  readonly clock?: Clock
}

const RECONNECT_FIRST_MS = 100
const RECONNECT_MAX_MS = 5000
/** A connection that lasted so long failed by itself. */
const LONG_LIFE_MS = 60_000
/** Failed attempts in a row before the task is told: about half a minute. */
const RECONNECT_ATTEMPTS = 10

/**
 * Batches from where `progress` stands until the signal aborts. A connection that breaks is opened again from the last event; nothing is
 * sent twice. Throws CdcErrors.
 */
export async function* streamBatches(options: StreamOptions): AsyncGenerator<SourceBatch, void, undefined> {
  const { progress, decoder, config, signal, log, connection, partition } = options
  const clock = options.clock ?? systemClock
  const { policy } = options.statements
  const signals = options.signals ?? null
  const seen = (batch: SourceBatch) =>
    signals === null
      ? batch
      : watchedBatch(batch, { watch: (visit) => signals.watch(visit), offset: (offset) => signals.heldOffset(offset) })
  decoder.mustStop = signals === null ? null : () => signals.hasSignals
  const lookback = new LogLookback({ connection, signal, log })
  const { transaction } = decoder
  const answer = { transaction, lookback, progress, partition, includesQuery: config.includeQuery, policy }
  let failures = 0
  let isConnectedOnce = false
  let failedAt = ''
  let connectedMs = 0
  while (!signal.aborted) {
    let reader: BinlogReader | null = null
    try {
      if (isConnectedOnce) await options.checkResume?.(progress.resumePoint())
      reader = await openBinlog(dumpOptions(options, progress.resumePoint()))
      log.info({ connectionId: reader.connectionId, server: reader.server.version }, 'reading the binary log')
      isConnectedOnce = true
      connectedMs = clock.nowMs()
      if (signals !== null) yield* signals.begin()
      for (;;) {
        const chunk = await reader.next()
        if (chunk === null) return
        for (let isDone = false; !isDone; ) {
          options.rows.processedAt = { epochNs: clock.nowNs() }
          const batch = new ChunkBatch(partition, chunk, decoder, progress, policy)
          yield seen(batch)
          isDone = batch.isChunkDone
          if (decoder.pending !== null) yield* statementBatches(options)
          if (transaction.request !== null) for await (const read of answerRequest(answer)) yield seen(read)
          if (decoder.needsFill) await decoder.fill()
          if (signals?.isDue === true) yield* signals.handle()
        }
        const heartbeat = options.heartbeat.due(progress)
        if (heartbeat === null) continue
        yield recordBatch(partition, [heartbeat.record], heartbeat.offset)
        await options.heartbeatAction?.run()
      }
    } catch (thrown) {
      if (signal.aborted) return
      const from = progress.resumePoint()
      // What was read since the last failure, or a long life, tells that a connection was of use: a server greets before it fails again.
      const place = JSON.stringify(offsetJson(from))
      const wasUseful = place !== failedAt || (reader !== null && clock.nowMs() - connectedMs > LONG_LIFE_MS)
      failures = wasUseful ? 1 : failures + 1
      failedAt = place
      const isHopeless = !(config.connection.keepsAlive && isConnectedOnce && mayReconnect(thrown))
      if (isHopeless || failures > RECONNECT_ATTEMPTS) throw cdcErrorOf(thrown)
      const waitMs = backoffMs(failures - 1, RECONNECT_FIRST_MS, RECONNECT_MAX_MS)
      const { code, message } = cdcErrorOf(thrown)
      log.warn({ code, attempt: failures, waitMs }, `${message}; connecting again`)
      await sleep(waitMs, { clock, signal })
      decoder.reset()
      lookback.forget()
      progress.resume(from)
    } finally {
      reader?.close()
      if (signal.aborted && reader !== null) await endDump(options.connection, reader.connectionId)
      options.heartbeatAction?.close()
      await signals?.close()
    }
  }
}

async function* statementBatches({
  decoder,
  statements,
  progress,
  partition,
}: StreamOptions): AsyncGenerator<SourceBatch> {
  const pending = decoder.pending!
  if (!pending.isDone) {
    progress.mark(pending.tsSec, pending.serverId)
    const offset = progress.takeMarkedOffset()!
    const records = await statements.handle(pending, offsetJson(offset))
    if (records.length > 0) yield recordBatch(partition, records, offsetJson(offset))
  }
  decoder.statementDone()
}

function dumpOptions({ config, connection, usesGtids, signal }: StreamOptions, from: BinlogOffset) {
  const { flavour, includeQuery } = config
  const { netWriteTimeoutS, netReadTimeoutS } = config.connection
  return {
    ...connection,
    signal,
    serverId: config.serverId,
    start: binlogStart(from, usesGtids ? flavour : null),
    sendsAnnotations: flavour === 'mariadb' && includeQuery,
    heartbeatMs: dumpHeartbeatMs(config),
    netWriteTimeoutSec: netWriteTimeoutS,
    netReadTimeoutSec: netReadTimeoutS,
  }
}
