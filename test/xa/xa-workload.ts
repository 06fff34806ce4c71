// XA transactions of several sessions, interleaved with plain ones: prepared now, decided later in another order by another session.
import { setTimeout as delay } from 'node:timers/promises'
import mysql, { type Connection } from 'mysql2/promise'

/** Where the server is. */
export interface WorkloadServer {
  readonly host: string
  readonly port: number
}

/** Rows of a transaction that does not fit what the source holds in memory. */
const LARGE_ROWS = 1500
const TEXT = 'x'.repeat(900)
const IDS_EACH = 10_000

/** Prepares, commits and rolls back XA transactions on table `xa.t (id INT, v TEXT)`; remembers which ids must be seen. */
export class XaWorkload {
  /** Ids that are committed. */
  readonly committed = new Set<number>()
  /** Ids that were rolled back. */
  readonly rolledBack = new Set<number>()
  readonly #sessions: readonly Connection[]
  readonly #undecided: { readonly xid: string; readonly ids: readonly number[]; readonly isCommitted: boolean }[] = []
  #count = 0

  readonly #open: () => Promise<Connection>
  readonly #leavesPrepared: boolean

  private constructor(sessions: readonly Connection[], open: () => Promise<Connection>, leavesPrepared: boolean) {
    this.#sessions = sessions
    this.#open = open
    this.#leavesPrepared = leavesPrepared
  }

  /** `leavesPrepared`: a session is bound to what it has prepared until it ends (MariaDB), so that each transaction has one of its own. */
  static async open({ host, port }: WorkloadServer, leavesPrepared = false): Promise<XaWorkload> {
    const open = () => mysql.createConnection({ host, port, user: 'root', database: 'xa' })
    return new XaWorkload(await Promise.all([open(), open(), open(), open()]), open, leavesPrepared)
  }

  /** XA transactions so far. */
  get count(): number {
    return this.#count
  }

  /** Prepared and not decided. */
  get undecided(): number {
    return this.#undecided.length
  }

  /** Prepares one more; every other one will be rolled back, every 40th is large, some end in one phase. */
  async prepare(): Promise<void> {
    const n = ++this.#count
    const session = this.#leavesPrepared ? await this.#open() : this.#sessions[n % this.#sessions.length]!
    const rows = n % 40 === 0 || n % 40 === 1 ? LARGE_ROWS : 1 + (n % 3)
    const ids = Array.from({ length: rows }, (_, row) => n * IDS_EACH + row)
    const xid = `'x${n}','b',${n % 7}`
    await session.query(`XA START ${xid}`)
    const text = rows === LARGE_ROWS ? TEXT : 'v'
    await session.query(`INSERT INTO t VALUES ${ids.map((id) => `(${id},'${text}')`).join(',')}`)
    await session.query(`XA END ${xid}`)
    if (n % 11 === 0) {
      await session.query(`XA COMMIT ${xid} ONE PHASE`)
      for (const id of ids) this.committed.add(id)
      if (this.#leavesPrepared) await session.end()
      return
    }
    await session.query(`XA PREPARE ${xid}`)
    if (this.#leavesPrepared) await session.end()
    this.#undecided.push({ xid, ids, isCommitted: n % 2 === 0 })
  }

  /** Decides one of the prepared ones, by chance. */
  async decide(): Promise<void> {
    const at = Math.floor(Math.random() * this.#undecided.length)
    const [transaction] = this.#undecided.splice(at, 1)
    if (transaction === undefined) return
    const { xid, ids, isCommitted } = transaction
    const session = this.#sessions[at % this.#sessions.length]!
    await decided(session, `XA ${isCommitted ? 'COMMIT' : 'ROLLBACK'} ${xid}`)
    for (const id of ids) (isCommitted ? this.committed : this.rolledBack).add(id)
  }

  /** A plain transaction; ids of these are negative. */
  async plain(): Promise<void> {
    const id = -(this.committed.size + this.rolledBack.size) * 10 - (this.#count % 10) - 1
    if (this.committed.has(id)) return
    await this.#sessions[0]!.query(`INSERT INTO t VALUES (${id},'plain')`)
    this.committed.add(id)
  }

  /** The next log file. */
  async rotate(): Promise<void> {
    await this.#sessions[0]!.query('FLUSH BINARY LOGS')
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.end()
  }
}

const XAER_NOTA = 1397

/** Decides a transaction; the server may still be ending the session that prepared it. */
async function decided(session: Connection, statement: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await session.query(statement)
      return
    } catch (error) {
      if ((error as { errno?: number }).errno !== XAER_NOTA || attempt === 200) throw error
      await delay(20)
    }
  }
}
