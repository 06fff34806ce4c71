// Locks that keep tables still while a snapshot looks at position and definitions. They live on a connection of their own, so that the
// reading connection's consistent view outlives them.
import type { TextSession } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { SnapshotConfig } from '../../../config/mysql/snapshot-config.ts'
import { grantStatement } from '../log-status.ts'
import { isServerError, quoted, type TablePlace } from './server-questions.ts'

const KEEP_ALIVE_MS = 30_000
const ACCESS_DENIED = [1044, 1045, 1142, 1227] as const

/** What {@link SnapshotLock.acquire} may be told. */
export interface SnapshotLockOptions {
  readonly mode: SnapshotConfig['lockingMode']
  readonly lockTimeoutMs: number
  /** Tables to lock one by one where the account may not lock everything. */
  readonly tables: readonly TablePlace[]
  readonly open: () => Promise<TextSession>
  readonly logger: Logger
}

/** A lock that is held. */
export class SnapshotLock {
  readonly #session: TextSession
  readonly #timer: NodeJS.Timeout
  #busy: Promise<unknown> = Promise.resolve()
  #isReleased = false

  private constructor(session: TextSession) {
    this.#session = session
    this.#timer = setInterval(() => {
      this.#busy = this.#busy.then(() => session.query('SELECT 1')).catch(() => {})
    }, KEEP_ALIVE_MS)
    this.#timer.unref()
  }

  /** Locks as the mode says; null for `none`. Throws MysqlServerError, or CDC_UNSUPPORTED for a mode that is not built. */
  static async acquire(options: SnapshotLockOptions): Promise<SnapshotLock | null> {
    const { mode, lockTimeoutMs, open } = options
    if (mode === 'none') return null
    if (mode === 'custom') throw new CdcError('CDC_UNSUPPORTED', 'snapshot.locking.mode=custom is not supported')
    const session = await open()
    try {
      await setLockTimeouts(session, lockTimeoutMs)
      await lock(session, options)
      return new SnapshotLock(session)
    } catch (error) {
      session.close()
      throw error
    }
  }

  /** Gives the lock back and closes its connection. May be called twice. */
  async release(): Promise<void> {
    if (this.#isReleased) return
    this.#isReleased = true
    clearInterval(this.#timer)
    await this.#busy
    try {
      await this.#session.query('UNLOCK TABLES')
    } finally {
      this.#session.close()
    }
  }
}

/** Limits how long the session waits for locks. */
export async function setLockTimeouts(session: TextSession, lockTimeoutMs: number): Promise<void> {
  const seconds = Math.max(1, Math.ceil(lockTimeoutMs / 1000))
  await session.query(`SET SESSION lock_wait_timeout=${seconds}`)
  await session.query(`SET SESSION innodb_lock_wait_timeout=${seconds}`)
}

async function lock(session: TextSession, options: SnapshotLockOptions): Promise<void> {
  const { mode, tables, logger } = options
  if (mode === 'minimal_percona' || mode === 'minimal_percona_no_table_locks') {
    await session.query('LOCK TABLES FOR BACKUP')
    return
  }
  try {
    await session.query('FLUSH TABLES WITH READ LOCK')
  } catch (error) {
    if (!isServerError(error, ...ACCESS_DENIED)) throw error
    if (tables.length === 0) return
    logger.warn('the account may not lock all tables; the captured ones are locked one by one')
    const names = tables.map(({ database, name }) => `${quoted(database)}.${quoted(name)}`)
    try {
      await session.query(`FLUSH TABLES ${names.join(',')} WITH READ LOCK`)
    } catch (denied) {
      if (!isServerError(denied, ...ACCESS_DENIED)) throw denied
      throw new CdcError('CDC_AUTH_PRIVILEGE', 'The account may lock neither all tables nor the captured ones', {
        hint: `Run on the server: ${grantStatement('RELOAD, LOCK TABLES')} Or set snapshot.locking.mode=none, if nothing writes during the snapshot.`,
        cause: denied,
      })
    }
  }
}
