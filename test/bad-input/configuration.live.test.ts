// Configurations, requests and servers that do not do: what REST answers, and that the remedy is named. Where Debezium has a text of its
// own it is kept to the letter; the remedy then stands in the header millrace-hint and in the log.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Changes, Lab } from './lab.ts'

let lab: Lab
let withoutLog: MysqlServer
beforeAll(async () => {
  ;[lab, withoutLog] = await Promise.all([Lab.start(), startMysql({ gtidMode: 'OFF', args: ['--skip-log-bin'] })])
  await withoutLog.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%';")
  const all = ['SELECT', 'RELOAD', 'SHOW DATABASES', 'REPLICATION SLAVE', 'REPLICATION CLIENT']
  const without = (user: string, privilege: string) =>
    `CREATE USER ${user}@'%' IDENTIFIED BY 'x'; GRANT ${all.filter((word) => word !== privilege).join(', ')} ON *.* TO ${user}@'%';`
  await lab.mysql.sql(
    [
      without('noclient', 'REPLICATION CLIENT'),
      without('noslave', 'REPLICATION SLAVE'),
      without('noselect', 'SELECT'),
      without('noreload', 'RELOAD'),
      without('noshow', 'SHOW DATABASES'),
    ].join('\n'),
  )
})
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
  await withoutLog?.stop()
})

const HEAD = (count: number) => `Connector configuration is invalid and contains the following ${count} error(s):`
const TAIL =
  'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`'
const REACH = 'Error during connection validation: io.debezium.DebeziumException: '
const as = (user: string): Changes => ({ 'database.user': user, 'database.password': 'x' })

describe('refused at once', () => {
  test.each<
    [what: string, changes: Changes, option: string, errors: readonly (string | RegExp)[], hint: string | RegExp]
  >([
    [
      'wrong password',
      { 'database.password': 'bad' },
      'database.hostname',
      ["Unable to connect: Access denied for user 'dbz'@'localhost' (using password: YES)"],
      /^Check database\.user and database\.password, and that the account may log in from this host/,
    ],
    [
      'unknown host',
      { 'database.hostname': 'no-such-host.invalid' },
      'database.hostname',
      [`${REACH}Failed to establish connection with the database: `],
      /no-such-host\.invalid.*Check database\.hostname/,
    ],
    [
      'nobody listens at the port',
      { 'database.port': '1' },
      'database.hostname',
      [`${REACH}Failed to establish connection with the database: `],
      /ECONNREFUSED.*Check database\.hostname and database\.port/,
    ],
    [
      'port out of range',
      { 'database.port': '70000' },
      'database.hostname',
      [`${REACH}Failed to establish connection with the database: `],
      'Set database.port to a number from 1 to 65535.',
    ],
    [
      'REPLICATION CLIENT missing',
      as('noclient'),
      'database.hostname',
      [
        /^Error during connection validation: io\.debezium\.DebeziumException: MySQL version \S+ should support SHOW BINARY LOG STATUS but it failed\. Check database permissions or connectivity\.$/,
      ],
      "Run on the server: GRANT REPLICATION CLIENT ON *.* TO 'user'@'host';",
    ],
    [
      'certificate asked for that the server has not',
      { 'database.ssl.mode': 'verify_ca' },
      'database.hostname',
      [`${REACH}Failed to establish connection with the database: `],
      /certificate.*database\.ssl\.mode/,
    ],
    [
      'option missing',
      { 'topic.prefix': null },
      'topic.prefix',
      ["The 'topic.prefix' value is invalid: A value is required"],
      '',
    ],
    [
      'word unknown',
      { 'decimal.handling.mode': 'exact' },
      'decimal.handling.mode',
      ["The 'decimal.handling.mode' value is invalid: Value must be one of string, double, precise"],
      '',
    ],
    [
      'not a number',
      { 'max.batch.size': 'many' },
      'max.batch.size',
      [
        "The 'max.batch.size' value is invalid: An integer is expected",
        "The 'max.batch.size' value is invalid: A positive, non-zero integer value is expected",
      ],
      '',
    ],
    [
      'transform unknown',
      { transforms: 'x', 'transforms.x.type': 'no.such.Transform' },
      'transforms.x.type',
      [
        'Invalid value no.such.Transform for configuration transforms.x.type: Class no.such.Transform could not be found.',
      ],
      '',
    ],
    [
      'converter unknown',
      { 'value.converter': 'no.such.Converter' },
      'value.converter',
      [
        'Invalid value no.such.Converter for configuration value.converter: Class no.such.Converter could not be found.',
      ],
      '',
    ],
  ])('%s', async (_what, changes, option, errors, hint) => {
    const matching = errors.map((error) => (typeof error === 'string' ? error : expect.stringMatching(error)))
    const remedy = typeof hint === 'string' ? hint : expect.stringMatching(hint)
    expect(await lab.validate(changes)).toEqual({ errors: { [option]: matching }, hint: remedy })
    const from = lab.log().length
    const answer = await lab.create('refused', changes)
    const lines = answer.message.split('\n')
    expect(answer.status).toBe(400)
    expect(lines).toEqual([HEAD(errors.length), ...matching, TAIL])
    if (hint !== '') expect(answer.hint).toEqual(remedy)
    const line = await lab.logged(from, 'WARN', 'configuration refused', '"connector":"refused"')
    if (hint !== '') expect(line).toContain(JSON.stringify(answer.hint).slice(1, -1))
    expect((await lab.call('GET', '/connectors')).body).toEqual([])
  })

  test('binary logging off', async () => {
    const changes = { 'database.port': String(withoutLog.port) }
    const { errors } = await lab.validate(changes)
    expect(errors['database.hostname']?.[0]).toContain(
      'binary logging is off (log_bin=OFF); start the server with --log-bin',
    )
    const { status, message } = await lab.create('refused', changes)
    expect(status).toBe(400)
    expect(message).toContain('--log-bin, --server-id and --binlog-format=ROW, without --skip-log-bin')
  })

  test('an option that is not built', async () => {
    const { status, message, hint } = await lab.create('refused', { 'snapshot.query.mode': 'custom' })
    expect(status).toBe(400)
    expect(message).toContain("Option 'snapshot.query.mode' is not supported yet")
    expect(hint).toContain('Remove the option or plugin that the message names')
  })

  test('class unknown: those that exist are listed', async () => {
    const { status, message, hint } = await lab.create('refused', { 'connector.class': 'no.such.Connector' })
    expect(status).toBe(400)
    expect(message).toContain(
      'Failed to find any class that implements Connector and which name matches no.such.Connector, available connectors are: ',
    )
    expect(message).toContain('io.debezium.connector.mysql.MySqlConnector')
    expect(hint).toContain('GET /connector-plugins')
  })
})

