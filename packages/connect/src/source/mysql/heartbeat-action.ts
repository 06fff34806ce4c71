// `heartbeat.action.query`: a statement run on the server with every heartbeat, on a connection of its own.
import { MysqlServerError, type TextSession } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'

/** What {@link HeartbeatAction} works with. */
export interface HeartbeatActionOptions {
  readonly query: string
  readonly open: () => Promise<Pick<TextSession, 'query' | 'close'>>
  readonly log: Logger
}

/** SQL states of a statement that can never work: syntax or privilege, unknown database. */
const FATAL_STATES: ReadonlySet<string> = new Set(['42000', '3D000'])

/** See the file's head. */
export class HeartbeatAction {
  readonly #options: HeartbeatActionOptions
  #session: Pick<TextSession, 'query' | 'close'> | null = null

  constructor(options: HeartbeatActionOptions) {
    this.#options = options
  }

  /** Runs the statement. Throws CDC_CONFIG_INVALID for one that can never work; other failures are logged, the next time connects anew. */
  async run(): Promise<void> {
    const { query, open, log } = this.#options
    try {
      this.#session ??= await open()
      await this.#session.query(query)
    } catch (thrown) {
      if (thrown instanceof MysqlServerError && FATAL_STATES.has(thrown.sqlState)) {
        throw new CdcError(
          'CDC_CONFIG_INVALID',
          `Could not execute heartbeat action query (Error: ${thrown.sqlState})`,
          {
            javaClass: 'io.debezium.DebeziumException',
            hint: 'Correct heartbeat.action.query, or grant the account what it needs.',
            cause: thrown,
          },
        )
      }
      log.warn({ reason: CdcError.from(thrown).message }, 'the heartbeat action query failed')
      this.close()
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#session?.close()
    this.#session = null
  }
}
