// What is told of an initial or a blocking snapshot.
import type { ConnectRecord } from '../../../data/record.ts'
import { javaSetOrder } from '../schema/java-set.ts'
import type { Notifier } from './notifier.ts'

/** Each call answers the records to send. */
export class SnapshotNotifications {
  readonly #notifier: Notifier
  readonly #connector: string

  /** `connector`: `topic.prefix`. */
  constructor(notifier: Notifier, connector: string) {
    this.#notifier = notifier
    this.#connector = connector
  }

  /** `STARTED`, `COMPLETED` and `SKIPPED`. */
  state(type: 'STARTED' | 'COMPLETED' | 'SKIPPED'): readonly ConnectRecord[] {
    return this.#notify(type, [['connector_name', this.#connector]])
  }

  /** A table is begun; `tables`: `db.table` of all whose rows are read. */
  tableBegun(table: string, tables: readonly string[]): readonly ConnectRecord[] {
    return this.#notify('IN_PROGRESS', [
      ['current_collection_in_progress', table],
      ['connector_name', this.#connector],
      ['data_collections', javaSetOrder(tables).join(',')],
    ])
  }

  /** A table is read; `tables`: `db.table` of all that are captured. */
  tableRead(table: string, rows: number, tables: readonly string[]): readonly ConnectRecord[] {
    return this.#notify('TABLE_SCAN_COMPLETED', [
      ['scanned_collection', table],
      ['connector_name', this.#connector],
      ['total_rows_scanned', String(rows)],
      ['status', 'SUCCEEDED'],
      ['data_collections', [...tables].sort().join(',')],
    ])
  }

  #notify(type: string, data: readonly (readonly [string, string])[]): readonly ConnectRecord[] {
    return this.#notifier.notify({ id: null, aggregate: 'Initial Snapshot', type, data })
  }
}
