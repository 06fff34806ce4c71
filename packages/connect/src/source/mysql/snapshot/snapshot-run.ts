// What the passes of one snapshot share: what they work with, the position, and the offsets made of it.
import type { TextSession } from '@millrace/mysql'
import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import type { RecordHeader } from '../../../data/record.ts'
import type { SourceOffset } from '../../source.ts'
import type { SchemaHistory } from '../history/schema-history.ts'
import type { InvalidText } from '../invalid-text.ts'
import type { SnapshotNotifications } from '../notification/snapshot-notifications.ts'
import { type BinlogOffset, offsetJson } from '../offset.ts'
import type { DdlTracker } from '../schema/ddl-tracker.ts'
import type { ShapeFactory } from '../shape.ts'

/** What a snapshot works with. */
export interface SnapshotContext {
  readonly config: MysqlConnectorConfig
  /** Logs into the server; each session is closed by the snapshot. */
  readonly openSession: () => Promise<TextSession>
  readonly tracker: DdlTracker
  readonly history: SchemaHistory
  /** Shapes for rows in the session's zone: `new ShapeFactory(config, config.connection.timeZone ?? '+00:00')`. */
  readonly shapes: ShapeFactory
  readonly headers: readonly RecordHeader[]
  /** Whether rows are read; false for `no_data` and `recovery`. */
  readonly readsData: boolean
  /** `recovery`: the definitions are filed under this stored offset, which stays; null = the end of the log now. */
  readonly keptOffset: BinlogOffset | null
  /** Told of texts that are none; null for nobody. */
  readonly invalidText: InvalidText | null
  /** Told of the snapshot's steps; null for nobody. */
  readonly notifications?: SnapshotNotifications | null
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** What the passes of one snapshot share. */
export interface SnapshotRun {
  readonly context: SnapshotContext
  readonly position: BinlogOffset
  /** The server's time at the view, in whole seconds: the time of every row. */
  readonly serverTimeSec: number
  /** `db.table` of all captured tables. */
  readonly captured: readonly string[]
  /** A snapshot that a signal asked for: what its rows say of the server, and its own SELECT statements. */
  readonly blocking?: {
    readonly serverId: number
    readonly gtid: string | null
    readonly overrides: ReadonlyMap<string, string>
  }
}

/** Offset of batches while the snapshot runs. */
export function runningOffset(run: SnapshotRun): SourceOffset {
  return snapshotOffset(run.position, run.serverTimeSec)
}

/** A snapshot's offset: `snapshot` is the last member; the server id says nothing yet. */
export function snapshotOffset(position: BinlogOffset, tsSec: number): SourceOffset {
  return { ...offsetJson({ ...position, tsSec, serverId: 0, snapshot: null, transaction: null }), snapshot: 'INITIAL' }
}

/** Offset of the last batch: the stream's beginning. */
export function finalOffset(run: SnapshotRun): SourceOffset {
  const { context, position, serverTimeSec } = run
  return offsetJson(context.keptOffset ?? { ...position, tsSec: serverTimeSec })
}
