// The one table of error codes: what each means, whether a retry can help, what an operator can do, and how Connect answers it.
// A new code is a new line here; the reference page, the types and the REST status are derived from this table.

/** What the table knows of one code. */
export interface ErrorCodeEntry {
  /** One sentence for the reference page: what has happened. */
  readonly means: string
  /** Whether the same attempt may succeed later without anybody changing anything. */
  readonly retriable: boolean
  /** What an operator can do; every code has one. */
  readonly hint: string
  /** Status of a REST answer that this error ends in; absent: 500. */
  readonly httpStatus?: number
  /** The Java class whose name Connect's `trace` would start with; absent: ConnectException. */
  readonly javaClass?: string
}

const KAFKA_CONFIG = 'org.apache.kafka.common.config.ConfigException'
const BAD_REQUEST = 'org.apache.kafka.connect.runtime.rest.errors.BadRequestException'
const DATA = 'org.apache.kafka.connect.errors.DataException'
const DEBEZIUM = 'io.debezium.DebeziumException'
const RETRIABLE = 'org.apache.kafka.connect.errors.RetriableException'

/** All error codes of Millrace, by family. */
export const errorCodes = {
  CDC_CONFIG_INVALID: {
    means: 'One or more options have a value that is not allowed.',
    retriable: false,
    hint: 'Correct the options that the message names; PUT /connector-plugins/{plugin}/config/validate lists all of them.',
    httpStatus: 400,
    javaClass: KAFKA_CONFIG,
  },
  CDC_CONFIG_UNKNOWN_PLUGIN: {
    means: 'No plugin of that class or alias and kind exists in this program.',
    retriable: false,
    hint: 'GET /connector-plugins?connectorsOnly=false lists the plugins that exist.',
    httpStatus: 400,
    javaClass: BAD_REQUEST,
  },
  CDC_CONFIG_PROVIDER: {
    means: 'A configuration provider could not resolve a reference to it.',
    retriable: false,
    hint: 'Check the name, path and key of the reference and the config.providers options of the worker.',
    httpStatus: 500,
    javaClass: KAFKA_CONFIG,
  },
  CDC_CONNECT_REFUSED: {
    means: 'A connection to a server could not be made.',
    retriable: true,
    hint: 'Check host, port, firewall and that the server runs.',
    javaClass: RETRIABLE,
  },
  CDC_CONNECT_TIMEOUT: {
    means: 'A server did not answer in time.',
    retriable: true,
    hint: 'Check the load and the network path to the server, or raise the timeout option.',
    javaClass: RETRIABLE,
  },
  CDC_CONNECT_LOST: {
    means: 'An open connection to a server broke.',
    retriable: true,
    hint: 'The task reconnects by itself; look into the server log if it repeats.',
    javaClass: RETRIABLE,
  },
  CDC_CONNECT_TLS: {
    means: 'An encrypted connection could not be agreed on.',
    retriable: false,
    hint: 'Check database.ssl.mode, certificates and key stores on both sides.',
  },
  CDC_AUTH_DENIED: {
    means: 'A server refused the user or the password.',
    retriable: false,
    hint: 'Check user and password and from which hosts the account may log in.',
  },
  CDC_AUTH_PRIVILEGE: {
    means: 'The account lacks a privilege that is needed.',
    retriable: false,
    hint: "Run on the server: GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'user'@'host'.",
    javaClass: DEBEZIUM,
  },
  CDC_SERVER_REFUSED: {
    means: 'A database server refused a statement for another reason than a missing privilege.',
    retriable: false,
    hint: 'See the server’s message; the options that hold SQL of yours are snapshot.select.statement.overrides and database.initial.statements.',
    javaClass: DEBEZIUM,
  },
  CDC_PROTOCOL_INVALID: {
    means: 'Bytes from a server do not follow its protocol.',
    retriable: false,
    hint: 'Check that nothing between Millrace and the server changes the stream; report it if it repeats.',
    javaClass: DEBEZIUM,
  },
  CDC_PROTOCOL_TRUNCATED: {
    means: 'A message from a server ended early.',
    retriable: false,
    hint: 'Restart the task; report it if it repeats at the same position.',
    javaClass: DEBEZIUM,
  },
  CDC_PROTOCOL_CHECKSUM: {
    means: 'A checksum of a binlog event or record batch does not match its bytes.',
    retriable: false,
    hint: 'Restart the task; if it repeats at the same position the log on the server is damaged.',
    javaClass: DEBEZIUM,
  },
  CDC_UNSUPPORTED: {
    means: 'The feature exists in Debezium or Connect, but this version of Millrace does not have it.',
    retriable: false,
    hint: 'Remove the option or plugin that the message names; docs/reference/differences.md lists what is not built yet.',
    httpStatus: 400,
  },
  CDC_UNSUPPORTED_EVENT: {
    means: 'The binlog holds an event that this version cannot decode and must not skip.',
    retriable: false,
    hint: 'See docs/reference/differences.md for the event; a new snapshot behind it may be the way on.',
    javaClass: DEBEZIUM,
  },
  CDC_POSITION_LOST: {
    means: 'The server no longer has the log from the stored position on.',
    retriable: false,
    hint: 'To go on, stop the connector, DELETE /connectors/{name}/offsets and resume it: it then takes a new snapshot. Keep logs longer with binlog_expire_logs_seconds on the server.',
    javaClass: DEBEZIUM,
  },
  CDC_POSITION_SERVER: {
    means: 'The stored position belongs to another server, or another replica uses the same server id.',
    retriable: false,
    hint: 'Check database.hostname and that database.server.id is used once in the topology.',
    javaClass: DEBEZIUM,
  },
  CDC_POSITION_DAMAGED: {
    means: 'The server cannot read its own log at the stored position.',
    retriable: false,
    hint: 'Check the log file on the server with mysqlbinlog --verify-binlog-checksum, or read from a replica.',
    javaClass: DEBEZIUM,
  },
  CDC_POSITION_INVALID: {
    means: 'The stored source offset cannot be read.',
    retriable: false,
    hint: 'Correct it with PATCH /connectors/{name}/offsets, or reset it.',
    javaClass: DEBEZIUM,
  },
  CDC_SCHEMA_UNKNOWN_TABLE: {
    means: 'Rows arrived of a table whose definition is not known at that position.',
    retriable: false,
    hint: 'To learn its definition, stop the connector, DELETE /connectors/{name}/offsets and resume it: it then takes a new snapshot; inconsistent.schema.handling.mode=warn or skip leaves such rows out.',
    javaClass: DEBEZIUM,
  },
  CDC_SCHEMA_MISMATCH: {
    means: 'Rows do not fit the known definition of their table.',
    retriable: false,
    hint: 'To learn its definition anew, stop the connector, DELETE /connectors/{name}/offsets and resume it: it then takes a new snapshot.',
    javaClass: DEBEZIUM,
  },
  CDC_SCHEMA_DDL: {
    means: 'A DDL statement is not understood.',
    retriable: false,
    hint: 'Report the statement; schema.history.internal.skip.unparseable.ddl=true skips it if it concerns no captured table.',
    javaClass: 'io.debezium.text.ParsingException',
  },
  CDC_SCHEMA_HISTORY: {
    means: 'The schema history is missing or cannot be read.',
    retriable: false,
    hint: 'Restore the topic of schema.history.internal.kafka.topic; or stop the connector, DELETE /connectors/{name}/offsets and resume it: it then takes a new snapshot and writes the history anew.',
    javaClass: DEBEZIUM,
  },
  CDC_DATA_INVALID: {
    means: 'A value cannot be converted to the type of its column.',
    retriable: false,
    hint: 'Check the column and the representation options; event.processing.failure.handling.mode decides whether the task stops.',
    javaClass: DATA,
  },
  CDC_DATA_ROW_IMAGE: {
    means: 'A row image in the log lacks columns: a session that writes has binlog_row_image=MINIMAL.',
    retriable: false,
    hint:
      'Set binlog_row_image=FULL (or NOBLOB) globally and in the sessions that write. What they have written cannot be completed: stop the ' +
      'connector, DELETE /connectors/{name}/offsets and resume it; it then takes a new snapshot.',
    javaClass: DEBEZIUM,
  },
  CDC_TRANSFORM_FAILED: {
    means: 'A transform failed on a record.',
    retriable: false,
    hint: 'Check the options of the transform against the records it gets; errors.tolerance=all skips such records.',
    javaClass: DATA,
  },
  CDC_ENCODE_FAILED: {
    means: 'A converter cannot write or read a record.',
    retriable: false,
    hint: 'Choose a converter that fits the schema of the record; errors.tolerance=all skips such records.',
    javaClass: DATA,
  },
  CDC_SINK_FAILED: {
    means: 'The target of a sink refused records.',
    retriable: false,
    hint: 'See the message of the target system.',
  },
  CDC_STORE_UNAVAILABLE: {
    means: 'Durable state cannot be read or written at the moment.',
    retriable: true,
    hint: 'Check the brokers, the storage topics and free disk space.',
  },
  CDC_STORE_INVALID: {
    means: 'Durable state exists but cannot be understood.',
    retriable: false,
    hint: 'Check that the storage topics belong to this worker and are compacted topics of Kafka Connect.',
  },
  CDC_STATE_NOT_FOUND: {
    means: 'What a request names does not exist.',
    retriable: false,
    hint: 'GET /connectors lists the connectors.',
    httpStatus: 404,
    javaClass: 'org.apache.kafka.connect.errors.NotFoundException',
  },
  CDC_STATE_CONFLICT: {
    means: 'The command is not possible in the present state.',
    retriable: false,
    hint: 'Wait for the state that the message names and try again.',
    httpStatus: 409,
  },
  CDC_STATE_BAD_REQUEST: {
    means: 'The request cannot be understood or is not legal now.',
    retriable: false,
    hint: 'Correct the request.',
    httpStatus: 400,
    javaClass: BAD_REQUEST,
  },
  CDC_STATE_ABORTED: {
    means: 'Work was stopped because its owner is shutting down.',
    retriable: true,
    hint: 'Nothing: this is the normal end of a stop.',
  },
  CDC_PRODUCE_FAILED: {
    means: 'A broker refused records for good.',
    retriable: false,
    hint: 'Check topic settings (size limits, permissions) against the records; see the broker’s message.',
  },
  CDC_INTERNAL: {
    means: 'An error that Millrace did not expect.',
    retriable: false,
    hint: 'Please report it with the stack and the version.',
  },
} as const satisfies Record<string, ErrorCodeEntry>

/** A code of the table. */
export type ErrorCode = keyof typeof errorCodes
