// What a blocking snapshot says of its tables before their rows: as an initial snapshot, DROP and CREATE of each.
import type { TableChange, TextSession } from '@millrace/mysql'
import type { ConnectRecord } from '../../../data/record.ts'
import type { SourceBatch } from '../../source.ts'
import { type BinlogOffset, sourcePartition } from '../offset.ts'
import { quotedText } from '../reselect/value-literal.ts'
import { quoted, showCreateTable, type TablePlace } from '../snapshot/server-questions.ts'
import { type SnapshotContext, snapshotOffset } from '../snapshot/snapshot-run.ts'
import { idOf } from '../snapshot/snapshot-tables.ts'
import { sourceStruct } from '../source-info.ts'
import type { StatementRecords } from '../statement-records.ts'
import { recordBatch } from '../stream-batch.ts'

/** Tables whose columns are those that the stream knows; the others are named in the log and left out. */
export async function readableTables(
  session: TextSession,
  { tracker, logger }: SnapshotContext,
  tables: readonly TablePlace[],
): Promise<readonly TablePlace[]> {
  const readable: TablePlace[] = []
  for (const table of tables) {
    const rows = await session.query(
      'SELECT COLUMN_NAME FROM information_schema.COLUMNS ' +
        `WHERE TABLE_SCHEMA = ${quotedText(table.database)} AND TABLE_NAME = ${quotedText(table.name)} ORDER BY ORDINAL_POSITION`,
    )
    const known = tracker.schemas.get(table.database, table.name)?.columns.map(({ name }) => name.toLowerCase())
    if (known?.join('\0') === rows.map(([name]) => (name ?? '').toLowerCase()).join('\0')) readable.push(table)
    else
      logger.error(
        { table: idOf(table) },
        'the table was altered and the stream has not come there; its blocking snapshot is left out: signal it again',
      )
  }
  return readable
}

/** Records the definitions in the history and yields their schema changes. The tables that the stream knows stay as they are. */
export async function* describeTables(
  session: TextSession,
  context: SnapshotContext,
  { position, records }: { readonly position: BinlogOffset; readonly records: StatementRecords },
  tables: readonly TablePlace[],
): AsyncGenerator<SourceBatch, void, undefined> {
  const { tracker, history, config, clock } = context
  const statements: { readonly table: TablePlace; readonly ddl: string; readonly change: TableChange }[] = []
  for (const table of tables) {
    const ddl = `DROP TABLE IF EXISTS ${quoted(table.database)}.${quoted(table.name)}`
    statements.push({ table, ddl, change: { kind: 'DROP', ...table } })
  }
  for (const table of tables) {
    const ddl = await showCreateTable(session, table)
    const model = tracker.schemas.get(table.database, table.name)
    if (ddl !== null && model !== undefined) statements.push({ table, ddl, change: { kind: 'CREATE', table: model } })
  }
  const made: ConnectRecord[] = []
  // Without a pause between them: a table must not stay dropped in the history.
  const stored: Promise<void>[] = []
  for (const { table, ddl, change } of statements) {
    const epochNs = clock.nowNs()
    const tsMs = clock.nowMs()
    const { database, name } = table
    const recorded = snapshotOffset({ ...position, row: 0, event: 0 }, Number(epochNs / 1_000_000_000n))
    stored.push(history.record({ position: recorded, tsMs, database, ddl, changes: [change] }))
    if (!config.includeSchemaChanges) continue
    const { file } = position
    const facts = {
      epochNs,
      snapshot: 'true' as const,
      database,
      table: name,
      serverId: 0,
      gtid: null,
      file,
      threadId: null,
      query: null,
    }
    made.push(
      records.schemaChange({ database, ddl, changes: [change] }, sourceStruct(config, facts, position.pos, 0), tsMs),
    )
  }
  await Promise.all(stored)
  if (made.length > 0) yield recordBatch(sourcePartition(config.topicPrefix), made, null)
}
