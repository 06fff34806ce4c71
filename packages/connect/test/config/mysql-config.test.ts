import { expect, test } from 'vitest'
import { CdcError } from '../../src/base/errors.ts'
import { parseMysqlConfig, splitStatements } from '../../src/config/mysql/mysql-config.ts'
import { goldenConfig, hasGoldens, scenarios } from '../support/goldens.ts'

const FORMER_A = {
  name: 'cdc-python-netcore-connector',
  'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
  'tasks.max': '1',
  'database.hostname': 'mysql',
  'database.port': '3306',
  'database.user': 'django',
  'database.password': 'django',
  'database.server.id': '123321',
  'database.server.name': 'cdc-mysql',
  'database.include.list': 'djangodb',
  'database.history.kafka.bootstrap.servers': 'kafka:9092',
  'database.history.kafka.topic': 'schema-changes.djangodb',
}

test('a Debezium 1.x registration is accepted, with one warning for each former name', () => {
  const { config, warnings } = parseMysqlConfig(FORMER_A)
  expect(config.topicPrefix).toBe('cdc-mysql')
  expect(config.serverId).toBe(123321)
  expect(config.history.kafkaTopic).toBe('schema-changes.djangodb')
  expect(config.history.kafkaBootstrapServers).toBe('kafka:9092')
  expect(warnings).toHaveLength(3)
  expect(warnings[0]).toContain("'database.server.name' is now called 'topic.prefix'")
})

test('a 1.x registration without server id gets a stable one; a present one does not', () => {
  const { 'database.server.id': _id, ...former } = FORMER_A
  const first = parseMysqlConfig(former)
  expect(first.config.serverId).toBe(parseMysqlConfig(former).config.serverId)
  expect(first.config.serverId).toBeGreaterThanOrEqual(1_000_000_000)
  expect(first.warnings.join()).toContain("'database.server.id' is not set")
  const { 'database.server.name': prefix, ...rest } = former
  const present = { ...rest, 'topic.prefix': prefix }
  for (const name of Object.keys(present))
    if (name.startsWith('database.history')) Reflect.deleteProperty(present, name)
  expect(() => parseMysqlConfig(present)).toThrow("The 'database.server.id' value is invalid: A value is required")
})

test('all faults are reported together, each with its option', () => {
  try {
    parseMysqlConfig({ 'snapshot.mode': 'sometimes', 'database.port': 'x', 'table.include.list': 'a.(' })
    expect.unreachable()
  } catch (thrown) {
    const error = CdcError.from(thrown)
    expect(error.code).toBe('CDC_CONFIG_INVALID')
    const names = (error.details.options as { name: string }[]).map((fault) => fault.name)
    expect(names).toEqual(
      expect.arrayContaining(['snapshot.mode', 'database.port', 'table.include.list', 'topic.prefix', 'database.user']),
    )
  }
})

test('filters match whole names without case, and built-in databases stay out', () => {
  const { config } = parseMysqlConfig({ ...FORMER_A, 'table.include.list': 'djangodb\\.polls_.*,djangodb.auth_user' })
  const { filters } = config
  expect(filters.includesTable('djangodb', 'polls_question')).toBe(true)
  expect(filters.includesTable('DjangoDB', 'AUTH_USER')).toBe(true)
  expect(filters.includesTable('djangodb', 'auth_user_groups')).toBe(false)
  expect(filters.includesTable('other', 'polls_question')).toBe(false)
  expect(filters.includesDatabase('mysql')).toBe(false)
})

test('initial statements split at single semicolons', () => {
  expect(splitStatements('SET a=1; SET b=";;" ;')).toEqual(['SET a=1', 'SET b=";"'])
})

test.skipIf(!hasGoldens)('every recorded connector configuration parses', () => {
  const values = {
    host: '127.0.0.1',
    port: '3306',
    user: 'dbz',
    password: 'dbz',
    bootstrap: 'b:9092',
    signalFile: '/tmp/s',
  }
  for (const scenario of scenarios()) {
    const given = Object.entries(goldenConfig(scenario)).map(([key, value]) => [
      key,
      value.replace(/\$\{(\w+)\}/g, (text, name: keyof typeof values) => values[name] ?? text),
    ])
    expect(() => parseMysqlConfig(Object.fromEntries(given)), scenario).not.toThrow()
  }
})
