// `manage check`: is this database ready for the site and for change capture? Each finding names its remedy.
import type { EntityManager } from '@mikro-orm/mysql'
import { pendingMigrations } from '../migrate/migrate.ts'

/** One thing that is not as it should be. */
export interface Finding {
  readonly level: 'error' | 'warning'
  readonly text: string
  readonly hint: string
}

/** Looks at migrations, binlog settings, grants and character set; an empty list means all is well. */
export async function checkDatabase(em: EntityManager): Promise<Finding[]> {
  const findings: Finding[] = []
  const pending = await pendingMigrations(em)
  if (pending.length > 0) {
    findings.push({
      level: 'error',
      text: `${pending.length} migrations are not applied.`,
      hint: 'Run "manage migrate".',
    })
  }
  const variables = await variablesOf(em)
  const want = (name: string, good: (value: string) => boolean, hint: string) => {
    const value = variables.get(name)
    if (value !== undefined && !good(value)) {
      findings.push({ level: 'error', text: `${name} is ${value}: changes cannot be captured.`, hint })
    }
  }
  want('log_bin', (value) => value === 'ON', 'Start the server with --log-bin and --server-id=1.')
  want('binlog_format', (value) => value === 'ROW', 'SET GLOBAL binlog_format = ROW;')
  want('binlog_row_image', (value) => value === 'FULL', "SET GLOBAL binlog_row_image = 'FULL';")
  want('server_id', (value) => value !== '0', 'Give the server a --server-id other than 0.')
  findings.push(...(await grantFindings(em)), ...(await charsetFindings(em)))
  return findings
}

async function variablesOf(em: EntityManager): Promise<Map<string, string>> {
  const rows = await em.execute<{ Variable_name: string; Value: string }[]>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format', 'binlog_row_image', 'server_id')",
  )
  return new Map(rows.map((row) => [row.Variable_name, row.Value]))
}

async function grantFindings(em: EntityManager): Promise<Finding[]> {
  const rows = await em.execute<Record<string, string>[]>('SHOW GRANTS')
  const grants = rows.map((row) => Object.values(row)[0] ?? '')
  const global = grants.filter((grant) => / ON \*\.\* TO /.test(grant)).join('\n')
  const missing = ['SELECT', 'RELOAD', 'SHOW DATABASES', 'REPLICATION SLAVE', 'REPLICATION CLIENT'].filter(
    (right) => !global.includes(right) && !global.includes('ALL PRIVILEGES'),
  )
  if (missing.length === 0) return []
  const account = /TO (\S+?)(?: |$)/.exec(grants[0] ?? '')?.[1] ?? "'django'@'%'"
  return [
    {
      level: 'warning',
      text: `this account lacks ${missing.join(', ')}; a connector that logs in with it cannot start.`,
      hint: `GRANT ${missing.join(', ')} ON *.* TO ${account};`,
    },
  ]
}

async function charsetFindings(em: EntityManager): Promise<Finding[]> {
  const [row] = await em.execute<{ charset: string; name: string }[]>(
    'SELECT DEFAULT_CHARACTER_SET_NAME AS charset, SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()',
  )
  if (row === undefined || row.charset === 'utf8mb4') return []
  return [
    {
      level: 'warning',
      text: `the database's character set is ${row.charset}: emoji cannot be stored.`,
      hint: `ALTER DATABASE \`${row.name}\` CHARACTER SET utf8mb4;`,
    },
  ]
}
