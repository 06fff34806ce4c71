// A write load on a table of numbered rows.
import type { MysqlServer } from '@millrace/servers'
import mysql from 'mysql2/promise'

/** Makes the table `ledger.entry` and the account dbz/dbz. */
export async function createLedger(server: MysqlServer): Promise<void> {
  await server.sql(`CREATE DATABASE ledger; CREATE TABLE ledger.entry (id INT PRIMARY KEY);
    CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%';`)
}

/** Writes rows 1, 2, 3 … until stopped. */
export class Load {
  /** The last row that is committed. */
  written = 0
  readonly #server: MysqlServer
  readonly #onRow: (n: number) => void
  #isStopped = false
  #done: Promise<void> = Promise.resolve()

  /** `onRow` is called when a row is committed. */
  constructor(server: MysqlServer, onRow: (n: number) => void = () => {}) {
    this.#server = server
    this.#onRow = onRow
  }

  start(): void {
    this.#done = this.#run()
  }

  /** Resolves when the last row is committed. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#done
  }

  async #run(): Promise<void> {
    const { host, port } = this.#server
    const connection = await mysql.createConnection({ host, port, user: 'dbz', password: 'dbz', database: 'ledger' })
    while (!this.#isStopped) {
      const n = this.written + 1
      await connection.query('INSERT INTO entry VALUES (?)', [n])
      this.#onRow(n)
      this.written = n
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await connection.end()
  }
}

/** The first of 1 … `count` that were not found. */
export function missing(found: readonly number[], count: number): number[] {
  const present = new Set(found)
  return Array.from({ length: count }, (_, n) => n + 1)
    .filter((n) => !present.has(n))
    .slice(0, 10)
}

/** The configuration of a MySQL connector that captures the table. */
export function ledgerConnector(server: MysqlServer, bootstrap: string, prefix: string): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': server.host,
    'database.port': String(server.port),
    'database.user': 'dbz',
    'database.password': 'dbz',
    'database.server.id': '184099',
    'topic.prefix': prefix,
    'table.include.list': 'ledger.entry',
    'schema.history.internal.kafka.bootstrap.servers': bootstrap,
    'schema.history.internal.kafka.topic': `${prefix}.history`,
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  }
}
