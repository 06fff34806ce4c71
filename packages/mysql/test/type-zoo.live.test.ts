// Every column type through a real server: what a query answers and what the log holds must give the same values and bytes.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTextSession, type TextSession, type ValueOptions } from '../src/index.ts'
import { jsonOfValue, optionsOf } from './column-cases.ts'
import { type LoggedRow, modelOf, readLoggedRows, selectRows } from './logged-rows.ts'

let server: MysqlServer
let session: TextSession

beforeAll(async () => {
  server = await startMysql({ args: ['--binlog-row-metadata=FULL', '--default-time-zone=+00:00'] })
  session = await openTextSession({ host: server.host, port: server.port, user: server.rootUser })
  await session.query("SET sql_mode=''")
  await session.query('CREATE DATABASE zoo CHARACTER SET utf8mb4')
  await session.query('USE zoo')
})
afterAll(async () => {
  session?.close()
  await server?.stop()
})

/** Column definitions and the values to store in each; NULL is added to every one. */
const ZOO: readonly (readonly [definition: string, ...values: string[]])[] = [
  ['TINYINT', '-128', '127', '0'],
  ['TINYINT UNSIGNED', '0', '255'],
  ['SMALLINT', '-32768', '32767'],
  ['SMALLINT UNSIGNED', '65535'],
  ['MEDIUMINT', '-8388608', '8388607'],
  ['MEDIUMINT UNSIGNED', '16777215'],
  ['INT', '-2147483648', '2147483647'],
  ['INT UNSIGNED', '4294967295'],
  ['INT(8) UNSIGNED ZEROFILL', '42', '0'],
  ['BIGINT', '-9223372036854775808', '9223372036854775807', '9007199254740993', '-1'],
  ['BIGINT UNSIGNED', '18446744073709551615', '9223372036854775808', '9223372036854775807', '0'],
  ['DECIMAL(1,0)', '-9', '0'],
  ['DECIMAL(5,2)', '-999.99', '0.01', '12.3'],
  ['DECIMAL(9,9)', '0.999999999', '-0.000000001'],
  ['DECIMAL(18,9)', '999999999.999999999', '-1.5'],
  ['DECIMAL(30,0)', '-123456789012345678901234567890', '170141183460469231731687303715'],
  [
    'DECIMAL(65,30)',
    '99999999999999999999999999999999999.999999999999999999999999999999',
    '-0.000000000000000000000000000001',
  ],
  ['DECIMAL(8,2) UNSIGNED ZEROFILL', '12.5', '0'],
  ['FLOAT', '1.5', '-0.25', '3.40282e38', '1.17549e-38'],
  ['FLOAT(7,2)', '12345.67', '0.1'],
  ['DOUBLE', '0.1', '-1.7976931348623157e308', '2.2250738585072014e-308', '1e300', '123456789.125', '-0e0'],
  ['DOUBLE(10,3)', '1234567.891'],
  ['DATE', "'2024-02-29'", "'1000-01-01'", "'9999-12-31'", "'0000-00-00'", "'2024-00-10'", "'0069-12-31'"],
  ['TIME', "'12:34:56'", "'-838:59:59'", "'838:59:59'", "'00:00:00'"],
  ['TIME(1)', "'-00:00:00.1'", "'23:59:59.9'"],
  ['TIME(2)', "'-00:00:01.25'", "'-12:00:00.00'"],
  ['TIME(3)', "'-00:00:00.001'", "'100:00:00.999'"],
  ['TIME(4)', "'-01:02:03.0004'"],
  ['TIME(5)', "'-01:02:03.00005'", "'01:02:03.99999'"],
  ['TIME(6)', "'-01:02:03.000004'", "'23:59:59.999999'", "'-838:59:58.999999'"],
  ['DATETIME', "'2024-06-30 12:00:00'", "'9999-12-31 23:59:59'", "'0000-00-00 00:00:00'", "'0000-01-01 00:00:00'"],
  ['DATETIME(1)', "'1969-12-31 23:59:59.9'"],
  ['DATETIME(3)', "'1970-01-01 00:00:00.001'", "'1969-12-31 23:59:59.999'"],
  ['DATETIME(4)', "'1969-12-31 23:59:59.9999'"],
  ['DATETIME(6)', "'2024-06-30 12:00:00.123456'", "'0999-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"],
  ['TIMESTAMP NULL', "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'"],
  ['TIMESTAMP(3) NULL', "'2024-03-31 02:30:00.123'"],
  ['TIMESTAMP(6) NULL', "'2001-09-09 01:46:40.000001'"],
  ['YEAR', '1901', '2155', '0', '70'],
  ['BIT(1)', "b'1'", "b'0'"],
  ['BIT(5)', "b'10101'"],
  ['BIT(12)', "b'101010101010'"],
  ['BIT(64)', "b'1000000000000000000000000000000000000000000000000000000000000001'", "b'0'"],
  ['CHAR(10)', "'abc'", "''", "'ığüş€😀'"],
  ['CHAR(255)', "'é'", "REPEAT('😀',255)"],
  ['VARCHAR(200)', "'a\\0b\\n\"\\\\/'", "'türkçe 日本語 😀'"],
  ['VARCHAR(20000)', "REPEAT('x',20000)"],
  ['BINARY(8)', "x'0102'", "x'ffffffffffffffff'", "''"],
  ['CHAR(5) CHARACTER SET binary', "x'6100620000'", "''"],
  ['VARBINARY(300)', "x'00ff10'", "REPEAT(x'ab',300)"],
  ['TINYTEXT', "'tiny'"],
  ['MEDIUMTEXT', "REPEAT('ş',70000)"],
  ['LONGBLOB', "REPEAT(x'ab',70000)", "''"],
  ["ENUM('a','b,c','d''e','ç','')", "'b,c'", "'ç'", "'d''e'", "''", "'refused'"],
  ["ENUM('x','é') CHARACTER SET latin1", "'é'"],
  ["SET('x','y z','ü','w''w')", "'x,ü'", "''", "'w''w,x'"],
  ['POINT', "ST_GeomFromText('POINT(-1.5 1e10)')"],
  ['POINT SRID 4326', "ST_GeomFromText('POINT(10 20)',4326)"],
  ['POLYGON', "ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0),(5 5,7 5,7 7,5 7,5 5))')"],
  [
    'GEOMETRY',
    "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')",
    "ST_GeomFromText('POINT(1 2)',4326)",
  ],
]

