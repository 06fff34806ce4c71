// The errors of this package: bad bytes, values that cannot be converted, and what is not built.

/** What an error of this package is made of. */
export interface MysqlErrorInit {
  /** Stable name for programs and for the reference page. */
  readonly code: string
  /** One sentence; never holds row values. */
  readonly message: string
  /** True where doing the same again later may succeed. Default false. */
  readonly retriable?: boolean
  /** What an operator can do. */
  readonly hint?: string
  readonly cause?: unknown
}

/** Base class: catch this to catch everything that this package throws on purpose. */
export class MysqlError extends Error {
  readonly code: string
  readonly retriable: boolean
  readonly hint: string | null

  constructor(init: MysqlErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = new.target.name
    this.code = init.code
    this.retriable = init.retriable ?? false
    this.hint = init.hint ?? null
  }
}

/** Bytes do not follow the replication protocol or the binlog format. */
export class MysqlProtocolError extends MysqlError {}

/** One value cannot be converted. */
export class MysqlDataError extends MysqlError {}

/** Known, but not built. */
export class MysqlUnsupportedError extends MysqlError {}
