// The model of a table: what decoding rows, building schemas and writing schema history need to know of it. Plain data, no code.

/** One column as the server's DDL describes it. Array order in {@link TableModel.columns} is the row image's order. */
export interface ColumnModel {
  /** Column name, in the case in which it was created. */
  readonly name: string
  /** Type word in capitals with its attributes as Debezium prints it: `INT`, `BIGINT UNSIGNED`, `VARCHAR`, `ENUM`, `DATETIME` … */
  readonly typeName: string
  /** Length, precision or display width in parentheses; fractional digits for TIME, DATETIME, TIMESTAMP. Null when not given. */
  readonly length: number | null
  /** Digits after the decimal point; null when not given. */
  readonly scale: number | null
  /** Effective character set of a text column (own, else the table's, else the database's); null for types without one. */
  readonly charset: string | null
  /** Collation when stated or implied; null when unknown. */
  readonly collation: string | null
  readonly isNullable: boolean
  /** AUTO_INCREMENT or, as Debezium has it, `ON UPDATE CURRENT_TIMESTAMP`. */
  readonly isAutoIncremented: boolean
  /** Generated column (`GENERATED ALWAYS AS`), stored or virtual. */
  readonly isGenerated: boolean
  /** Labels of ENUM and SET columns, unescaped; empty for others. */
  readonly enumValues: readonly string[]
  /** The labels as the statement wrote them, quotes included: what Debezium's history keeps. Absent = quote {@link enumValues}. */
  readonly enumLiterals?: readonly string[]
  /** True where the column has a default: a stated constant, or NULL or an expression in a nullable column. */
  readonly hasDefault: boolean
  /**
   * Text of the stated default without its outer quotes, escapes unchanged; null for none, for NULL, and for an expression.
   * `CURRENT_TIMESTAMP…` is `1970-01-01 00:00:00`, as in Debezium's history.
   */
  readonly defaultExpression: string | null
  readonly comment: string | null
}

/** One table at one point of the log. Immutable: a DDL statement makes a new model. */
export interface TableModel {
  readonly database: string
  readonly name: string
  readonly columns: readonly ColumnModel[]
  /**
   * Column names of the primary key, else the first column with the attribute UNIQUE, else of the first unique index over NOT NULL columns
   * only; empty without any.
   */
  readonly primaryKey: readonly string[]
  /** The table's default character set; null when unknown. */
  readonly charset: string | null
  readonly comment: string | null
}

/** What one DDL statement does to the set of tables. `table` is the model after the statement. */
export type TableChange =
  | { readonly kind: 'CREATE'; readonly table: TableModel }
  | {
      readonly kind: 'ALTER'
      readonly table: TableModel
      /** Set by a rename: the table's former place. */
      readonly previous: { readonly database: string; readonly name: string } | null
    }
  | { readonly kind: 'DROP'; readonly database: string; readonly name: string }