function zooColumns(): string {
  return ZOO.map(([definition], i) => `c${i} ${definition}`).join(', ')
}

async function fillZoo(): Promise<void> {
  await session.query(`CREATE TABLE zoo (id INT PRIMARY KEY, ${zooColumns()}) ROW_FORMAT=DYNAMIC`)
  const rowCount = Math.max(...ZOO.map((entry) => entry.length))
  for (let row = 0; row < rowCount; row++) {
    const values = ZOO.map(([, ...cells]) => cells[row] ?? 'NULL')
    await session.query(`INSERT INTO zoo VALUES (${row}, ${values.join(', ')})`)
  }
}

const texts = (row: LoggedRow): (string | null)[] => row.map((cell) => cell?.json ?? null)

describe('the type zoo', () => {
  const MODES: Partial<ValueOptions>[] = [
    {},
    { timePrecision: 'connect', decimalHandling: 'double', bigintUnsignedHandling: 'precise', binaryHandling: 'hex' },
    { timePrecision: 'isostring', decimalHandling: 'string', binaryHandling: 'base64', enableTimeAdjuster: false },
    { timePrecision: 'microseconds', binaryHandling: 'base64-url-safe' },
    { timePrecision: 'nanoseconds' },
  ]
  beforeAll(fillZoo)

  test.each(MODES)('log and query agree under %o', async (parts) => {
    const options = optionsOf(parts)
    const model = await modelOf(session, 'zoo', 'zoo')
    const selected = await selectRows(session, model, options)
    const logged = readLoggedRows(server.dataFolder, model, options)
    expect(logged).toHaveLength(selected.length)
    for (const [i, row] of selected.entries()) {
      // TIMESTAMP text differs by design: the log keeps trailing zeros of the fraction.
      const untrimmed = (text: string | null): string | null =>
        text?.replace(/\.(\d*?)0*Z"$/, (_all, digits) => (digits === '' ? 'Z"' : `.${digits}Z"`)) ?? null
      expect(texts(logged[i]!).map(untrimmed)).toEqual(texts(row))
    }
  })

  test('what read answers is what writeJson writes', async () => {
    const options = optionsOf()
    const model = await modelOf(session, 'zoo', 'zoo')
    const { columnType } = await import('../src/index.ts')
    const schemas = model.columns.map((column) => columnType(column, 'text', options).schema)
    for (const row of readLoggedRows(server.dataFolder, model, options)) {
      for (const [i, cell] of row.entries())
        if (cell !== null) expect(cell.json).toBe(jsonOfValue(schemas[i]!, cell.value))
    }
  })
})

test('VECTOR', async () => {
  await session.query('CREATE TABLE vec (id INT PRIMARY KEY, v VECTOR(3))')
  await session.query("INSERT INTO vec VALUES (1, STRING_TO_VECTOR('[0,1e-10,3.4e38]'))")
  const model = await modelOf(session, 'zoo', 'vec')
  const selected = await selectRows(session, model, optionsOf())
  const logged = readLoggedRows(server.dataFolder, model, optionsOf())
  expect(logged.map(texts)).toEqual([['1', '[0.0,1.0E-10,3.4E38]']])
  expect(selected.map(texts)).toEqual(logged.map(texts))
})

describe('JSON', () => {
  test("the log's text means what the server's own text means", async () => {
    await session.query('CREATE TABLE js (id INT PRIMARY KEY AUTO_INCREMENT, j JSON)')
    const documents = [
      `'{"b":1,"a":[true,false,null,"s\\\\\\\\",-3,1.5],"":{},"long":"${'x'.repeat(200)}"}'`,
      "'[18446744073709551615,-9223372036854775808,65536,-32769,1e-7,1.5e300,0.1]'",
      "JSON_ARRAY(REPEAT('ab\"',30000), JSON_OBJECT('k', REPEAT('😀',20000)))",
      "JSON_ARRAY(CAST('-12:34:56.5' AS TIME(1)), CAST('838:59:59' AS TIME), CAST('2024-02-29' AS DATE))",
      "JSON_ARRAY(CAST('2024-02-29 01:02:03.000004' AS DATETIME(6)), CAST(-1234.5678 AS DECIMAL(20,4)))",
    ]
    for (const document of documents) await session.query(`INSERT INTO js (j) VALUES (${document})`)
    const options = optionsOf()
    const model = await modelOf(session, 'zoo', 'js')
    const selected = await selectRows(session, model, options)
    const logged = readLoggedRows(server.dataFolder, model, options)
    // The server prints all six fraction digits, Debezium none that are zero.
    const normal = (text: unknown): unknown =>
      JSON.parse(text as string, (_key, value) =>
        typeof value === 'string'
          ? value.replace(/^(-?\d+:\d\d:\d\d|.* \d\d:\d\d:\d\d)\.(\d*?)0+$/, (_all, head, digits) =>
              digits === '' ? head : `${head}.${digits}`,
            )
          : value,
      )
    expect(logged.map((row) => normal(row[1]?.value))).toEqual(selected.map((row) => normal(row[1]?.value)))
  })
})

describe('hidden columns', () => {
  test('functional and multi-valued indexes add nothing to the row images', async () => {
    await session.query(
      "CREATE TABLE hidden (id INT PRIMARY KEY, j JSON, a INT, KEY f ((a+1)), KEY m ((CAST(j->'$.z' AS UNSIGNED ARRAY))))",
    )
    await session.query(`INSERT INTO hidden VALUES (1, '{"z":[1,2]}', 5)`)
    const model = await modelOf(session, 'zoo', 'hidden')
    const [row] = readLoggedRows(server.dataFolder, model, optionsOf())
    expect(texts(row!)).toEqual(['1', '"{\\"z\\":[1,2]}"', '5'])
  })
})

describe('character sets', () => {
  const CHARSETS = (
    'armscii8 ascii big5 cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030 gb2312 gbk geostd8 greek ' +
    'hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis swe7 tis620 ucs2 ujis utf16 utf16le utf32 utf8mb3 utf8mb4'
  ).split(' ')
  const ROW_CHARACTERS = 256
  const WIDE = new Set(['gb18030', 'utf16', 'utf16le', 'utf32', 'utf8mb4'])

  test.each(CHARSETS)('%s: every character it has', async (charset) => {
    await session.query(
      `CREATE TABLE cs_${charset} (id INT PRIMARY KEY, v VARCHAR(${ROW_CHARACTERS}) CHARACTER SET ${charset})`,
    )
    const last = WIDE.has(charset) ? 0x110000 : 0x10000
    for (let from = 0; from < last; from += ROW_CHARACTERS * 64) {
      const rows: string[] = []
      for (let row = from; row < Math.min(last, from + ROW_CHARACTERS * 64); row += ROW_CHARACTERS) {
        let text = ''
        for (let i = row; i < row + ROW_CHARACTERS; i++) if (i < 0xd800 || i > 0xdfff) text += String.fromCodePoint(i)
        if (text !== '') rows.push(`(${row}, _utf8mb4 x'${Buffer.from(text).toString('hex')}')`)
      }
      if (rows.length > 0) await session.query(`INSERT IGNORE INTO cs_${charset} VALUES ${rows.join(',')}`)
    }
    const model = await modelOf(session, 'zoo', `cs_${charset}`)
    const options = optionsOf()
    const selected = await selectRows(session, model, options)
    const logged = readLoggedRows(server.dataFolder, model, options)
    expect(logged).toHaveLength(selected.length)
    const differences: string[] = []
    for (const [i, row] of selected.entries()) {
      if (row[1]?.json === logged[i]?.[1]?.json) continue
      const [fromQuery, fromLog] = [row, logged[i]!].map((cells) => Array.from(cells[1]?.value as string))
      fromQuery!.forEach((character, at) => {
        if (character !== fromLog![at])
          differences.push(
            `${character.codePointAt(0)!.toString(16)} is ${fromLog![at]?.codePointAt(0)?.toString(16)} in the log`,
          )
      })
    }
    expect(differences.slice(0, 20)).toEqual([])
  })
})
