// The contract of a connection to the target. No code but the error that its statements fail with.

/** What a statement did. */
export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly affectedRows: number
}

/** One connection, used by one statement at a time. Failures are {@link SqlFailure}s. */
export interface SqlSession {
  /** Parameters are texts or null. */
  query(text: string, parameters?: readonly (string | null)[]): Promise<SqlResult>
  close(): Promise<void>
}

/** How a statement failed: `lost` = the connection or the server, `busy` = worth another attempt as it is, `refused` = the statement or its values. */
export type SqlFailureKind = 'lost' | 'busy' | 'refused'

/** A statement that failed. The message is the server's without values. */
export class SqlFailure extends Error {
  override readonly name = 'SqlFailure'
  readonly kind: SqlFailureKind
  /** SQLSTATE or the server's error number. */
  readonly state: string

  constructor(kind: SqlFailureKind, state: string, message: string) {
    super(message)
    this.kind = kind
    this.state = state
  }
}
