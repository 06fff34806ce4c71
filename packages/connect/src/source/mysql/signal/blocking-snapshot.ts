// A snapshot of some tables while the stream waits: their rows as of now, with the markers of a snapshot.
import type { TextSession } from '@millrace/mysql'
import type { SourceBatch } from '../../source.ts'
import { type BinlogOffset, sourcePartition } from '../offset.ts'
import { dataBatches } from '../snapshot/data-pass.ts'
import { readLogEnd, readServerTime, type TablePlace } from '../snapshot/server-questions.ts'
import type { SnapshotContext, SnapshotRun } from '../snapshot/snapshot-run.ts'
import { idOf } from '../snapshot/snapshot-tables.ts'
import type { StatementRecords } from '../statement-records.ts'
import { recordBatch } from '../stream-batch.ts'
import { describeTables, readableTables } from './table-description.ts'

/** What is read. */
export interface BlockingRequest {
  readonly tables: readonly TablePlace[]
  /** Whole SELECT statements by `db.table`. */
  readonly overrides: ReadonlyMap<string, string>
  /** What rows say of the server. */
  readonly serverId: number
  readonly gtid: string | null
  /** Where the stream is. */
  readonly position: BinlogOffset
  readonly records: StatementRecords
}

/** Reads the tables; offsets do not move. Throws CdcErrors and MysqlErrors. */
export async function* blockingSnapshot(
  context: SnapshotContext,
  request: BlockingRequest,
): AsyncGenerator<SourceBatch, void, undefined> {
  const { notifications, config, logger } = context
  const { overrides, serverId, gtid } = request
  const partition = sourcePartition(config.topicPrefix)
  if (notifications) yield recordBatch(partition, notifications.state('STARTED'), null)
  const session = await context.openSession()
  try {
    const { position, serverTimeSec } = await openView(session)
    const tables = await readableTables(session, context, request.tables)
    yield* describeTables(session, context, request, tables)
    const run: SnapshotRun = {
      context,
      position,
      serverTimeSec,
      captured: tables.map(idOf),
      blocking: { serverId, gtid, overrides },
    }
    if (config.connection.timeZone === null) await session.query("SET time_zone = '+00:00'")
    for await (const batch of dataBatches(run, session, tables, null)) yield unmoved(batch)
    await session.query('COMMIT')
  } finally {
    session.close()
  }
  logger.info({ tables: request.tables.length }, 'blocking snapshot completed')
  if (notifications) yield recordBatch(partition, notifications.state('COMPLETED'), null)
}

async function openView(
  session: TextSession,
): Promise<{ readonly position: BinlogOffset; readonly serverTimeSec: number }> {
  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await session.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  const { file, pos, gtids } = await readLogEnd(session)
  const position = { tsSec: null, file, pos, gtids, row: 0, serverId: 0, event: 0, snapshot: null }
  return { position, serverTimeSec: await readServerTime(session) }
}

/** The stream's offset stays where it is. */
function unmoved(batch: SourceBatch): SourceBatch {
  const { sourcePartition: partition } = batch
  return {
    sourcePartition: partition,
    sourceOffset: null,
    forEach: (visit) => batch.forEach(visit),
    acked: () => batch.acked(),
  }
}
