// Options, URLs, and values as text: what needs no server.
import { describe, expect, test } from 'vitest'
import { primitive } from '../../src/data/schema-builder.ts'
import { parseJdbcConfig } from '../../src/sink/jdbc/jdbc-config.ts'
import { parseJdbcUrl } from '../../src/sink/jdbc/jdbc-url.ts'
import { arrayText, postgresType } from '../../src/sink/jdbc/postgres-types.ts'
import { dateText, timestampText, timeText } from '../../src/sink/jdbc/temporal-text.ts'

const URL = { 'connection.url': 'jdbc:postgresql://db:5433/shop' }

describe('options', () => {
  test('names of earlier releases stand for those of today', () => {
    expect(parseJdbcConfig({ ...URL, 'table.name.format': 'x_${topic}' }).collectionFormat).toBe('x_${topic}')
  })

  test.each([
    [{ 'insert.mode': 'upsert' }, /primary.key.mode must not be none/],
    [{ 'insert.mode': 'merge' }, /insert.mode/],
    [{ 'delete.enabled': 'true' }, /record_key/],
    [{ 'batch.size': '0' }, /batch.size/],
    [{ 'column.naming.strategy': 'my.Naming' }, /my.Naming is not supported/],
    [{ 'field.include.list': 'a', 'field.exclude.list': 'b' }, /together/],
  ])('%j is refused', (options, message) => {
    expect(() => parseJdbcConfig({ ...URL, ...options })).toThrow(message)
  })

  test('fields are chosen by topic and name, or by name', () => {
    const { takesField } = parseJdbcConfig({ ...URL, 'field.include.list': 'orders:.*, id' })
    expect([takesField('orders', 'x'), takesField('other', 'id'), takesField('other', 'x')]).toEqual([
      true,
      true,
      false,
    ])
  })
})

test('JDBC URLs are read; other databases are named', () => {
  expect(parseJdbcUrl('jdbc:mysql://[::1]/a?sslMode=REQUIRED')).toMatchObject({
    kind: 'mysql',
    host: '::1',
    port: 3306,
    database: 'a',
  })
  expect(() => parseJdbcUrl('jdbc:oracle:thin:@db:1521/x')).toThrow(/oracle/)
  expect(() => parseJdbcUrl('postgresql://db')).toThrow(/no JDBC URL/)
})

test('times as text', () => {
  expect(dateText(0)).toBe('1970-01-01')
  expect([dateText(-719_528), dateText(-719_529)]).toEqual(['0001-01-01 BC', '0002-12-31 BC'])
  expect(timestampText(-1000n)).toBe('1969-12-31 23:59:59.999999')
  expect(timestampText(253_402_300_799_000_000_000n)).toBe('9999-12-31 23:59:59')
  expect(timeText(-3_020_399_000_000_000n)).toBe('-838:59:59')
})

test('array literals keep what is in them', () => {
  expect(arrayText(['1', null, 'a"\\b', '', 'NULL', '{,}'])).toBe('{1,NULL,"a\\"\\\\b","","NULL","{,}"}')
})

test('a time of more than a day is refused, 24:00 is not', () => {
  const { text } = postgresType(primitive('int64', { name: 'io.debezium.time.MicroTime' }), 'public')
  expect(text(86_400_000_000n)).toBe('24:00:00')
  expect(() => text(-1n)).toThrow(/not within one day/)
})

test('propagated lengths and types decide', () => {
  const of = (type: string, length: string) => ({
    parameters: { '__debezium.source.column.type': type, '__debezium.source.column.length': length },
  })
  expect(postgresType(primitive('string', of('VARCHAR', '30')), 'public').sqlType).toBe('varchar(30)')
  expect(postgresType(primitive('string', of('INET', '0')), 'public').sqlType).toBe('inet')
})
