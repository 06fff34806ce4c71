// XA transactions of several sessions, interleaved with plain ones: prepared now, decided later in another order by another session.
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

  private constructor(sessions: readonly Connection[]) {
    this.#sessions = sessions
  }

  /** Opens `sessions` connections. */
  static async open({ host, port }: WorkloadServer, sessions = 4): Promise<XaWorkload> {
    const open = () => mysql.createConnection({ host, port, user: 'root', database: 'xa' })
    return new XaWorkload(await Promise.all(Array.from({ length: sessions }, open)))
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
    const session = this.#sessions[n % this.#sessions.length]!
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
      return
    }
    await session.query(`XA PREPARE ${xid}`)
    this.#undecided.push({ xid, ids, isCommitted: n % 2 === 0 })
  }

  /** Decides one of the prepared ones, by chance. */
  async decide(): Promise<void> {
    const at = Math.floor(Math.random() * this.#undecided.length)
    const [transaction] = this.#undecided.splice(at, 1)
    if (transaction === undefined) return
    const { xid, ids, isCommitted } = transaction
    const session = this.#sessions[at % this.#sessions.length]!
    await session.query(`XA ${isCommitted ? 'COMMIT' : 'ROLLBACK'} ${xid}`)
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
