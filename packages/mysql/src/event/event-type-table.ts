// The table of all binlog event type codes: names, what happens to them, and what they hold. docs/reference/binlog-events.md is printed from it.

/** `decoded`: there is a decoder; `harmless`: nothing in it concerns row changes; `stop`: reading on would lose or invent changes. */
export type EventHandling = 'decoded' | 'harmless' | 'stop'

/** One code. */
export interface EventTypeEntry {
  /** The server's name. */
  readonly name: string
  readonly handling: EventHandling
  /** What it holds, for docs/reference/binlog-events.md. */
  readonly about: string
  /** Why it stops, and what an operator can do. */
  readonly hint?: string
}

const STATEMENT = 'Set binlog_format=ROW (it is the only format that carries row changes) and take a new snapshot.'
const OLD = 'The log was written by a server older than 5.6; take a new snapshot of a newer server.'

/** Every code that has a meaning. All others: {@link eventHandling}. */
export const EVENT_TYPES: Readonly<Record<number, EventTypeEntry>> = {
  1: { name: 'START_EVENT_V3', handling: 'stop', about: 'start of a log of MySQL 4.0 and older', hint: OLD },
  2: {
    name: 'QUERY_EVENT',
    handling: 'decoded',
    about: 'a statement: BEGIN, COMMIT, DDL, savepoints; in statement format also changes of rows, which stop the task',
  },
  3: { name: 'STOP_EVENT', handling: 'harmless', about: 'the server shut down; the log goes on in the next file' },
  4: { name: 'ROTATE_EVENT', handling: 'decoded', about: 'name of the next file' },
  5: {
    name: 'INTVAR_EVENT',
    handling: 'harmless',
    about: 'value of AUTO_INCREMENT or LAST_INSERT_ID for the statement that follows, which is judged itself',
  },
  6: { name: 'LOAD_EVENT', handling: 'stop', about: 'LOAD DATA of MySQL 3.23', hint: OLD },
  7: { name: 'SLAVE_EVENT', handling: 'stop', about: 'never written', hint: OLD },
  8: { name: 'CREATE_FILE_EVENT', handling: 'stop', about: 'LOAD DATA of MySQL 4', hint: OLD },
  9: {
    name: 'APPEND_BLOCK_EVENT',
    handling: 'stop',
    about: 'a part of the file of LOAD DATA in statement format',
    hint: STATEMENT,
  },
  10: { name: 'EXEC_LOAD_EVENT', handling: 'stop', about: 'LOAD DATA of MySQL 4', hint: OLD },
  11: { name: 'DELETE_FILE_EVENT', handling: 'stop', about: 'end of LOAD DATA in statement format', hint: STATEMENT },
  12: { name: 'NEW_LOAD_EVENT', handling: 'stop', about: 'LOAD DATA of MySQL 4', hint: OLD },
  13: { name: 'RAND_EVENT', handling: 'harmless', about: 'seed of RAND() for the statement that follows' },
  14: {
    name: 'USER_VAR_EVENT',
    handling: 'harmless',
    about: 'value of a user variable for the statement that follows',
  },
  15: {
    name: 'FORMAT_DESCRIPTION_EVENT',
    handling: 'decoded',
    about: 'version of the server, layout of events, checksum algorithm; first in every file',
  },
  16: { name: 'XID_EVENT', handling: 'decoded', about: 'commit of a transaction' },
  17: {
    name: 'BEGIN_LOAD_QUERY_EVENT',
    handling: 'stop',
    about: 'first part of the file of LOAD DATA in statement format',
    hint: STATEMENT,
  },
  18: { name: 'EXECUTE_LOAD_QUERY_EVENT', handling: 'stop', about: 'LOAD DATA in statement format', hint: STATEMENT },
  19: {
    name: 'TABLE_MAP_EVENT',
    handling: 'decoded',
    about: 'the table of the rows events that follow, and how its columns are packed',
  },
  20: {
    name: 'PRE_GA_WRITE_ROWS_EVENT',
    handling: 'stop',
    about: 'rows as MySQL 5.1 wrote them before its release',
    hint: OLD,
  },
  21: {
    name: 'PRE_GA_UPDATE_ROWS_EVENT',
    handling: 'stop',
    about: 'rows as MySQL 5.1 wrote them before its release',
    hint: OLD,
  },
  22: {
    name: 'PRE_GA_DELETE_ROWS_EVENT',
    handling: 'stop',
    about: 'rows as MySQL 5.1 wrote them before its release',
    hint: OLD,
  },
  23: { name: 'WRITE_ROWS_EVENT_V1', handling: 'decoded', about: 'inserted rows (MySQL 5.1 to 5.5, MariaDB)' },
  24: { name: 'UPDATE_ROWS_EVENT_V1', handling: 'decoded', about: 'updated rows (MySQL 5.1 to 5.5, MariaDB)' },
  25: { name: 'DELETE_ROWS_EVENT_V1', handling: 'decoded', about: 'deleted rows (MySQL 5.1 to 5.5, MariaDB)' },
  26: {
    name: 'INCIDENT_EVENT',
    handling: 'stop',
    about: 'the server says that changes are missing from its log',
    hint: 'The server says that changes are missing from its log; compare the tables and take a new snapshot.',
  },
  27: { name: 'HEARTBEAT_LOG_EVENT', handling: 'decoded', about: 'sign of life of an idle server, with its position' },
  28: { name: 'IGNORABLE_LOG_EVENT', handling: 'harmless', about: 'holds nothing that a replica needs' },
  29: {
    name: 'ROWS_QUERY_LOG_EVENT',
    handling: 'decoded',
    about: 'text of the statement whose rows follow (binlog_rows_query_log_events)',
  },
  30: { name: 'WRITE_ROWS_EVENT', handling: 'decoded', about: 'inserted rows' },
  31: { name: 'UPDATE_ROWS_EVENT', handling: 'decoded', about: 'updated rows' },
  32: { name: 'DELETE_ROWS_EVENT', handling: 'decoded', about: 'deleted rows' },
  33: { name: 'GTID_LOG_EVENT', handling: 'decoded', about: 'start of a transaction, with its GTID' },
  34: { name: 'ANONYMOUS_GTID_LOG_EVENT', handling: 'decoded', about: 'start of a transaction without a GTID' },
  35: {
    name: 'PREVIOUS_GTIDS_LOG_EVENT',
    handling: 'decoded',
    about: 'GTIDs of the files before; first in every file',
  },
  36: { name: 'TRANSACTION_CONTEXT_EVENT', handling: 'harmless', about: 'certification data of group replication' },
  37: { name: 'VIEW_CHANGE_EVENT', handling: 'harmless', about: 'membership of group replication' },
  38: {
    name: 'XA_PREPARE_LOG_EVENT',
    handling: 'decoded',
    about: 'end of the rows of an XA transaction; they wait for XA COMMIT',
  },
  39: {
    name: 'PARTIAL_UPDATE_ROWS_EVENT',
    handling: 'decoded',
    about: 'updated rows whose JSON columns hold changes of documents only (binlog_row_value_options)',
  },
  40: {
    name: 'TRANSACTION_PAYLOAD_EVENT',
    handling: 'decoded',
    about:
      'a compressed transaction (binlog_transaction_compression); the events inside are handled as this table says',
  },
  41: { name: 'HEARTBEAT_LOG_EVENT_V2', handling: 'decoded', about: 'sign of life with a 64-bit position' },
  42: {
    name: 'GTID_TAGGED_LOG_EVENT',
    handling: 'decoded',
    about: 'start of a transaction, with a GTID that has a tag',
  },
  160: {
    name: 'ANNOTATE_ROWS_EVENT',
    handling: 'decoded',
    about: 'text of the statement whose rows follow (binlog_annotate_row_events)',
  },
  161: {
    name: 'BINLOG_CHECKPOINT_EVENT',
    handling: 'harmless',
    about: 'oldest file that a recovery of the server needs',
  },
  162: {
    name: 'GTID_EVENT',
    handling: 'decoded',
    about: 'start of a transaction or of a single statement, with its GTID',
  },
  163: {
    name: 'GTID_LIST_EVENT',
    handling: 'decoded',
    about: 'last GTID of every domain and server in the files before; first in every file',
  },
  164: {
    name: 'START_ENCRYPTION_EVENT',
    handling: 'harmless',
    about:
      'the file is encrypted on disk; what comes over a connection is not. `millrace binlog cat` stops here in a file',
  },
  165: {
    name: 'QUERY_COMPRESSED_EVENT',
    handling: 'decoded',
    about: 'a statement, its text packed by zlib (log_bin_compress)',
  },
  166: {
    name: 'WRITE_ROWS_COMPRESSED_EVENT_V1',
    handling: 'decoded',
    about: 'inserted rows, packed by zlib, layout of version 1',
  },
  167: {
    name: 'UPDATE_ROWS_COMPRESSED_EVENT_V1',
    handling: 'decoded',
    about: 'updated rows, packed by zlib, layout of version 1',
  },
  168: {
    name: 'DELETE_ROWS_COMPRESSED_EVENT_V1',
    handling: 'decoded',
    about: 'deleted rows, packed by zlib, layout of version 1',
  },
  169: {
    name: 'WRITE_ROWS_COMPRESSED_EVENT',
    handling: 'decoded',
    about: 'inserted rows, packed by zlib, layout of version 2',
  },
  170: {
    name: 'UPDATE_ROWS_COMPRESSED_EVENT',
    handling: 'decoded',
    about: 'updated rows, packed by zlib, layout of version 2',
  },
  171: {
    name: 'DELETE_ROWS_COMPRESSED_EVENT',
    handling: 'decoded',
    about: 'deleted rows, packed by zlib, layout of version 2',
  },
}
