// Connect schemas as plain immutable data, and the few questions asked of them.

/** The kinds of a Connect schema. */
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

/** A field of a struct schema; its index in {@link ConnectSchema.fields} is its place in a struct's values. */
export interface ConnectField {
  readonly name: string
  readonly schema: ConnectSchema
}

/** A Connect schema. Compare by identity first: sources hand out the same object for the same schema. */
export interface ConnectSchema {
  readonly kind: SchemaKind
  readonly optional: boolean
  readonly name?: string
  readonly version?: number
  readonly doc?: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Absent = no default. */
  readonly default?: unknown
  /** Of a struct. */
  readonly fields?: readonly ConnectField[]
  /** Of an array. */
  readonly items?: ConnectSchema
  /** Of a map. */
  readonly keys?: ConnectSchema
  /** Of a map. */
  readonly values?: ConnectSchema
}
