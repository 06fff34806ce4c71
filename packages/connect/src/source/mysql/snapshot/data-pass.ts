// Second pass of a snapshot: the rows, table by table, as they come from the server.
import type { TextSession } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import type { ConnectRecord } from '../../../data/record.ts'
import type { SourceBatch } from '../../source.ts'
import { sourcePartition } from '../offset.ts'
import { ReusedSourceInfo, type SnapshotState } from '../source-info.ts'
import { cdcErrorOf } from '../stream-errors.ts'
import { type HeldRecord, type ReadTable, RowEmitter, type Visit } from './row-emitter.ts'
import type { TablePlace } from './server-questions.ts'
import { finalOffset, runningOffset, type SnapshotRun } from './snapshot-run.ts'
import { idOf } from './snapshot-tables.ts'
import { ColumnOrder, tableQuery } from './table-query.ts'

/**
 * Yields the rows; the last batch holds what was held back to the end, marked `last`, and the final offset. `held`: the last record of the
 * schema pass. A batch must be visited before the next is asked for.
 */
export async function* dataBatches(
  run: SnapshotRun,
  session: TextSession,
  tables: readonly TablePlace[],
  held: HeldRecord | null,
): AsyncGenerator<SourceBatch, void, undefined> {
  const { context } = run
  const { clock, headers, logger } = context
  const emitter = new RowEmitter(headers, held, context.invalidText)
  const batch = (sourceOffset: SourceBatch['sourceOffset'], emit: (visit: Visit) => void): SourceBatch => ({
    forEach: (visit) => {
      emitter.processedAt = { epochNs: clock.nowNs() }
      emit(visit)
    },
    sourcePartition: sourcePartition(context.config.topicPrefix),
    sourceOffset,
    acked: () => {},
  })
  const told = context.notifications
  const ids = tables.map(idOf)
  const notifications = (records: readonly ConnectRecord[] | undefined): SourceBatch[] =>
    records === undefined || records.length === 0
      ? []
      : [
          batch(null, (visit) => {
            for (const record of records) visit({ kind: 'record', record })
          }),
        ]
  for (const place of tables) {
    yield* notifications(told?.tableBegun(idOf(place), ids))
    const model = context.tracker.schemas.get(place.database, place.name)
    emitter.beginTable()
    if (model === undefined) continue
    const shape = context.shapes.textShape(model)
    const override = overrideOf(run, place)
    const result = await session.open(override ?? tableQuery(model, shape)).catch(tableFailed(place, override !== null))
    const order = override === null ? null : ColumnOrder.of(model, shape, result.columns)
    const table: ReadTable = { shape, order, source: sourcesOf(run, place) }
    for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
      const rows = chunk
      yield batch(runningOffset(run), (visit) => emitter.emitChunk(rows, table, visit))
    }
    logger.debug({ table: idOf(place) }, 'table read')
    yield* notifications(told?.tableRead(idOf(place), emitter.tableRows, run.captured))
  }
  yield batch(finalOffset(run), (visit) => emitter.finish(visit))
}

/** Names the table beside the server's words, as Debezium does; a broken connection is no fault of the table. */
function tableFailed(place: TablePlace, isOverridden: boolean): (thrown: unknown) => never {
  return (thrown) => {
    const cause = cdcErrorOf(thrown)
    if (cause.retriable) throw cause
    const option = `snapshot.select.statement.overrides.${idOf(place)}`
    throw new CdcError(cause.code, `Snapshotting of table ${idOf(place)} failed: ${cause.message}`, {
      hint: isOverridden
        ? `Correct the statement of the option ${option}: name the table with its database.`
        : cause.hint,
      javaClass: 'org.apache.kafka.connect.errors.ConnectException',
      cause,
    })
  }
}

function overrideOf(run: SnapshotRun, { database, name }: TablePlace): string | null {
  const overrides = run.blocking?.overrides ?? run.context.config.snapshot.selectOverrides
  return overrides.get(`${database}.${name}`) ?? null
}

/** Source blocks of one table, one per marker, made when first needed. */
function sourcesOf(run: SnapshotRun, { database, name }: TablePlace): (marker: SnapshotState) => ReusedSourceInfo {
  const { context, position, serverTimeSec } = run
  const made = new Map<SnapshotState, ReusedSourceInfo>()
  return (snapshot) => {
    let source = made.get(snapshot)
    if (source === undefined) {
      const epochNs = BigInt(serverTimeSec) * 1_000_000_000n
      const { file } = position
      source = new ReusedSourceInfo(context.config)
      source.describe({
        epochNs,
        snapshot,
        database,
        table: name,
        serverId: run.blocking?.serverId ?? 0,
        gtid: run.blocking?.gtid ?? null,
        file,
        threadId: null,
        query: null,
      })
      source.at(position.pos, 0)
      made.set(snapshot, source)
    }
    return source
  }
}
