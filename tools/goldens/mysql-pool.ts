// The MySQL servers of the goldens: started when first needed, brought back to the state that a recording began with before each scenario.
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import type { Scenario } from './scenario.ts'

const SYSTEM = ['mysql', 'sys', 'information_schema', 'performance_schema', 'test']

/** Global variables that scenarios set, with the value they have when a scenario does not. */
const defaults = new WeakMap<MysqlServer, Map<string, string>>()

/** Starts at most one server per kind. */
export class MysqlPool {
  readonly #servers = new Map<string, Promise<MysqlServer>>()

  /** The server for the scenario, clean: no user database, default variables, empty binary log. */
  async prepared(scenario: Scenario): Promise<MysqlServer> {
    const kind = scenario.server
    let pending = this.#servers.get(kind)
    if (pending === undefined) {
      pending = start(kind)
      this.#servers.set(kind, pending)
    }
    const server = await pending
    await reset(server, scenario)
    return server
  }

  /** Ends every server. */
  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(async (server) => (await server).stop()))
  }
}

async function start(kind: Scenario['server']): Promise<MysqlServer> {
  const server = await startKind(kind)
  await server.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%' WITH GRANT OPTION;")
  defaults.set(server, new Map())
  return server
}

async function startKind(kind: Scenario['server']): Promise<MysqlServer> {
  switch (kind) {
    case 'gtid':
      return startMysql({ gtidMode: 'ON' })
    case 'nogtid':
      return startMysql({ gtidMode: 'OFF' })
    case 'mariadb-10.11':
      return startMariadb({ version: '10.11' })
    case 'mariadb-11.8':
      // What Debezium asks for; without it events inside a transaction tell no position.
      return startMariadb({ version: '11.8', args: ['--binlog-legacy-event-pos=1'] })
  }
}

async function reset(server: MysqlServer, scenario: Scenario): Promise<void> {
  const databases = (await server.sql('SHOW DATABASES'))
    .split('\n')
    .filter((name) => name !== '' && !SYSTEM.includes(name))
  const before = defaults.get(server) as Map<string, string>
  const statements = databases.map((name) => `DROP DATABASE \`${name}\`;`)
  for (const [name, value] of before) statements.push(`SET GLOBAL ${name}=${value};`)
  statements.push("SET GLOBAL time_zone='+00:00';", `SET GLOBAL server_id=${scenario.serverId};`)
  await server.sql(statements.join('\n'))
  for (const [name, value] of Object.entries(scenario.serverVariables)) {
    if (!before.has(name)) before.set(name, literal((await server.sql(`SELECT @@GLOBAL.${name}`)).trim()))
    await server.sql(`SET GLOBAL ${name}=${literal(String(value))};`)
  }
  await server.sql(scenario.server.startsWith('mariadb') ? 'RESET MASTER;' : 'RESET BINARY LOGS AND GTIDS;')
}

const literal = (value: string) => (/^-?\d+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`)
