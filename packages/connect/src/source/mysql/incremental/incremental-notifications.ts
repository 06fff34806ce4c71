// What is told of an incremental snapshot.
import type { ConnectRecord } from '../../../data/record.ts'
import type { Notifier } from '../notification/notifier.ts'
import { keyText } from './chunk-key.ts'
import type { SnapshotContext } from './snapshot-context.ts'

/** How the reading of a table ended. */
export type ScanStatus = 'SUCCEEDED' | 'EMPTY' | 'NO_PRIMARY_KEY' | 'SKIPPED' | 'SQL_EXCEPTION' | 'UNKNOWN_SCHEMA'

/** Each call answers the records to send. */
export class IncrementalNotifications {
  readonly #notifier: Notifier
  readonly #connector: string

  /** `connector`: `topic.prefix`. */
  constructor(notifier: Notifier, connector: string) {
    this.#notifier = notifier
    this.#connector = connector
  }

  /** The whole snapshot begins, waits or goes on. */
  state(type: 'STARTED' | 'PAUSED' | 'RESUMED', context: SnapshotContext): readonly ConnectRecord[] {
    return this.#notify(type, context.correlationId, [
      ['connector_name', this.#connector],
      ['data_collections', context.tableList],
    ])
  }

  /** A chunk is read. */
  chunkRead(context: SnapshotContext, lastKey: readonly (string | null)[]): readonly ConnectRecord[] {
    return this.#notify('IN_PROGRESS', context.correlationId, [
      ['current_collection_in_progress', context.tables[0]?.id ?? ''],
      ['connector_name', this.#connector],
      ['maximum_key', keyText(context.maximumKey ?? [])],
      ['last_processed_key', keyText(lastKey)],
      ['data_collections', context.tableList],
    ])
  }

  /** The present table is done. */
  tableRead(context: SnapshotContext, status: ScanStatus): readonly ConnectRecord[] {
    return this.#notify('TABLE_SCAN_COMPLETED', context.correlationId, [
      ['scanned_collection', context.tables[0]?.id ?? ''],
      ['connector_name', this.#connector],
      ['total_rows_scanned', String(context.rows)],
      ['status', status],
      ['data_collections', context.tableList],
    ])
  }

  /** All tables are done. */
  completed(context: SnapshotContext): readonly ConnectRecord[] {
    return this.#notify('COMPLETED', context.correlationId, [['connector_name', this.#connector]])
  }

  /** Tables were taken out of the queue by a signal. */
  aborted(tables: readonly string[]): readonly ConnectRecord[] {
    return this.#notify('ABORTED', null, [
      ['connector_name', this.#connector],
      ['data_collections', tables.join(',')],
    ])
  }

  #notify(type: string, id: string | null, data: readonly (readonly [string, string])[]): readonly ConnectRecord[] {
    return this.#notifier.notify({ id, aggregate: 'Incremental Snapshot', type, data })
  }
}
