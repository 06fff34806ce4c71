// Options of snapshots.
import type { OptionReader } from '../option-reader.ts'
import { matcherOf, type NameMatcher } from './filters.ts'

/** Values of `snapshot.mode`. */
export const SNAPSHOT_MODES = [
  'always',
  'initial_only',
  'configuration_based',
  'when_needed',
  'initial',
  'custom',
  'no_data',
  'recovery',
] as const

/** Values of `snapshot.locking.mode`. */
export const LOCKING_MODES = [
  'minimal',
  'minimal_percona',
  'custom',
  'none',
  'minimal_percona_no_table_locks',
  'extended',
] as const

/** What a snapshot reads and how. Times in milliseconds. */
export interface SnapshotConfig {
  readonly mode: (typeof SNAPSHOT_MODES)[number]
  readonly configurationBased: {
    readonly snapshotData: boolean
    readonly snapshotSchema: boolean
    readonly startStream: boolean
    readonly onSchemaError: boolean
    readonly onDataError: boolean
  }
  readonly lockingMode: (typeof LOCKING_MODES)[number]
  readonly lockTimeoutMs: number
  readonly delayMs: number
  readonly streamingDelayMs: number
  /** Rows per fetch; null = as they come. */
  readonly fetchSize: number | null
  readonly maxThreads: number
  /** Which captured tables are read, asked with `db.table`; null = all captured ones. */
  readonly includes: NameMatcher | null
  /** Whole SELECT statements by `db.table`. */
  readonly selectOverrides: ReadonlyMap<string, string>
  readonly tablesOrder: 'disabled' | 'ascending' | 'descending'
  readonly incremental: {
    readonly chunkSize: number
    readonly allowsSchemaChanges: boolean
    readonly watermarking: 'insert_insert' | 'insert_delete'
  }
}

/** Reads the snapshot options; faults go to the reader. */
export function snapshotConfig(reader: OptionReader): SnapshotConfig {
  const based = (name: string) => reader.boolean(`snapshot.mode.configuration.based.${name}`, false)
  const fetchSize = reader.integer('snapshot.fetch.size', 0, 0)
  return {
    mode: reader.choice('snapshot.mode', SNAPSHOT_MODES, 'initial'),
    configurationBased: {
      snapshotData: based('snapshot.data'),
      snapshotSchema: based('snapshot.schema'),
      startStream: based('start.stream'),
      onSchemaError: based('snapshot.on.schema.error'),
      onDataError: based('snapshot.on.data.error'),
    },
    lockingMode: reader.choice('snapshot.locking.mode', LOCKING_MODES, 'minimal'),
    lockTimeoutMs: reader.integer('snapshot.lock.timeout.ms', 10_000, 0),
    delayMs: reader.integer('snapshot.delay.ms', 0, 0),
    streamingDelayMs: reader.integer('streaming.delay.ms', 0, 0),
    fetchSize: fetchSize === 0 ? null : fetchSize,
    maxThreads: reader.integer('snapshot.max.threads', 1, 1),
    includes: matcherOf(reader, 'snapshot.include.collection.list'),
    selectOverrides: selectOverrides(reader),
    tablesOrder: reader.choice(
      'snapshot.tables.order.by.row.count',
      ['disabled', 'ascending', 'descending'],
      'disabled',
    ),
    incremental: {
      chunkSize: reader.integer('incremental.snapshot.chunk.size', 1024),
      allowsSchemaChanges: reader.boolean('incremental.snapshot.allow.schema.changes', false),
      watermarking: reader.choice(
        'incremental.snapshot.watermarking.strategy',
        ['insert_insert', 'insert_delete'],
        'insert_insert',
      ),
    },
  }
}

function selectOverrides(reader: OptionReader): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>()
  const name = 'snapshot.select.statement.overrides'
  for (const table of (reader.text(name) ?? '').split(',').map((item) => item.trim())) {
    if (table === '') continue
    const statement = reader.optionalText(`${name}.${table}`)
    if (statement === null) reader.fault(name, `The '${name}' value is invalid: '${name}.${table}' is not set`)
    else overrides.set(table, statement)
  }
  return overrides
}