describe('bodies that are no requests', () => {
  const [create, config] = ['/connectors', '/connectors/x/config']
  test.each([
    [
      'POST',
      create,
      '{"name":"x", config',
      500,
      "Unexpected character ('c' (code 99)): was expecting double-quote to start field name",
    ],
    ['POST', create, 'name=x', 500, "Unrecognized token 'name'"],
    ['POST', create, '{"name":"x"', 500, 'expected close marker for Object'],
    ['POST', create, '', 500, 'A JSON object is missing; expected a connector (name, config, initial_state)'],
    ['POST', create, '[]', 500, 'A JSON object is expected (a connector (name, config, initial_state)), not an array'],
    ['POST', create, '{"name":"x"}', 500, 'expected config: a map of texts'],
    [
      'POST',
      create,
      '{"name":"x","cfg":{}}',
      500,
      'Unrecognized field "cfg" in a connector; known are name, config, initial_state',
    ],
    [
      'POST',
      create,
      '{"name":"x","config":{"a":{}}}',
      500,
      'The value of config member "a" must be a text, not an object',
    ],
    ['POST', create, '{"name":"x","config":{}}', 400, 'Connector config {name=x} contains no connector type'],
    ['PUT', config, '{"connector.class":', 500, 'Unexpected end-of-input'],
    ['PUT', config, '{}', 400, 'contains no connector type'],
    ['PUT', '/connector-plugins/MySqlConnector/config/validate', '{"a":1,}', 500, 'line: 1, column: 8'],
  ])('%s %s %s', async (method, path, body, status, message) => {
    expect(await lab.call(method, path, body)).toMatchObject({ status, message: expect.stringContaining(message) })
  })

  test('another content type', async () => {
    const answer = await fetch(`${lab.millrace.rest}/connectors`, { method: 'POST', body: '{"name":"x","config":{}}' })
    expect(answer.status).toBe(415)
  })
})

