// `event.processing.failure.handling.mode`: what happens with an event that cannot become records. Every one is counted and logged.

import type { ErrorCode } from '../../base/error-codes.ts'
import type { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'

/** Errors that concern one event and not the connection, the position or the program. */
const OF_ONE_EVENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CDC_UNSUPPORTED_EVENT',
  'CDC_PROTOCOL_INVALID',
  'CDC_SCHEMA_MISMATCH',
  'CDC_DATA_ROW_IMAGE',
])

/** See the file's head. */
export class FailurePolicy {
  /** Events left out so far. */
  skipped = 0
  readonly #mode: MysqlConnectorConfig['onProcessingFailure']
  readonly #log: Logger

  constructor(mode: MysqlConnectorConfig['onProcessingFailure'], log: Logger) {
    this.#mode = mode
    this.#log = log
  }

  /** Takes what one event threw: throws it on where the mode is `fail`, or where it is not about one event. */
  event(error: CdcError): void {
    if (!OF_ONE_EVENT.has(error.code)) throw error
    this.take(error)
  }

  /** Takes a failure that leaves something out: throws it where the mode is `fail`; `warn` warns, `skip` and `ignore` say it at debug level. */
  take(error: CdcError): void {
    if (this.#mode === 'fail') throw error
    this.skipped++
    const { code, hint, message } = error
    const facts = { code, hint, skipped: this.skipped }
    if (this.#mode === 'warn') this.#log.warn(facts, `${message}; left out`)
    else this.#log.debug(facts, `${message}; left out`)
  }
}
