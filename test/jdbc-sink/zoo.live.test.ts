// MySQL's types by Millrace's source to Kafka and by its JDBC sink to PostgreSQL: the columns are those of Debezium's table of types, the values
// those of MySQL. And kill -9 of the whole process while both connectors run: the tables end equal.
import { type MysqlServer, type PostgresServer, startMysql, startPostgres } from '@millrace/servers'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type MillraceProcess, startMillrace } from '../../tools/goldens/millrace-process.ts'

/** Number of kills; MILLRACE_SINK_KILLS sets it. */
const KILLS = Number(process.env['MILLRACE_SINK_KILLS'] ?? 3)

vi.setConfig({ testTimeout: 300_000 + KILLS * 60_000, hookTimeout: 240_000 })
let source: MysqlServer
let target: PostgresServer
let millrace: MillraceProcess
let client: pg.Client

beforeAll(async () => {
  ;[source, target] = await Promise.all([startMysql(), startPostgres()])
  await source.sql(`CREATE USER dbz IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz; CREATE DATABASE zoo; CREATE DATABASE shop;
    CREATE TABLE shop.orders (id INT PRIMARY KEY, qty INT NOT NULL, note VARCHAR(100), at DATETIME(6));`)
  millrace = await startMillrace()
  const { host, port, user, password, database } = target
  client = new pg.Client({ host, port, user, password, database })
  await client.connect()
})

afterAll(async () => {
  await client?.end()
  await millrace?.stop()
  await Promise.all([source?.stop(), target?.stop()])
})

async function register(name: string, config: Record<string, string>): Promise<void> {
  const answer = await fetch(`${millrace.rest}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, config }),
  })
  expect(`${answer.status} ${answer.status === 201 ? '' : await answer.text()}`).toBe('201 ')
}

function sourceOptions(database: string): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': source.host,
    'database.port': String(source.port),
    'database.user': 'dbz',
    'database.password': 'dbz',
    'database.server.id': database === 'zoo' ? '9101' : '9102',
    'topic.prefix': database,
    'database.include.list': database,
    'schema.history.internal.kafka.bootstrap.servers': millrace.bootstrap,
    'schema.history.internal.kafka.topic': `history.${database}`,
    'include.schema.changes': 'false',
  }
}

function sinkOptions(): Record<string, string> {
  const { host, port, user, password, database } = target
  return {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'connection.url': `jdbc:postgresql://${host}:${port}/${database}`,
    'connection.username': user,
    'connection.password': password,
    'insert.mode': 'upsert',
    'delete.enabled': 'true',
    'primary.key.mode': 'record_key',
    'schema.evolution': 'basic',
    'consumer.override.metadata.max.age.ms': '500',
    // A killed member counts as one for as long: the next one waits for it.
    'consumer.override.session.timeout.ms': '6000',
    'consumer.override.heartbeat.interval.ms': '1000',
  }
}

/** A column of the zoo: MySQL's type and value, and what PostgreSQL must have. */
type Line = readonly [name: string, type: string, value: string, targetType: string, targetText: string]

const ZOO: readonly Line[] = [
  ['ti', 'TINYINT', '-128', 'smallint', '-128'],
  ['siu', 'SMALLINT UNSIGNED', '65535', 'integer', '65535'],
  ['mi', 'MEDIUMINT', '-8388608', 'integer', '-8388608'],
  ['i', 'INT', '2147483647', 'integer', '2147483647'],
  ['iu', 'INT UNSIGNED', '4294967295', 'bigint', '4294967295'],
  ['bi', 'BIGINT', '-9223372036854775808', 'bigint', '-9223372036854775808'],
  ['bo', 'BOOLEAN', 'TRUE', 'smallint', '1'],
  ['bit1', 'BIT(1)', "b'1'", 'boolean', 'true'],
  ['bit12', 'BIT(12)', "b'101010101011'", 'bit(12)', '101010101011'],
  ['dd', 'DECIMAL(30,10)', '-12345678901234567890.0123456789', 'numeric(30,10)', '-12345678901234567890.0123456789'],
  ['f', 'FLOAT', '0.5', 'real', '0.5'],
  ['d', 'DOUBLE', '-1.7976931348623157e308', 'double precision', '-1.7976931348623157e+308'],
  ['y', 'YEAR', '2155', 'integer', '2155'],
  ['da', 'DATE', "'1000-01-01'", 'date', '1000-01-01'],
  ['t', 'TIME(6)', "'23:59:59.999999'", 'time(6) without time zone', '23:59:59.999999'],
  ['dt', 'DATETIME', "'9999-12-31 23:59:59'", 'timestamp(6) without time zone', '9999-12-31 23:59:59'],
  [
    'dt6',
    'DATETIME(6)',
    "'1969-12-31 23:59:59.999999'",
    'timestamp(6) without time zone',
    '1969-12-31 23:59:59.999999',
  ],
  [
    'ts',
    'TIMESTAMP(6) NULL',
    "'2024-10-27 01:30:00.654321'",
    'timestamp(6) with time zone',
    '2024-10-27 01:30:00.654321+00',
  ],
  ['c', 'CHAR(10)', "'ığüş€😀'", 'text', 'ığüş€😀'],
  ['v', 'VARCHAR(200)', "'a\\\\\"{},\\'\\n'", 'text', 'a\\"{},\'\n'],
  ['l1', 'VARCHAR(50) CHARACTER SET latin1', "'café €'", 'text', 'café €'],
  ['te', 'MEDIUMTEXT', "REPEAT('ş',400)", 'text', 'ş'.repeat(400)],
  ['bl', 'BLOB', "x'00ff10'", 'bytea', '\\x00ff10'],
  ['e', "ENUM('a','b')", "'b'", 'text', 'b'],
  ['s', "SET('x','y')", "'x,y'", 'text', 'x,y'],
  ['j', 'JSON', `'{"a":[1,null,"s"]}'`, 'json', '{"a": [1, null, "s"]}'],
  ['p', 'POINT', "ST_GeomFromText('POINT(1 2.5)')", 'point', '(1,2.5)'],
  ['nothing', 'INT', 'NULL', 'integer', ''],
]

