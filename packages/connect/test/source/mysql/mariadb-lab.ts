// A MariaDB connector on a live server with one table: what is written to it, and what the connector sent of it.
import type { MysqlServer } from '@millrace/servers'
import { LiveConnector } from './live-connector.ts'

/** One table and its connector. */
export class MariadbLab {
  /** Number of changes that were written so far. */
  written = 0
  readonly #server: MysqlServer
  readonly #connector: LiveConnector
  readonly #wanted: string[] = []

  constructor(server: MysqlServer, options: Readonly<Record<string, string>>) {
    this.#server = server
    const { port } = server
    this.#connector = new LiveConnector(
      { 'database.port': String(port), 'database.server.id': '90017', ...options },
      'mariadb',
    )
  }

  /** Changes that the stream sent. */
  get count(): number {
    return this.sent().length
  }

  /** How often the log was opened. */
  get connections(): number {
    return this.#connector.connections
  }

  /** `op key` of the changes that the stream sent. */
  sent(): string[] {
    return this.#connector.sent.filter((change) => !change.startsWith('r '))
  }

  /** The same of the changes that were written. */
  expected(): readonly string[] {
    return this.#wanted
  }

  /** Takes the snapshot, and stops. */
  async snapshot(): Promise<void> {
    await this.#connector.run(({ sent }) => sent.includes('r -1'))
  }

  /** Writes `count` transactions of three changes each, some of them by other domains, with schema changes between. */
  async write(first: number, count: number): Promise<void> {
    let sql = ''
    for (let i = first; i < first + count; i++) {
      const id = i * 2
      sql += `SET gtid_domain_id=${i % 3}; START TRANSACTION; INSERT INTO t (id, v) VALUES (${id}, 'a'), (${id + 1}, 'b'); `
      sql += `UPDATE t SET v = 'ü' WHERE id = ${id}; COMMIT;\n`
      if (i % 7 === 3) sql += `ALTER TABLE t ADD COLUMN c${i} INT;\n`
      this.#wanted.push(`c ${id}`, `c ${id + 1}`, `u ${id}`)
    }
    await this.#server.sql(sql, { database: 'app' })
    this.written += count * 3
  }

  /** Runs from the stored offset until that many batches came. */
  async runBatches(batches: number): Promise<void> {
    let left = batches
    await this.#connector.run(() => --left <= 0)
  }

  /** Writes while the connector runs, and kills its dump every `period` transactions. */
  async runKilled(count: number, period: number): Promise<void> {
    const write = async () => {
      for (let i = 0; i < count; i += period) {
        await this.write(i, period)
        const rows = await this.#server.sql(
          "SELECT id FROM information_schema.PROCESSLIST WHERE command LIKE 'Binlog Dump%'",
        )
        for (const id of rows.split('\n').filter((line) => line !== ''))
          await this.#server.sql(`KILL ${id}`, { force: true })
      }
    }
    await this.#connector.run(() => this.count >= count * 3, write)
  }
}

/** Makes the table anew and a connector for it. */
export async function connectSourceServer(
  server: MysqlServer,
  options: Readonly<Record<string, string>>,
): Promise<MariadbLab> {
  await server.sql(
    "DROP DATABASE IF EXISTS app; CREATE DATABASE app CHARACTER SET utf8mb4; USE app; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO t VALUES (-1, 'x');",
  )
  return new MariadbLab(server, options)
}
