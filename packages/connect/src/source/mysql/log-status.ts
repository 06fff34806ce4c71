// What the connector asks a server about itself and its log, and what makes it refuse.
import { type ControlConnection, MysqlServerError } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { FlavourName } from '../../config/mysql/mysql-config.ts'
import { cdcErrorOf } from './stream-errors.ts'

const DEBEZIUM = 'io.debezium.DebeziumException'
const SPECIFIC_ACCESS_DENIED = 1227

/** Where the server's log ends. */
export interface LogStatus {
  readonly file: string
  readonly position: number
  /** Executed GTIDs, without white space; empty without GTIDs. */
  readonly executedGtids: string
}

/** What a server says of itself. */
export interface ServerFacts {
  readonly version: string
  readonly serverId: number
  readonly serverUuid: string
  readonly hasGtids: boolean
  readonly executedGtids: string
  readonly purgedGtids: string
  /** Names of the log files that are still there, oldest first. */
  readonly logFiles: readonly string[]
  /** Bytes of each of them. */
  readonly logSizes: ReadonlyMap<string, number>
  readonly binlogFormat: string
  readonly rowImage: string
  readonly rowValueOptions: string
  /** The session's zone as `+hh:mm` or a name; `SYSTEM` is resolved. */
  readonly timeZone: string
  /** `lower_case_table_names` is 0: names differ by case. */
  readonly isCaseSensitive: boolean
}

/** One statement to its rows: a control connection's or a text session's `query`. */
export type AskServer = ControlConnection['query']

/**
 * Reads the end of the log: `SHOW BINARY LOG STATUS`, on servers before 8.4 `SHOW MASTER STATUS`. Throws CDC_AUTH_PRIVILEGE without
 * REPLICATION CLIENT, CDC_CONFIG_INVALID with binary logging off.
 */
export async function readLogStatus(ask: AskServer, version: string): Promise<LogStatus> {
  const isNew = !/mariadb/i.test(version) && versionNumber(version) >= 8004
  const words = isNew ? 'BINARY LOG' : 'MASTER'
  const statement = `SHOW ${words} STATUS`
  const rows = await ask(statement).catch((thrown: unknown) => {
    if (!(thrown instanceof MysqlServerError) || !/ACCESS_DENIED|DENIED/.test(thrown.code)) throw cdcErrorOf(thrown)
    throw new CdcError(
      'CDC_AUTH_PRIVILEGE',
      `MySQL version ${version} should support ${statement} but it failed. Check database permissions or connectivity.`,
      { hint: `Run on the server: ${grantStatement('REPLICATION CLIENT')}`, cause: thrown },
    )
  })
  const [file, position, , , gtids] = rows[0] ?? []
  if (file === undefined || file === null) {
    const remedy = 'start the server with --log-bin, --server-id and --binlog-format=ROW, without --skip-log-bin'
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `Cannot read the binlog filename and position via '${statement}'. Make sure your server is correctly configured: ` +
        `binary logging is off (log_bin=OFF); ${remedy}`,
      { hint: `The variable log_bin cannot be set while the server runs: ${remedy}.`, javaClass: DEBEZIUM },
    )
  }
  return { file, position: Number(position), executedGtids: (gtids ?? '').replaceAll(/\s/g, '') }
}

/** Asks all of {@link ServerFacts}. Throws CdcErrors, CDC_UNSUPPORTED for a server of the other flavour. */
export async function readServerFacts(ask: AskServer, flavour: FlavourName = 'mysql'): Promise<ServerFacts> {
  try {
    const [basics = []] = await ask(
      'SELECT VERSION(), @@GLOBAL.server_id, @@SESSION.time_zone, @@GLOBAL.system_time_zone, @@GLOBAL.lower_case_table_names, @@GLOBAL.log_bin',
    )
    const [version, serverId, sessionZone, systemZone, lowerCase, logBin] = basics
    checkFlavour(version ?? '', flavour)
    if (logBin !== '1') await readLogStatus(async () => [], version ?? '')
    const variables = new Map<string, string>()
    for (const [name, value] of await ask(
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('gtid_mode','gtid_executed','gtid_purged','gtid_binlog_pos','server_uuid','server_uid','binlog_format','binlog_row_image','binlog_row_value_options')",
    )) {
      variables.set(name ?? '', value ?? '')
    }
    await readLogStatus(ask, version ?? '')
    await checkMayStream(ask, version ?? '')
    const files = await ask('SHOW BINARY LOGS')
    const gtids = flavour === 'mysql' ? mysqlGtids(variables) : await mariadbGtids(ask, variables, files[0]?.[0] ?? '')
    return {
      version: version ?? '',
      serverId: Number(serverId),
      serverUuid: variables.get('server_uuid') ?? variables.get('server_uid') ?? '',
      ...gtids,
      logFiles: files.map(([file]) => file ?? ''),
      logSizes: new Map(files.map(([file, size]) => [file ?? '', Number(size)])),
      // Gone from the newest servers, which know ROW only.
      binlogFormat: variables.get('binlog_format') ?? 'ROW',
      rowImage: variables.get('binlog_row_image') ?? 'FULL',
      rowValueOptions: variables.get('binlog_row_value_options') ?? '',
      timeZone: zoneOf(sessionZone ?? 'SYSTEM', systemZone ?? 'UTC'),
      isCaseSensitive: lowerCase === '0',
    }
  } catch (thrown) {
    throw cdcErrorOf(thrown)
  }
}

