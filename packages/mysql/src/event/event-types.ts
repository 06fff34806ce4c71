// Every binlog event type code: its name and what happens to it. Nothing is passed over by accident: a code is decoded, known to be
// harmless, or stops the reader with a named error.
import { MysqlUnsupportedError } from '../error.ts'
import type { EventPlace } from './byte-cursor.ts'
import { EVENT_TYPES, type EventHandling } from './event-type-table.ts'

export type { EventHandling } from './event-type-table.ts'

/** Protocol names of the codes that this package's decoders know. */
export const EventType = {
  QUERY_EVENT: 2,
  STOP_EVENT: 3,
  ROTATE_EVENT: 4,
  INTVAR_EVENT: 5,
  RAND_EVENT: 13,
  USER_VAR_EVENT: 14,
  FORMAT_DESCRIPTION_EVENT: 15,
  XID_EVENT: 16,
  TABLE_MAP_EVENT: 19,
  WRITE_ROWS_EVENT_V1: 23,
  UPDATE_ROWS_EVENT_V1: 24,
  DELETE_ROWS_EVENT_V1: 25,
  INCIDENT_EVENT: 26,
  HEARTBEAT_LOG_EVENT: 27,
  ROWS_QUERY_LOG_EVENT: 29,
  WRITE_ROWS_EVENT: 30,
  UPDATE_ROWS_EVENT: 31,
  DELETE_ROWS_EVENT: 32,
  GTID_LOG_EVENT: 33,
  ANONYMOUS_GTID_LOG_EVENT: 34,
  PREVIOUS_GTIDS_LOG_EVENT: 35,
  XA_PREPARE_LOG_EVENT: 38,
  PARTIAL_UPDATE_ROWS_EVENT: 39,
  TRANSACTION_PAYLOAD_EVENT: 40,
  HEARTBEAT_LOG_EVENT_V2: 41,
  GTID_TAGGED_LOG_EVENT: 42,
  MARIADB_ANNOTATE_ROWS_EVENT: 160,
  MARIADB_BINLOG_CHECKPOINT_EVENT: 161,
  MARIADB_GTID_EVENT: 162,
  MARIADB_GTID_LIST_EVENT: 163,
  MARIADB_START_ENCRYPTION_EVENT: 164,
  MARIADB_QUERY_COMPRESSED_EVENT: 165,
  MARIADB_WRITE_ROWS_COMPRESSED_EVENT_V1: 166,
  MARIADB_UPDATE_ROWS_COMPRESSED_EVENT_V1: 167,
  MARIADB_DELETE_ROWS_COMPRESSED_EVENT_V1: 168,
  MARIADB_WRITE_ROWS_COMPRESSED_EVENT: 169,
  MARIADB_UPDATE_ROWS_COMPRESSED_EVENT: 170,
  MARIADB_DELETE_ROWS_COMPRESSED_EVENT: 171,
} as const

const UNKNOWN_HINT = 'The event is newer than this program, or the log is damaged; compare with mysqlbinlog.'

/** Flag of an event that a reader may pass over if it does not know its type. */
const LOG_EVENT_IGNORABLE_F = 0x80

/** Server's name of a type code; `UNKNOWN_EVENT` for codes without one. */
export function eventTypeName(typeCode: number): string {
  return EVENT_TYPES[typeCode]?.name ?? 'UNKNOWN_EVENT'
}

/** What happens to an event of this type and these header flags. */
export function eventHandling(typeCode: number, flags: number): EventHandling {
  const entry = EVENT_TYPES[typeCode]
  if (entry !== undefined) return entry.handling
  return (flags & LOG_EVENT_IGNORABLE_F) !== 0 ? 'harmless' : 'stop'
}

/** The stop of an event that must not be passed over: MYSQL_EVENT_UNSUPPORTED with type, place and, if unknown, the header in hex. */
export function unsupportedEvent(place: EventPlace, header: Uint8Array): MysqlUnsupportedError {
  const { typeCode } = place.header
  const entry = EVENT_TYPES[typeCode]
  const hex = entry === undefined ? `, header ${Buffer.from(header).toString('hex')}` : ''
  return new MysqlUnsupportedError({
    code: 'MYSQL_EVENT_UNSUPPORTED',
    message: `${entry?.name ?? 'UNKNOWN_EVENT'} (type ${typeCode}) at ${place.file}:${place.startPosition} is not supported${hex}`,
    hint: entry?.hint ?? UNKNOWN_HINT,
  })
}