test('the type zoo arrives with the types of the table and the values of MySQL', async () => {
  const columns = ZOO.map(([name, type]) => `${name} ${type}`).join(', ')
  const values = ZOO.map(([, , value]) => value).join(', ')
  await source.sql(`CREATE TABLE zoo.animals (id INT PRIMARY KEY, ${columns}) CHARACTER SET utf8mb4;
    INSERT INTO zoo.animals VALUES (1, ${values});`)
  // Precision of decimals is what `column.propagate.source.type` and Connect's own parameter tell.
  await register('zoo', { ...sourceOptions('zoo') })
  await register('zoo-sink', { ...sinkOptions(), topics: 'zoo.zoo.animals' })
  await rowsIn('zoo_zoo_animals', 1)
  await source.sql(`INSERT INTO zoo.animals VALUES (2, ${values});`)
  await rowsIn('zoo_zoo_animals', 2)
  const types = await client.query(
    "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'zoo_zoo_animals'::regclass AND attnum > 0",
  )
  const found = new Map(types.rows.map(({ attname, type }) => [attname as string, type as string]))
  expect(ZOO.map(([name]) => [name, found.get(name)])).toEqual(ZOO.map(([name, , , type]) => [name, type]))
  await client.query("SET TimeZone = 'UTC'")
  // A snapshot has JSON with blanks, the log without, as Debezium has it.
  const texts = ZOO.map(([name, , , type]) => `${name}${type === 'json' ? '::jsonb' : ''}::text AS ${name}`).join(', ')
  // Row 1 comes from the snapshot, row 2 from the log.
  const { rows } = await client.query(`SELECT ${texts} FROM zoo_zoo_animals ORDER BY id`)
  const expected = Object.fromEntries(ZOO.map(([name, , , , text]) => [name, text === '' ? null : text]))
  expect(rows).toEqual([expected, expected])
})

test(`after ${KILLS} kills of the process the tables are equal`, async () => {
  await register('shop', sourceOptions('shop'))
  await register('shop-sink', { ...sinkOptions(), 'topics.regex': 'shop\\.shop\\..*', 'tasks.max': '2' })
  const writer = await mysql.createConnection({ host: source.host, port: source.port, user: 'dbz', password: 'dbz' })
  let isDone = false
  let changes = 0
  const writing = (async () => {
    for (let n = 0; !isDone; n++) {
      const id = n % 500
      if (n % 7 === 6) await writer.query('DELETE FROM shop.orders WHERE id = ?', [id])
      else
        await writer.query('REPLACE INTO shop.orders VALUES (?, ?, ?, NOW(6))', [
          id,
          n,
          n % 3 === 0 ? null : `note ${n}`,
        ])
      changes++
    }
  })()
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const { dataFolder, process: running, rest, bootstrap } = millrace
      const seen = await newest()
      const before = changes
      // Killed in the middle of work: rows have arrived since the start, and more are on their way.
      await expect.poll(async () => changes > before + 200 && (await newest()) > seen, { timeout: 120_000 }).toBe(true)
      running.kill()
      await running.exited()
      const [restPort, kafkaPort] = [rest, bootstrap].map((address) => Number(/\d+$/.exec(address)![0]))
      millrace = await startMillrace({ dataFolder, restPort: restPort!, kafkaPort: kafkaPort! })
    }
  } finally {
    isDone = true
    await writing
    await writer.end()
  }
  await expect
    .poll(async () => (await sums(target)) === (await sums(source)), { timeout: 180_000, interval: 500 })
    .toBe(true)
})

/** The highest change that arrived; -1 before the table is there. */
async function newest(): Promise<number> {
  const there = await client.query("SELECT to_regclass('shop_shop_orders') IS NOT NULL AS it")
  if (there.rows[0].it !== true) return -1
  return Number((await client.query('SELECT COALESCE(max(qty), -1) AS n FROM shop_shop_orders')).rows[0].n)
}

async function rowsIn(table: string, rows: number): Promise<void> {
  const ask = async () => {
    const there = await client.query('SELECT to_regclass($1) IS NOT NULL AS it', [table])
    return there.rows[0].it === true ? Number((await client.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n) : 0
  }
  await expect.poll(ask, { timeout: 120_000, interval: 200 }).toBe(rows)
}

/** Every row of a side as one text. */
async function sums(side: MysqlServer | PostgresServer): Promise<string> {
  if (side === target) {
    const { rows } = await client.query(
      "SELECT id, qty, note, to_char(at, 'YYYY-MM-DD HH24:MI:SS.US') AS at FROM shop_shop_orders ORDER BY id",
    )
    return rows.map(({ id, qty, note, at }) => `${id} ${qty} ${note ?? 'NULL'} ${at}`).join('\n')
  }
  const text = await source.sql("SELECT CONCAT_WS(' ', id, qty, IFNULL(note, 'NULL'), at) FROM shop.orders ORDER BY id")
  return text
    .trim()
    .split('\n')
    .filter((line) => /^\d+ \d+ /.test(line))
    .join('\n')
}