/** A connector reads servers of its own flavour only: positions, statements and types are not the other's. */
function checkFlavour(version: string, flavour: FlavourName): void {
  const isMariaDb = /mariadb/i.test(version)
  if (isMariaDb === (flavour === 'mariadb')) return
  const [own, other, name] = isMariaDb
    ? ['MySQL', 'MariaDB', 'mariadb.MariaDbConnector']
    : ['MariaDB', 'MySQL', 'mysql.MySqlConnector']
  throw new CdcError('CDC_UNSUPPORTED', `The ${own} connector does not read ${other} (${version})`, {
    hint: `Set connector.class=io.debezium.connector.${name}.`,
  })
}

type GtidFacts = Pick<ServerFacts, 'hasGtids' | 'executedGtids' | 'purgedGtids'>

function mysqlGtids(variables: ReadonlyMap<string, string>): GtidFacts {
  const setOf = (name: string) => (variables.get(name) ?? '').replaceAll(/\s/g, '')
  const hasGtids = /^ON/i.test(variables.get('gtid_mode') ?? 'OFF')
  return { hasGtids, executedGtids: setOf('gtid_executed'), purgedGtids: setOf('gtid_purged') }
}

/** MariaDB always counts; what is purged is what lies before its oldest log file. */
async function mariadbGtids(
  ask: AskServer,
  variables: ReadonlyMap<string, string>,
  oldestFile: string,
): Promise<GtidFacts> {
  const name = oldestFile.replace(/[\\']/g, '\\$&')
  const [row] = await ask(`SELECT BINLOG_GTID_POS('${name}', 4)`)
  return { hasGtids: true, executedGtids: variables.get('gtid_binlog_pos') ?? '', purgedGtids: row?.[0] ?? '' }
}

/** The statement that gives privileges to an account; its name is the reader's to fill in, no question tells it to all accounts. */
export function grantStatement(privileges: string): string {
  return `GRANT ${privileges} ON *.* TO 'user'@'host';`
}

/**
 * A missing REPLICATION SLAVE would show only when a snapshot of hours is done: the list of replicas, which asks for the same privilege,
 * tells it at once. Throws CDC_AUTH_PRIVILEGE.
 */
async function checkMayStream(ask: AskServer, version: string): Promise<void> {
  try {
    const isNew = !/mariadb/i.test(version) && versionNumber(version) >= 8000
    await ask(isNew ? 'SHOW REPLICAS' : 'SHOW SLAVE HOSTS')
  } catch (thrown) {
    if (!(thrown instanceof MysqlServerError) || thrown.errno !== SPECIFIC_ACCESS_DENIED) return
    throw new CdcError('CDC_AUTH_PRIVILEGE', `The account may not read the binary log: ${thrown.message}`, {
      hint: `Run on the server: ${grantStatement('REPLICATION SLAVE')}`,
      cause: thrown,
    })
  }
}

/**
 * Refuses a server whose log does not carry rows, in Debezium's words; NOBLOB is enough, see absent-value.ts. Throws CDC_CONFIG_INVALID.
 */
export function checkLogFormat({ binlogFormat, rowImage }: ServerFacts): void {
  if (binlogFormat.toUpperCase() !== 'ROW') throw notConfigured('ROW', 'binlog_format')
  if (!/^(FULL|NOBLOB)$/i.test(rowImage)) throw notConfigured('FULL', 'binlog_row_image')
}

function notConfigured(value: string, variable: string): CdcError {
  return new CdcError(
    'CDC_CONFIG_INVALID',
    `The database server is not configured to use a ${value} ${variable}, which is required for this connector to work properly. ` +
      `Change the database configuration to use a ${variable}=${value} and restart the connector.`,
    {
      hint: `Run on the server: SET PERSIST ${variable}='${value}'; then reconnect the sessions that write, and restart the connector.`,
      javaClass: DEBEZIUM,
    },
  )
}

function zoneOf(session: string, system: string): string {
  if (session !== 'SYSTEM') return session
  return system === 'UTC' || system === 'GMT' ? '+00:00' : system
}

function versionNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major * 1000 + minor
}
