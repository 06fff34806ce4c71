// Which `source.snapshot` value a row carries.
import type { SnapshotState } from '../source-info.ts'

/** What is known of a row's place. */
export interface RowPlace {
  readonly isFirstOfSnapshot: boolean
  readonly isFirstOfTable: boolean
  readonly isLastOfTable: boolean
  readonly isLastOfSnapshot: boolean
}

/** Debezium's precedence: last, first, last of the table, first of the table, true. */
export function rowMarker(place: RowPlace): SnapshotState {
  if (place.isLastOfSnapshot) return 'last'
  if (place.isFirstOfSnapshot) return 'first'
  if (place.isLastOfTable) return 'last_in_data_collection'
  return place.isFirstOfTable ? 'first_in_data_collection' : 'true'
}
