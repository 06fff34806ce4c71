// Changes numbered 0, 1, 2 …, each in a transaction of its own or in one of several, made on and on until told to end.
import { setTimeout as delay } from 'node:timers/promises'
import type { MysqlServer } from '@millrace/servers'

/** The snapshot copies this many rows, in the order of their numbers. */
const FIRST_ROWS = 50

/** The numbered changes of table eos.t: inserts, and every third an update of an earlier row. */
export class Workload {
  readonly #server: MysqlServer
  #count = FIRST_ROWS
  #isEnding = false
  readonly #waiting: { count: number; resolve: () => void }[] = []
  #ended: Promise<void> = Promise.resolve()

  private constructor(server: MysqlServer) {
    this.#server = server
  }

  /** Makes the table with its first rows. */
  static async open(server: MysqlServer): Promise<Workload> {
    const rows = Array.from({ length: FIRST_ROWS }, (_, n) => `(${n}, ${n}, 'first')`)
    await server.sql(
      `CREATE DATABASE eos; CREATE TABLE eos.t (id INT PRIMARY KEY, n INT NOT NULL, v VARCHAR(60)); INSERT INTO eos.t VALUES ${rows.join()}`,
    )
    return new Workload(server)
  }

  /** Begins to change the table; the snapshot should be over, or it copies what changes have left of the rows. */
  start(): void {
    this.#ended = this.#run()
    this.#ended.catch(() => {})
  }

  /** Changes made so far; the last one has the number below. */
  get count(): number {
    return this.#count
  }

  /** Resolves when so many changes have been made. Rejects when the server refuses one. */
  reach(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve()
    const reached = new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
    return Promise.race([reached, this.#ended])
  }

  /** Makes no more changes; resolves when the last one is in. */
  async end(): Promise<void> {
    this.#isEnding = true
    await this.#ended
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      const changes = Array.from({ length: 12 }, (_, at) => statement(this.#count + at))
      // the last five share a transaction
      await this.#server.sql(`${changes.slice(0, 7).join('')}BEGIN;${changes.slice(7).join('')}COMMIT;`)
      this.#count += changes.length
      // a steady trickle: what is made while a server is away must not keep the machine busy
      await delay(100)
      for (const one of this.#waiting) if (this.#count >= one.count) one.resolve()
    }
  }
}

function statement(n: number): string {
  if (n % 3 === 0) return `UPDATE eos.t SET n = ${n}, v = 'changed ${n}' WHERE id = ${n % FIRST_ROWS};`
  return `INSERT INTO eos.t VALUES (${n}, ${n}, 'row ${n}');`
}