describe('found when the task starts', () => {
  /** The trace of a connector that was accepted. */
  async function traceOf(name: string, changes: Changes): Promise<string> {
    expect((await lab.create(name, changes)).status).toBe(201)
    try {
      return await lab.failure(name)
    } finally {
      await lab.delete(name)
    }
  }

  test('REPLICATION SLAVE missing: before the snapshot', async () => {
    const trace = await traceOf('noslave', as('noslave'))
    expect(trace).toMatch(/^io\.debezium\.DebeziumException: The account may not read the binary log: /)
    expect(trace).toContain('REPLICATION SLAVE privilege')
    expect(trace).toContain("Run on the server: GRANT REPLICATION SLAVE ON *.* TO 'user'@'host';")
    expect(lab.log()).not.toMatch(/snapshot started .*"noslave"/)
  })

  test('RELOAD missing', async () => {
    const trace = await traceOf('noreload', as('noreload'))
    expect(trace).toContain('RELOAD or FLUSH_TABLES privilege')
    expect(trace).toContain("GRANT RELOAD, LOCK TABLES ON *.* TO 'user'@'host';")
    expect(trace).toContain('snapshot.locking.mode=none')
  })

  test('RELOAD missing but no lock wanted: it runs', async () => {
    await lab.stream('nolock', { ...as('noreload'), 'snapshot.locking.mode': 'none' })
    expect((await lab.status('nolock')).tasks[0]?.state).toBe('RUNNING')
    await lab.delete('nolock')
  })

  test('SELECT missing: runs and captures nothing, as in Debezium, but the log says why', async () => {
    const from = lab.log().length
    await lab.stream('noselect', as('noselect'))
    const line = await lab.logged(from, 'WARN', 'no table is captured', '"noselect"')
    expect(line).toContain('that the account has SELECT on them')
    await lab.delete('noselect')
  })

  test('SHOW DATABASES missing: not needed beside SELECT', async () => {
    await lab.stream('noshow', as('noshow'))
    await lab.delete('noshow')
  })

  test.each([
    ['binlog_format', 'STATEMENT', 'ROW'],
    ['binlog_format', 'MIXED', 'ROW'],
    ['binlog_row_image', 'MINIMAL', 'FULL'],
  ])('%s=%s', async (variable, value, wanted) => {
    await lab.mysql.sql(`SET GLOBAL ${variable}='${value}'`)
    try {
      const lines = (await traceOf('format', {})).split('\n')
      expect(lines[0]).toBe(
        `io.debezium.DebeziumException: The database server is not configured to use a ${wanted} ${variable}, which is required for this ` +
          `connector to work properly. Change the database configuration to use a ${variable}=${wanted} and restart the connector.`,
      )
      expect(lines[1]).toContain(`SET PERSIST ${variable}='${wanted}'; then reconnect the sessions that write`)
    } finally {
      await lab.mysql.sql(`SET GLOBAL ${variable}='${wanted}'`)
    }
  })

  test('no topic for the schema history', async () => {
    const trace = await traceOf('nohistory', { 'schema.history.internal.kafka.topic': null })
    expect(trace).toContain("The 'schema.history.internal.kafka.topic' value is invalid: A value is required")
    expect(trace).toContain('Set schema.history.internal.kafka.topic in the')
  })

  test('brokers of the schema history cannot be reached', async () => {
    const lines = (await traceOf('lost', { 'schema.history.internal.kafka.bootstrap.servers': '127.0.0.1:1' })).split(
      '\n',
    )
    expect(lines[0]).toBe(
      'org.apache.kafka.common.errors.TimeoutException: Timeout expired while fetching topic metadata',
    )
    expect(lines[1]).toContain('The schema history topic lost.history cannot be used: cannot connect to 127.0.0.1:1')
    expect(lines.at(-2)).toContain('Check schema.history.internal.kafka.bootstrap.servers (127.0.0.1:1)')
  })

  test('SELECT override that the server refuses', async () => {
    await lab.mysql.sql("REPLACE INTO app.t VALUES (1, 'a')")
    const option = 'snapshot.select.statement.overrides'
    const trace = await traceOf('override', { [option]: 'app.t', [`${option}.app.t`]: 'SELECT nope FROM t' })
    expect(trace).toContain(
      'org.apache.kafka.connect.errors.ConnectException: Snapshotting of table app.t failed: No database selected',
    )
    expect(trace).toContain('Correct the statement of the option snapshot.select.statement.overrides.app.t')
  })

  test.each<[string, Changes, string, string]>([
    [
      'transform',
      {
        transforms: 'x',
        'transforms.x.type': 'org.apache.kafka.connect.transforms.ValueToKey',
        'transforms.x.fields': 'nope',
      },
      'Field does not exist: nope',
      'Check the options of the transform',
    ],
    [
      'converter',
      { 'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter' },
      'Invalid schema type for ByteArrayConverter: STRUCT',
      'Choose a converter that fits the schema',
    ],
  ])('a %s that cannot take the records', async (what, changes, cause, remedy) => {
    await lab.mysql.sql("REPLACE INTO app.t VALUES (1, 'a')")
    const lines = (await traceOf(what, changes)).split('\n')
    expect(lines[0]).toBe('org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler')
    expect(lines[1]).toBe(`Caused by: org.apache.kafka.connect.errors.DataException: ${cause}`)
    expect(lines[2]).toContain(remedy)
  })
})
