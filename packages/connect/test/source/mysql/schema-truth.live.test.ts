// Tables changed without a statement in the log: found at the next row, with both sides named, and nothing of that row sent.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CdcError } from '../../../src/base/errors.ts'
import { LiveConnector } from './live-connector.ts'

let server: MysqlServer

beforeAll(async () => {
  server = await startMysql({ args: ['--binlog-row-metadata=FULL'] })
  await server.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'")
})
afterAll(() => server?.stop())

/** What is done behind the log's back, a row that then fits, and what the error has to say. */
const CHANGES: readonly (readonly [change: string, row: string, said: string])[] = [
  ['ALTER TABLE t ADD extra INT', "2,1,'x','a',0", 'internal schema size 4, but row size 5'],
  ['ALTER TABLE t RENAME COLUMN v TO w', "2,1,'x','a'", "column 2 is 'v' in the definition and 'w' in the log"],
  ['ALTER TABLE t MODIFY v BIGINT', "2,1,'x','a'", "column 'v' is INT in the definition and of type code 8 in the log"],
  ['ALTER TABLE t MODIFY v INT UNSIGNED', "2,1,'x','a'", "column 'v' is INT in the definition and unsigned in the log"],
  ['ALTER TABLE t MODIFY s BLOB, MODIFY v TIME', "2,'10:00:00','x','a'", 'and of type code 19 in the log'],
  [
    "ALTER TABLE t MODIFY e ENUM('b','a')",
    "2,1,'x','a'",
    "label 1 of column 'e' is 'a' in the definition and 'b' in the log",
  ],
  [
    'ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, v)',
    "2,1,'x','a'",
    'the primary key is (id) in the definition and (id, v) in the log',
  ],
]

test.each(CHANGES)('%s', { timeout: 60_000 }, async (change, row, said) => {
  const database = `app${CHANGES.findIndex(([text]) => text === change)}`
  await server.sql(
    `CREATE DATABASE ${database}; USE ${database}; CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL, s VARCHAR(9), e ENUM('a','b')); INSERT INTO t VALUES (1,1,'x','a')`,
  )
  const connector = new LiveConnector({
    'database.port': String(server.port),
    'database.include.list': database,
    'database.server.id': '9731',
  })
  const stopped = await connector
    .run(
      () => false,
      () =>
        server.sql(`USE ${database}; SET sql_log_bin=0; ${change}; SET sql_log_bin=1; INSERT INTO t VALUES (${row})`),
    )
    .catch((error: unknown) => error)
  expect(stopped).toBeInstanceOf(CdcError)
  const { code, message, hint } = stopped as CdcError
  expect({ code, sent: connector.sent }).toEqual({ code: 'CDC_SCHEMA_MISMATCH', sent: ['r 1'] })
  expect(message).toContain(said)
  expect(hint).toMatch(/snapshot/)
})
