// Records the binlog files of test/fixtures from real servers: MySQL 9.7 and MariaDB 10.11 and 11.8.
// usage: node packages/mysql/test/event/record-fixtures.ts [NAME …]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'

const FOLDER = path.join(import.meta.dirname, '../fixtures')

const TABLES = `
CREATE DATABASE fx CHARACTER SET utf8mb4; USE fx;
CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(300), c CHAR(10), n DECIMAL(12,3), d DATETIME(3), s TIMESTAMP(6) NULL, tm TIME(2),
  y YEAR, dt DATE, b BLOB, tx MEDIUMTEXT, e ENUM('a','b','c'), st SET('x','y','z'), bt BIT(11), f FLOAT, db DOUBLE, u BIGINT UNSIGNED,
  g GEOMETRY) CHARACTER SET utf8mb4;
CREATE TABLE k (id INT PRIMARY KEY, j JSON) CHARACTER SET utf8mb4;
`
const ROWS = `
INSERT INTO t VALUES (1,'one','uno',-12.345,'2026-11-24 10:11:12.345','2026-11-24 10:11:12.345678','-838:59:58.25',2026,'2026-11-24',
  x'00ff10','çift kapı','b','x,z',b'10101',1.5,-2.25,18446744073709551615,ST_GeomFromText('POINT(1 2)'));
INSERT INTO t (id) VALUES (2),(3),(4);
UPDATE t SET v=REPEAT('long ',50), n=n+1 WHERE id<3; DELETE FROM t WHERE id=3;
START TRANSACTION; INSERT INTO t (id,v) VALUES (5,'kept'); SAVEPOINT a; INSERT INTO t (id) VALUES (6); ROLLBACK TO a; COMMIT;
INSERT INTO t (id,tx) VALUES (7,REPEAT('wide text ',900));
INSERT INTO k VALUES (1,'{"a":[1,2.5,"three",null,true],"b":{"c":"d"}}');
ALTER TABLE t ADD COLUMN extra INT DEFAULT 3; UPDATE t SET extra=4 WHERE id=1;
CREATE TABLE sel AS SELECT id, v FROM t;
TRUNCATE TABLE sel; DROP TABLE sel;
`
const XA =
  "XA START 'x1','branch'; INSERT INTO t (id) VALUES (100); XA END 'x1','branch'; XA PREPARE 'x1','branch'; XA COMMIT 'x1','branch';"
const STATEMENTS =
  "SET SESSION binlog_format=STATEMENT; INSERT INTO t (id,v) VALUES (200,'by statement'); SET @u='x'; INSERT INTO t (id,v,db) VALUES (201,@u,RAND()); SET SESSION binlog_format=ROW;"

interface Fixture {
  readonly name: string
  readonly start: () => Promise<MysqlServer>
  readonly sql: string
}

const mysql = (...args: string[]) => startMysql({ args })
const mariadb = (version: '10.11' | '11.8', ...args: string[]) =>
  startMariadb({ version, args: ['--log-bin=binlog', '--server-id=3', '--binlog-format=ROW', ...args] })
const COMPRESSED = ['--log-bin-compress=ON', '--log-bin-compress-min-len=10']

const FIXTURES: readonly Fixture[] = [
  {
    name: 'mysql-9.7',
    start: () => mysql('--binlog-row-metadata=FULL', '--binlog-rows-query-log-events=ON'),
    sql: `${TABLES}${ROWS}
      SET gtid_next='AUTOMATIC:a_tag'; INSERT INTO k VALUES (2,'[]'); SET gtid_next='AUTOMATIC';
      SET binlog_row_value_options='PARTIAL_JSON'; UPDATE k SET j=JSON_SET(j,'$.b.c','changed','$.new',7) WHERE id=1;
      SET binlog_row_value_options=''; SET binlog_transaction_compression=ON; UPDATE t SET v=CONCAT(v,'!'); START TRANSACTION;
      INSERT INTO t (id,v) SELECT id+1000,v FROM t; DELETE FROM t WHERE id>1000; COMMIT; SET binlog_transaction_compression=OFF;
      SET binlog_row_image=MINIMAL; UPDATE t SET v='m' WHERE id=1; SET binlog_row_image=FULL; ${XA} ${STATEMENTS}`,
  },
  {
    name: 'mysql-9.7-no-checksum',
    start: () => startMysql({ gtidMode: 'OFF', args: ['--binlog-checksum=NONE', '--binlog-row-metadata=MINIMAL'] }),
    sql: `${TABLES}${ROWS}SET binlog_transaction_compression=ON; UPDATE t SET v='z';`,
  },
  {
    name: 'mariadb-11.8-compressed',
    start: () => mariadb('11.8', ...COMPRESSED, '--binlog-row-metadata=FULL', '--binlog-alter-two-phase=ON'),
    sql: `${TABLES}${ROWS}${XA}${STATEMENTS}`,
  },
  { name: 'mariadb-11.8', start: () => mariadb('11.8'), sql: `${TABLES}${ROWS}${XA}${STATEMENTS}` },
  {
    name: 'mariadb-10.11-compressed',
    start: () => mariadb('10.11', ...COMPRESSED, '--binlog-checksum=CRC32', '--log-bin-use-v1-row-events=1'),
    sql: `${TABLES}${ROWS}${XA}${STATEMENTS}`,
  },
]

for (const { name, start, sql } of FIXTURES) {
  if (process.argv.length > 2 && !process.argv.includes(name)) continue
  const server = await start()
  try {
    // The second file is the one that holds nothing but the statements, and its end.
    await server.sql('FLUSH BINARY LOGS')
    await server.sql(sql, { force: true })
    await server.sql('FLUSH BINARY LOGS')
    const data = path.join(server.dataFolder, 'data')
    const file = readdirSync(data)
      .filter((entry) => /^binlog\.\d+$/.test(entry))
      .sort()
      .at(-2)!
    const bytes = readFileSync(path.join(data, file))
    writeFileSync(path.join(FOLDER, `${name}.gz`), gzipSync(bytes, { level: 9 }))
    console.log(`${name}: ${file}, ${bytes.length} bytes`)
  } finally {
    await server.stop()
  }
}
