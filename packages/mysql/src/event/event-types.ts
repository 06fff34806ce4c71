// Every binlog event type code: its name and what happens to it. Nothing is passed over by accident: a code is decoded, known to be
// harmless, or stops the reader with a named error.
import { MysqlUnsupportedError } from '../error.ts'
import type { EventPlace } from './byte-cursor.ts'

/** Protocol names of the codes that this package's decoders know. */
export const EventType = {
  QUERY_EVENT: 2,
  STOP_EVENT: 3,
  ROTATE_EVENT: 4,
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

/** `decoded`: there is a decoder; `harmless`: nothing in it concerns row changes; `stop`: reading on would lose or invent changes. */
export type EventHandling = 'decoded' | 'harmless' | 'stop'

interface EventTypeEntry {
  readonly name: string
  readonly handling: EventHandling
  /** Why it stops, and what an operator can do. */
  readonly hint?: string
}

const STATEMENT = 'Set binlog_format=ROW (it is the only format that carries row changes) and take a new snapshot.'
const OLD = 'The log was written by a server older than 5.6; take a new snapshot of a newer server.'

const entries: Readonly<Record<number, EventTypeEntry>> = {
  1: { name: 'START_EVENT_V3', handling: 'stop', hint: OLD },
  2: { name: 'QUERY_EVENT', handling: 'decoded' },
  3: { name: 'STOP_EVENT', handling: 'harmless' },
  4: { name: 'ROTATE_EVENT', handling: 'decoded' },
  // Values for a statement that follows as QUERY_EVENT; the statement itself is judged there.
  5: { name: 'INTVAR_EVENT', handling: 'harmless' },
  6: { name: 'LOAD_EVENT', handling: 'stop', hint: OLD },
  7: { name: 'SLAVE_EVENT', handling: 'stop', hint: OLD },
  8: { name: 'CREATE_FILE_EVENT', handling: 'stop', hint: OLD },
  9: { name: 'APPEND_BLOCK_EVENT', handling: 'stop', hint: STATEMENT },
  10: { name: 'EXEC_LOAD_EVENT', handling: 'stop', hint: OLD },
  11: { name: 'DELETE_FILE_EVENT', handling: 'stop', hint: STATEMENT },
  12: { name: 'NEW_LOAD_EVENT', handling: 'stop', hint: OLD },
  13: { name: 'RAND_EVENT', handling: 'harmless' },
  14: { name: 'USER_VAR_EVENT', handling: 'harmless' },
  15: { name: 'FORMAT_DESCRIPTION_EVENT', handling: 'decoded' },
  16: { name: 'XID_EVENT', handling: 'decoded' },
  17: { name: 'BEGIN_LOAD_QUERY_EVENT', handling: 'stop', hint: STATEMENT },
  18: { name: 'EXECUTE_LOAD_QUERY_EVENT', handling: 'stop', hint: STATEMENT },
  19: { name: 'TABLE_MAP_EVENT', handling: 'decoded' },
  20: { name: 'PRE_GA_WRITE_ROWS_EVENT', handling: 'stop', hint: OLD },
  21: { name: 'PRE_GA_UPDATE_ROWS_EVENT', handling: 'stop', hint: OLD },
  22: { name: 'PRE_GA_DELETE_ROWS_EVENT', handling: 'stop', hint: OLD },
  23: { name: 'WRITE_ROWS_EVENT_V1', handling: 'decoded' },
  24: { name: 'UPDATE_ROWS_EVENT_V1', handling: 'decoded' },
  25: { name: 'DELETE_ROWS_EVENT_V1', handling: 'decoded' },
  26: {
    name: 'INCIDENT_EVENT',
    handling: 'stop',
    hint: 'The server says that changes are missing from its log; compare the tables and take a new snapshot.',
  },
  27: { name: 'HEARTBEAT_LOG_EVENT', handling: 'decoded' },
  28: { name: 'IGNORABLE_LOG_EVENT', handling: 'harmless' },
  29: { name: 'ROWS_QUERY_LOG_EVENT', handling: 'decoded' },
  30: { name: 'WRITE_ROWS_EVENT', handling: 'decoded' },
  31: { name: 'UPDATE_ROWS_EVENT', handling: 'decoded' },
  32: { name: 'DELETE_ROWS_EVENT', handling: 'decoded' },
  33: { name: 'GTID_LOG_EVENT', handling: 'decoded' },
  34: { name: 'ANONYMOUS_GTID_LOG_EVENT', handling: 'decoded' },
  35: { name: 'PREVIOUS_GTIDS_LOG_EVENT', handling: 'decoded' },
  36: { name: 'TRANSACTION_CONTEXT_EVENT', handling: 'harmless' },
  37: { name: 'VIEW_CHANGE_EVENT', handling: 'harmless' },
  38: { name: 'XA_PREPARE_LOG_EVENT', handling: 'decoded' },
  39: { name: 'PARTIAL_UPDATE_ROWS_EVENT', handling: 'decoded' },
  40: { name: 'TRANSACTION_PAYLOAD_EVENT', handling: 'decoded' },
  41: { name: 'HEARTBEAT_LOG_EVENT_V2', handling: 'decoded' },
  42: { name: 'GTID_TAGGED_LOG_EVENT', handling: 'decoded' },
  160: { name: 'ANNOTATE_ROWS_EVENT', handling: 'decoded' },
  161: { name: 'BINLOG_CHECKPOINT_EVENT', handling: 'harmless' },
  162: { name: 'GTID_EVENT', handling: 'decoded' },
  163: { name: 'GTID_LIST_EVENT', handling: 'decoded' },
  164: { name: 'START_ENCRYPTION_EVENT', handling: 'harmless' },
  165: { name: 'QUERY_COMPRESSED_EVENT', handling: 'decoded' },
  166: { name: 'WRITE_ROWS_COMPRESSED_EVENT_V1', handling: 'decoded' },
  167: { name: 'UPDATE_ROWS_COMPRESSED_EVENT_V1', handling: 'decoded' },
  168: { name: 'DELETE_ROWS_COMPRESSED_EVENT_V1', handling: 'decoded' },
  169: { name: 'WRITE_ROWS_COMPRESSED_EVENT', handling: 'decoded' },
  170: { name: 'UPDATE_ROWS_COMPRESSED_EVENT', handling: 'decoded' },
  171: { name: 'DELETE_ROWS_COMPRESSED_EVENT', handling: 'decoded' },
}

const UNKNOWN_HINT = 'The event is newer than this program, or the log is damaged; compare with mysqlbinlog.'

/** Flag of an event that a reader may pass over if it does not know its type. */
const LOG_EVENT_IGNORABLE_F = 0x80

/** Server's name of a type code; `UNKNOWN_EVENT` for codes without one. */
export function eventTypeName(typeCode: number): string {
  return entries[typeCode]?.name ?? 'UNKNOWN_EVENT'
}

/** What happens to an event of this type and these header flags. */
export function eventHandling(typeCode: number, flags: number): EventHandling {
  const entry = entries[typeCode]
  if (entry !== undefined) return entry.handling
  return (flags & LOG_EVENT_IGNORABLE_F) !== 0 ? 'harmless' : 'stop'
}

/** The stop of an event that must not be passed over: MYSQL_EVENT_UNSUPPORTED with type, place and, if unknown, the header in hex. */
export function unsupportedEvent(place: EventPlace, header: Uint8Array): MysqlUnsupportedError {
  const { typeCode } = place.header
  const entry = entries[typeCode]
  const hex = entry === undefined ? `, header ${Buffer.from(header).toString('hex')}` : ''
  return new MysqlUnsupportedError({
    code: 'MYSQL_EVENT_UNSUPPORTED',
    message: `${entry?.name ?? 'UNKNOWN_EVENT'} (type ${typeCode}) at ${place.file}:${place.startPosition} is not supported${hex}`,
    hint: entry?.hint ?? UNKNOWN_HINT,
  })
}
