// The initial snapshot: a consistent view of the tables at one position of the log, first their definitions, then their rows.
import type { TextSession } from '@millrace/mysql'
import { sleep } from '../../../base/lifecycle.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import type { SourceBatch, SourceOffset } from '../../source.ts'
import { type BinlogOffset, sourcePartition } from '../offset.ts'
import { recordBatch } from '../stream-batch.ts'
import { dataBatches } from './data-pass.ts'
import { schemaPass } from './schema-pass.ts'
import { type SnapshotStatement, schemaStatements } from './schema-statements.ts'
import { type LogEnd, readLogEnd, readServerTime, type TablePlace } from './server-questions.ts'
import { SnapshotLock, setLockTimeouts } from './snapshot-lock.ts'
import { finalOffset, type SnapshotContext, type SnapshotRun } from './snapshot-run.ts'
import { idOf, type SnapshotTables, snapshotTables } from './snapshot-tables.ts'

const NOTHING_CAPTURED =
  'Check database.include.list and table.include.list against the names of existing tables, and that the account has SELECT on them: a table ' +
  'that it may not read is not there for it.'

/**
 * Takes a snapshot; answers the offset from which the stream goes on. Offsets of its batches say `snapshot: INITIAL` up to the last one.
 * The history topic must exist. Throws MysqlError for what the server refuses, CdcError for the rest; an unfinished snapshot leaves
 * nothing behind that a new one would trip over.
 */
export async function* runSnapshot(context: SnapshotContext): AsyncGenerator<SourceBatch, SourceOffset, undefined> {
  const { config, logger, signal, readsData, keptOffset } = context
  if (config.snapshot.delayMs > 0) await sleep(config.snapshot.delayMs, { signal })
  const { notifications } = context
  const partition = sourcePartition(config.topicPrefix)
  if (notifications) yield recordBatch(partition, notifications.state('STARTED'), null)
  await using stack = new AsyncDisposableStack()
  const session = await context.openSession()
  stack.defer(() => session.close())
  const view = await openView(context, session, stack)
  const { end, tables, statements, lock, serverTimeSec } = view
  const position = keptOffset ?? positionAt(end)
  const run: SnapshotRun = { context, position, serverTimeSec, captured: tables.captured.map(idOf) }
  logger.info({ file: position.file, pos: position.pos, tables: tables.read.length }, 'snapshot started')
  if (tables.captured.length === 0) logger.warn({ hint: NOTHING_CAPTURED }, 'no table is captured')
  context.tracker.schemas.clear()
  const held = yield* schemaPass(run, statements)
  // A zone that the configuration states is how the session's texts are read, right or wrong, as Debezium's driver does it.
  if (readsData && config.connection.timeZone === null) await session.query("SET time_zone = '+00:00'")
  yield* dataBatches(run, session, readsData ? tables.read.filter((table) => !isSignalTable(config, table)) : [], held)
  await session.query('COMMIT')
  await lock?.release()
  logger.info({ file: position.file, pos: position.pos }, 'snapshot completed')
  if (notifications) yield recordBatch(partition, notifications.state('COMPLETED'), null)
  return finalOffset(run)
}

/** Signals are no data: the rows of their table are not read. */
function isSignalTable({ signals: { table } }: MysqlConnectorConfig, place: TablePlace): boolean {
  return table !== null && idOf(place).toLowerCase() === `${table.database}.${table.name}`.toLowerCase()
}

interface View {
  readonly end: LogEnd
  readonly tables: SnapshotTables
  readonly statements: readonly SnapshotStatement[]
  /** Held on for the whole snapshot; null where it is released already. */
  readonly lock: SnapshotLock | null
  readonly serverTimeSec: number
}

/** Opens the consistent view and reads position and definitions, under the lock. */
async function openView(context: SnapshotContext, session: TextSession, stack: AsyncDisposableStack): Promise<View> {
  const { config, openSession, logger } = context
  const { lockingMode, lockTimeoutMs } = config.snapshot
  await plainSqlMode(session)
  await setLockTimeouts(session, lockTimeoutMs)
  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  // Without a lock the position is taken before the view: what is written between them is then read twice, not lost.
  const before = lockingMode === 'none' ? await readLogEnd(session) : null
  const candidates = await snapshotTables(session, config)
  const lock = await SnapshotLock.acquire({
    mode: lockingMode,
    lockTimeoutMs,
    tables: candidates.captured,
    open: openSession,
    logger,
  })
  if (lock !== null) stack.defer(() => lock.release().catch(() => {}))
  await session.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  const end = before ?? (await readLogEnd(session))
  const serverTimeSec = await readServerTime(session)
  const tables = lock === null ? candidates : await snapshotTables(session, config)
  const statements = await schemaStatements(session, tables.described)
  if (lockingMode === 'extended') return { end, tables, statements, lock, serverTimeSec }
  await lock?.release()
  return { end, tables, statements, lock: null, serverTimeSec }
}

function positionAt(end: LogEnd): BinlogOffset {
  const { file, pos, gtids } = end
  return { tsSec: null, file, pos, gtids, row: 0, serverId: 0, event: 0, snapshot: null }
}

/** Modes that change how definitions are printed or CHAR values are padded are switched off; a view's session has no use for the others. */
async function plainSqlMode(session: TextSession): Promise<void> {
  const mode = (await session.query('SELECT @@sql_mode'))[0]?.[0] ?? ''
  if (/ANSI|NO_BACKSLASH_ESCAPES|PAD_CHAR_TO_FULL_LENGTH/.test(mode)) await session.query("SET SESSION sql_mode = ''")
  await session.query('SET SESSION sql_quote_show_create = 1')
}
