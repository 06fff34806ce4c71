// The contract of a column type: how the raw bytes of one cell become a value, JSON bytes and a schema. No code.
// A type family is one file beside this one; both forms of a cell (binlog row image, text protocol) are read by the same file.

/** A growing byte buffer that writers append to: write at `bytes[pos]`, move `pos`, after `reserve` has made room. */
export interface ByteSink {
  /** Replaced by `reserve` when it grows: never keep a reference over a call of `reserve`. */
  bytes: Buffer
  /** Where the next byte goes. */
  pos: number
  /** Makes sure that `count` bytes fit behind `pos`. */
  reserve(count: number): void
}

/** The kinds of a Connect schema. `float32` and `float64` print as `float` and `double` in JSON schemas. */
export type SchemaKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'array'
  | 'map'
  | 'struct'

/** Schema of a column's value, in the shape of a Connect schema (structurally equal to connect's `ConnectSchema`). */
export interface ValueSchema {
  readonly kind: SchemaKind
  readonly optional: boolean
  readonly name?: string
  readonly version?: number
  readonly doc?: string
  /** In insertion order, as Debezium writes them. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Absent = no default; may be null only where Connect has a null default (then it is left out). */
  readonly default?: unknown
  readonly fields?: readonly { readonly name: string; readonly schema: ValueSchema }[]
  readonly items?: ValueSchema
  readonly keys?: ValueSchema
  readonly values?: ValueSchema
}

/** Debezium's options that change how values are represented; names and meanings are Debezium's. */
export interface ValueOptions {
  readonly decimalHandling: 'precise' | 'double' | 'string'
  readonly timePrecision: 'adaptive_time_microseconds' | 'connect' | 'isostring' | 'microseconds' | 'nanoseconds'
  readonly bigintUnsignedHandling: 'long' | 'precise'
  readonly binaryHandling: 'bytes' | 'base64' | 'base64-url-safe' | 'hex'
  /** `enable.time.adjuster`: two-digit years move into 1970–2069. */
  readonly enableTimeAdjuster: boolean
  /** Zone of the server's session (`+00:00`, `SYSTEM` resolved, or an IANA name) in which text-protocol TIMESTAMPs are printed. */
  readonly connectionTimeZone: string
}

/**
 * The two forms in which a cell reaches us. `binlog`: the packed bytes of a row image, with the metadata of the TABLE_MAP event.
 * `text`: the bytes of a text-protocol result cell.
 */
export type CellForm = 'binlog' | 'text'

/** Decodes one cell, `bytes[start, end)`, which is not NULL. Values: see {@link ColumnType.read}. Throws MysqlDataError. */
export type CellReader = (bytes: Buffer, start: number, end: number) => unknown

/**
 * Appends the JSON of one cell, `bytes[start, end)`, which is not NULL, exactly as Kafka's JsonConverter prints it. A value that has no
 * representation (`read` answers null) is the word `null`, which no other value starts like. Throws MysqlDataError.
 */
export type CellJsonWriter = (bytes: Buffer, start: number, end: number, sink: ByteSink) => void

/** One column compiled for one form: what the hot path calls per cell. */
export interface ColumnType {
  readonly schema: ValueSchema
  /**
   * Decodes to a Connect value: int8–int32 number; int64 bigint; float32/float64 number; boolean; string; bytes Buffer (a copy);
   * `org.apache.kafka.connect.data.Decimal` → Buffer with the big-endian two's complement unscaled value; structs → array of field
   * values in schema order; a value that has no representation (zero date) → null.
   */
  readonly read: CellReader
  readonly writeJson: CellJsonWriter
}
