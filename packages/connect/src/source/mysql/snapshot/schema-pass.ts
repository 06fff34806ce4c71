// First pass of a snapshot: its statements change the tables, go into the history and into the schema-change topic.
import type { SourceItem } from '../../../data/change-row.ts'
import type { SourceBatch } from '../../source.ts'
import { sourcePartition } from '../offset.ts'
import type { SchemaChange } from '../schema/ddl-tracker.ts'
import { schemaChangeRecord } from '../schema-change-record.ts'
import { type SnapshotState, sourceStruct } from '../source-info.ts'
import type { HeldRecord } from './row-emitter.ts'
import type { SnapshotStatement } from './schema-statements.ts'
import { runningOffset, type SnapshotRun, snapshotOffset } from './snapshot-run.ts'

/** Statements per batch: history records of a batch are under way together. */
const STATEMENTS_PER_BATCH = 256

/** Yields the schema-change records, all but the last one, which is the answer. Every history record is stored before its batch. */
export async function* schemaPass(
  run: SnapshotRun,
  statements: readonly SnapshotStatement[],
): AsyncGenerator<SourceBatch, HeldRecord | null, undefined> {
  const { tracker, history, clock, config } = run.context
  let held: HeldRecord | null = null
  for (let from = 0; from < statements.length; from += STATEMENTS_PER_BATCH) {
    const stored: Promise<void>[] = []
    const records: HeldRecord[] = []
    for (const { sql, database } of statements.slice(from, from + STATEMENTS_PER_BATCH)) {
      const text = { sql, database, sqlMode: '' }
      for (const change of tracker.apply(text).schemaChanges) {
        const epochNs = clock.nowNs()
        if (change.isRecorded) stored.push(history.record(historyEntry(run, change, epochNs)))
        if (change.isPublished && config.includeSchemaChanges) records.push(recordMaker(run, change, epochNs))
      }
    }
    await Promise.all(stored)
    if (held !== null) records.unshift(held)
    held = records.pop() ?? null
    if (records.length > 0) yield recordBatch(run, records)
  }
  return held
}

function historyEntry(run: SnapshotRun, change: SchemaChange, epochNs: bigint) {
  const { database, ddl, changes } = change
  const position = snapshotOffset(run.position, Number(epochNs / 1_000_000_000n))
  return { position, tsMs: run.context.clock.nowMs(), database, ddl, changes }
}

function recordMaker(run: SnapshotRun, change: SchemaChange, epochNs: bigint): HeldRecord {
  const { context, position } = run
  const { config, headers, shapes, clock } = context
  const { database, ddl, changes, sourceTable: table } = change
  const tsMs = clock.nowMs()
  return (snapshot: SnapshotState): SourceItem => {
    const { file, pos } = position
    const facts = { epochNs, snapshot, database, table, serverId: 0, gtid: null, file, threadId: null, query: null }
    const record = schemaChangeRecord({
      topic: shapes.names.schemaChangeTopic,
      database,
      ddl,
      changes,
      source: sourceStruct(config, facts, pos, 0),
      tsMs,
      headers,
      hasComments: config.includeSchemaComments,
    })
    return { kind: 'record', record }
  }
}

function recordBatch(run: SnapshotRun, records: readonly HeldRecord[]): SourceBatch {
  return {
    forEach: (visit) => {
      for (const record of records) visit(record('true'))
    },
    sourcePartition: sourcePartition(run.context.config.topicPrefix),
    sourceOffset: runningOffset(run),
    acked: () => {},
  }
}
