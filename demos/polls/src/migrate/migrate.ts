// `manage migrate`: applies what is missing, in order, and records it as Django does.
import type { EntityManager } from '@mikro-orm/mysql'
import { codeOf } from '../database/connection.ts'
import { nowMicros, toDatabaseText } from '../time/micros.ts'
import { fillContentTypes } from './content-types.ts'
import { APPS, MIGRATIONS, type Migration, recorderStatements, statementsOf } from './migrations.ts'

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /** Records the migrations without sending their statements. */
  readonly fake?: boolean
  /** Lists what would be applied and does nothing. */
  readonly plan?: boolean
  /** Only this application (its migrations must not need unapplied ones of another: they are applied first). */
  readonly app?: string
  /** Receives Django's lines of output. */
  readonly print?: (text: string) => void
}

/** The applied migrations as `app.name`; empty when the table of migrations does not exist. */
export async function appliedMigrations(em: EntityManager): Promise<Set<string>> {
  try {
    const rows = await em.execute<{ app: string; name: string }[]>('SELECT `app`, `name` FROM `django_migrations`')
    return new Set(rows.map((row) => `${row.app}.${row.name}`))
  } catch (error) {
    if (codeOf(error) === 'ER_NO_SUCH_TABLE') return new Set()
    throw error
  }
}

/** The migrations not yet applied, in order; with `app`, those up to the last one of that application. */
export async function pendingMigrations(em: EntityManager, app?: string): Promise<Migration[]> {
  const applied = await appliedMigrations(em)
  const last =
    app === undefined ? MIGRATIONS.length - 1 : MIGRATIONS.findLastIndex((migration) => migration.app === app)
  return MIGRATIONS.slice(0, last + 1).filter(({ app: owner, name }) => !applied.has(`${owner}.${name}`))
}

/** Applies all pending migrations and returns how many. MySQL commits each DDL statement; a failed migration is not recorded. */
export async function migrate(em: EntityManager, options: MigrateOptions = {}): Promise<number> {
  const print = options.print ?? (() => undefined)
  const pending = await pendingMigrations(em, options.app)
  if (options.plan === true) {
    print('Planned operations:\n')
    if (pending.length === 0) print('  No planned migration operations.\n')
    for (const migration of pending) {
      print(`${migration.app}.${migration.name}\n`)
      for (const sql of statementsOf(migration)) print(`    ${sql}\n`)
    }
    return 0
  }
  print('Operations to perform:\n')
  print(`  Apply all migrations: ${options.app ?? APPS.join(', ')}\n`)
  print('Running migrations:\n')
  if (pending.length === 0) print('  No migrations to apply.\n')
  else await createRecorder(em)
  for (const migration of pending) {
    print(`  Applying ${migration.app}.${migration.name}...`)
    if (options.fake !== true) for (const sql of statementsOf(migration)) await em.execute(sql, [], 'run')
    await em.execute(
      'INSERT INTO `django_migrations` (`app`, `name`, `applied`) VALUES (?, ?, ?)',
      [migration.app, migration.name, toDatabaseText(nowMicros())],
      'run',
    )
    print(options.fake === true ? ' FAKED\n' : ' OK\n')
  }
  const applied = await appliedMigrations(em)
  if (MIGRATIONS.every(({ app, name }) => applied.has(`${app}.${name}`))) await fillContentTypes(em)
  return pending.length
}

async function createRecorder(em: EntityManager): Promise<void> {
  const found = await em.execute("SHOW TABLES LIKE 'django\\_migrations'")
  if (found.length > 0) return
  for (const sql of recorderStatements()) await em.execute(sql, [], 'run')
}
