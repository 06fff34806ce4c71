// Puts together what signals need, where a configuration lets any come.

import type { LinkFactory } from '@millrace/kafka'
import type { TextSession } from '@millrace/mysql'
import type { Clock } from '../../../base/clock.ts'
import { CdcError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import type { RecordHeader } from '../../../data/record.ts'
import type { SchemaHistory } from '../history/schema-history.ts'
import { ChunkReader } from '../incremental/chunk-reader.ts'
import { IncrementalNotifications } from '../incremental/incremental-notifications.ts'
import { IncrementalSnapshot } from '../incremental/incremental-snapshot.ts'
import { TableWatermarks, TransactionWatermarks, type Watermarks } from '../incremental/watermarks.ts'
import { Notifier } from '../notification/notifier.ts'
import { type BinlogOffset, offsetJson } from '../offset.ts'
import type { DdlTracker } from '../schema/ddl-tracker.ts'
import { ShapeFactory } from '../shape.ts'
import type { SnapshotContext } from '../snapshot/snapshot-run.ts'
import type { StatementRecords } from '../statement-records.ts'
import type { StreamProgress } from '../stream-progress.ts'
import type { RowEmitter } from '../stream-rows.ts'
import { blockingSnapshot } from './blocking-snapshot.ts'
import { FileChannel, type PolledChannel } from './file-channel.ts'
import { KafkaChannel } from './kafka-channel.ts'
import { SignalledChanges } from './schema-changes.ts'
import { StreamSignals } from './stream-signals.ts'

/** What {@link openSignals} works with. */
export interface OpenSignalsOptions {
  readonly config: MysqlConnectorConfig
  readonly tracker: DdlTracker
  readonly history: SchemaHistory
  readonly records: StatementRecords
  readonly progress: StreamProgress
  readonly rows: RowEmitter
  readonly headers: readonly RecordHeader[]
  readonly openSession: () => Promise<TextSession>
  readonly openLink: LinkFactory
  /** Of a blocking snapshot. */
  readonly snapshot: Omit<SnapshotContext, 'shapes' | 'readsData' | 'keptOffset'>
  /** Where the stream begins. */
  readonly offset: BinlogOffset
  readonly hasGtids: boolean
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Logger
}

/**
 * The signals of a stream; null where none can come. Throws CDC_CONFIG_INVALID for a read-only incremental snapshot on a server without
 * GTIDs, CDC_POSITION_INVALID for an offset whose queue cannot be read.
 */
export function openSignals(options: OpenSignalsOptions): StreamSignals | null {
  const { config, tracker, history, records, progress, rows, headers, signal, clock, log } = options
  const { table, kafka, file, isReadOnly } = config.signals
  if (table === null && kafka === null && file === null && options.offset.incremental == null) return null
  const shapes = new ShapeFactory(config, config.connection.timeZone ?? '+00:00')
  const reader = new ChunkReader({ config, shapes, openSession: options.openSession })
  signal.addEventListener('abort', () => reader.close(), { once: true })
  const { schemas } = tracker
  const notifier = new Notifier(config.notifications, clock, log)
  const incremental = new IncrementalSnapshot({
    config,
    schemas,
    reader,
    watermarks: isReadOnly || table === null ? transactionMarks(options, reader) : tableMarks(reader, table, config),
    progress,
    rows,
    headers,
    notifications: new IncrementalNotifications(notifier, config.topicPrefix),
    clock,
    log,
  })
  const signals = new StreamSignals({
    config,
    schemas,
    progress,
    incremental,
    schemaChanges: new SignalledChanges({ config, schemas, history, records, rows, progress, clock }),
    blocking: (tables, overrides) =>
      blockingSnapshot(
        { ...options.snapshot, shapes, readsData: true, keptOffset: null },
        {
          tables,
          overrides,
          serverId: progress.seenServerId,
          gtid: rows.source.facts?.gtid ?? null,
          position: progress.resumePoint(),
          records,
        },
      ),
    openChannels: () => polledChannels(options),
    signal,
    clock,
    log,
  })
  signals.load(offsetJson(options.offset))
  return signals
}

function tableMarks(
  reader: ChunkReader,
  table: { readonly database: string; readonly name: string },
  config: MysqlConnectorConfig,
): Watermarks {
  return new TableWatermarks(reader, table, config.snapshot.incremental)
}

function transactionMarks({ progress, rows, config, hasGtids }: OpenSignalsOptions, reader: ChunkReader): Watermarks {
  if (config.signals.isReadOnly && !hasGtids) {
    throw new CdcError('CDC_CONFIG_INVALID', 'Read only incremental snapshots need a server with GTIDs', {
      hint: 'Set gtid_mode=ON on the server, or read.only=false and signal.data.collection.',
    })
  }
  return new TransactionWatermarks(reader, progress, config, () => rows.source.facts !== null || progress.gtid !== null)
}

function polledChannels({ config, openLink, log }: OpenSignalsOptions): readonly PolledChannel[] {
  const { kafka, file } = config.signals
  const channels: PolledChannel[] = []
  if (file !== null) channels.push(new FileChannel(file, log))
  if (kafka !== null) {
    channels.push(
      new KafkaChannel({
        ...kafka,
        key: config.topicPrefix,
        openLink,
        clientId: `${config.connectorName}-signals`,
        log,
      }),
    )
  }
  return channels
}
