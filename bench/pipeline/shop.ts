// The database of the pipeline benchmark: a private MySQL with a table of ten columns, and rows written to its log in advance.
import { type MysqlServer, startMysql } from '@millrace/servers'

/** A started shop. Its table is `shop.orders`; ids count from 1 without a gap. */
export interface Shop extends AsyncDisposable {
  readonly server: MysqlServer
  readonly version: string
  /** Writes rows in transactions of `perTransaction` rows. Resolves with the bytes that the log grew by. */
  write(rows: number, perTransaction: number): Promise<number>
}

/** The table, an account, and the numbers from 0 that rows are made of. */
const schema = (numbers: number): string => `
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE DATABASE bench;
SET SESSION sql_log_bin = 0;
CREATE TABLE bench.numbers (n INT PRIMARY KEY);
SET SESSION cte_max_recursion_depth = ${numbers};
INSERT INTO bench.numbers WITH RECURSIVE d (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < ${numbers - 1}) SELECT n FROM d;
SET SESSION sql_log_bin = 1;
CREATE TABLE shop.orders (
  id BIGINT NOT NULL PRIMARY KEY,
  customer_id INT NOT NULL,
  status VARCHAR(20) NOT NULL,
  email VARCHAR(63) NOT NULL,
  note VARCHAR(60) NULL,
  amount DECIMAL(10,2) NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  is_gift TINYINT(1) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at TIMESTAMP(3) NULL
);
CREATE USER 'cdc'@'%' IDENTIFIED BY 'cdc';
GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT, LOCK TABLES ON *.* TO 'cdc'@'%';
`

/** Settings that make writing the rows fast. None of them changes what a replica reads. */
const QUICK_WRITES = [
  '--innodb-flush-log-at-trx-commit=0',
  '--sync-binlog=0',
  '--innodb-doublewrite=OFF',
  '--innodb-buffer-pool-size=512M',
  '--innodb-redo-log-capacity=1G',
]

/** Starts the server and makes the table, empty. `largest`: most rows of one transaction. */
export async function openShop(largest: number): Promise<Shop> {
  const server = await startMysql({ args: QUICK_WRITES })
  try {
    await server.sql(schema(largest))
    const version = (await server.sql('SELECT version()')).trim()
    let written = 0
    return {
      server,
      version,
      write: async (rows, perTransaction) => {
        const before = await logBytes(server)
        const statements: string[] = []
        for (let left = rows; left > 0; left -= perTransaction) {
          const count = Math.min(perTransaction, left)
          statements.push(insert(written, count))
          written += count
        }
        await server.sql(statements.join('\n'))
        return (await logBytes(server)) - before
      },
      [Symbol.asyncDispose]: () => server.stop(),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** One statement, one transaction: the rows with the ids `first + 1` to `first + count`, in order. */
function insert(first: number, count: number): string {
  return `INSERT INTO shop.orders
SELECT i, (i * 7919) % 2000000, ELT(1 + i % 4, 'open', 'paid', 'sent', 'done'), CONCAT('c', i % 100000, '@example.com'),
  IF(i % 8 = 0, NULL, SUBSTR('Leave it "at the door", çift kapı', 1 + i % 8)), ((i * 31) % 9000000) / 100, 1 + i % 40, i % 2,
  '2024-01-01' + INTERVAL i SECOND + INTERVAL (i * 997) % 1000000 MICROSECOND,
  '2025-06-15 12:00:00' + INTERVAL i SECOND + INTERVAL (i % 1000) * 1000 MICROSECOND
FROM (SELECT ${first} + 1 + n AS i FROM bench.numbers WHERE n < ${count}) AS ids
ORDER BY i;`
}

async function logBytes(server: MysqlServer): Promise<number> {
  const lines = (await server.sql('SHOW BINARY LOGS')).trim().split('\n')
  return lines.reduce((sum, line) => sum + Number(line.split('\t')[1]), 0)
}
