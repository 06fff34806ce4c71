// What reading a DDL text needs to know, and what it says. Plain data, no code.
import type { TableId } from './cursor.ts'
import type { TableChange, TableModel } from './table-model.ts'

/** The world in which a statement was executed. */
export interface DdlContext {
  /** The session's current database; empty for none. */
  readonly database: string
  /** The session's sql_mode: names separated by commas (`ANSI_QUOTES`, `NO_BACKSLASH_ESCAPES` matter). */
  readonly sqlMode: string
  /** The server's version as it prints it: `9.7.0`, `10.11.6-MariaDB-log`. */
  readonly serverVersion: string
  readonly flavour: 'mysql' | 'mariadb'
  /** Models in force before the statement. */
  readonly tables: { get(database: string, name: string): TableModel | undefined }
  /** Default character set of a database; undefined when unknown. */
  databaseCharset(database: string): string | undefined
  /** The server's default character set; null when unknown. */
  readonly serverCharset: string | null
  /**
   * `debezium`: character sets that only ALTER TABLE's defaults and the words ASCII, UNICODE and BYTE state are left out, as in Debezium's
   * history; right only where table maps state collations. `tracked`: as the server has them. By default what fits the server.
   */
  readonly charsets?: 'debezium' | 'tracked'
}

/** One published piece of a statement: what Debezium's history and schema-change records hold. */
export interface DdlEvent {
  /** The database it is published under. */
  readonly database: string
  /** The statement's text, or the part of it that concerns one table, rewritten as Debezium does. */
  readonly ddl: string
  /** Of the tables as they are after the whole statement; empty where the table is gone again or not known. */
  readonly changes: readonly TableChange[]
  /** The table it names; null for statements about databases. */
  readonly table: TableId | null
}

/** One statement, classified. */
export type DdlStatement =
  | {
      readonly kind: 'tables'
      /** `index`: CREATE or DROP INDEX. */
      readonly action: 'create' | 'alter' | 'drop' | 'rename' | 'index'
      /** In the order in which they must be applied. */
      readonly changes: readonly TableChange[]
      /** Empty where the statement changed nothing that was known: its whole text is published without changes then. */
      readonly events: readonly DdlEvent[]
      /** Tables that the statement changes and whose models are not known. */
      readonly unknownTables: readonly TableId[]
    }
  | { readonly kind: 'truncate'; readonly table: TableId; readonly ddl: string }
  | {
      readonly kind: 'database'
      readonly action: 'create' | 'alter' | 'drop'
      readonly database: string
      /** The default character set from now on; null when it stays as it is. */
      readonly charset: string | null
      /** MariaDB's CREATE OR REPLACE: its tables are gone. */
      readonly replaces: boolean
      readonly events: readonly DdlEvent[]
    }
  | { readonly kind: 'use'; readonly database: string; readonly ddl: string }
  | { readonly kind: 'set'; readonly assignments: readonly SetAssignment[]; readonly ddl: string }
  /** Changes no table's shape. `what` says in one word what it is about: `VIEW`, `EVENT`, `DML`, `TRANSACTION`, `UNKNOWN` … */
  | { readonly kind: 'harmless'; readonly what: string }

/** One assignment of a SET statement. Character set statements come as the variables that they set. */
export interface SetAssignment {
  readonly scope: 'session' | 'global' | 'user'
  /** Variable name in lower case. */
  readonly name: string
  /** The text of the value, quotes removed. */
  readonly value: string
}

/** The statements of one text in order; usually one. */
export type DdlResult = readonly DdlStatement[]
