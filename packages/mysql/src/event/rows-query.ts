// ROWS_QUERY_LOG_EVENT and MariaDB's ANNOTATE_ROWS_EVENT: the statement whose rows follow.
import type { ByteCursor } from './byte-cursor.ts'
import { EventType } from './event-types.ts'
import type { EventView } from './event-view.ts'

/** Shape: MySQL: length (1, of no use: it wraps) | text; MariaDB: text. Answers the text as UTF-8. */
export function decodeRowsQuery(cursor: ByteCursor, view: EventView): string {
  if (view.header.typeCode === EventType.ROWS_QUERY_LOG_EVENT) cursor.u8()
  return cursor.utf8(cursor.remaining)
}
