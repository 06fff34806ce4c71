// The migrations of the site in the order in which Django 3.2 applies them, and their statements.
// The files hold Django's statements letter for letter: tables, constraint and index names must be the same on both sides.
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** One migration: the file migrations/<app>/<name>.sql. */
export interface Migration {
  readonly app: string
  readonly name: string
}

const FOLDER = path.join(import.meta.dirname, '..', '..', 'migrations')

/** The applications, in the order of the line "Apply all migrations". */
export const APPS = ['admin', 'auth', 'contenttypes', 'polls', 'sessions'] as const

/** All migrations in the order of application. */
export const MIGRATIONS: readonly Migration[] = [
  'contenttypes.0001_initial',
  'auth.0001_initial',
  'admin.0001_initial',
  'admin.0002_logentry_remove_auto_add',
  'admin.0003_logentry_add_action_flag_choices',
  'contenttypes.0002_remove_content_type_name',
  'auth.0002_alter_permission_name_max_length',
  'auth.0003_alter_user_email_max_length',
  'auth.0004_alter_user_username_opts',
  'auth.0005_alter_user_last_login_null',
  'auth.0006_require_contenttypes_0002',
  'auth.0007_alter_validators_add_error_messages',
  'auth.0008_alter_user_username_max_length',
  'auth.0009_alter_user_last_name_max_length',
  'auth.0010_alter_group_name_max_length',
  'auth.0011_update_proxy_permissions',
  'auth.0012_alter_user_first_name_max_length',
  'polls.0001_initial',
  'polls.0002_auto_20210725_2153',
  'polls.0003_outbox',
  'polls.0004_alter_outbox_payload',
  'sessions.0001_initial',
].map((label) => {
  const [app, name] = label.split('.') as [string, string]
  return { app, name }
})

/** The statements of one migration, without their semicolons; empty when it changes the models' state only. */
export function statementsOf(migration: Migration): string[] {
  return readStatements(path.join(FOLDER, migration.app, `${migration.name}.sql`))
}

/** The statement that makes the table of applied migrations. */
export function recorderStatements(): string[] {
  return readStatements(path.join(FOLDER, 'django_migrations.sql'))
}

/** One statement a line, ended by `;`; lines that begin with `--` are comments. */
function readStatements(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.length > 0 && !line.startsWith('--'))
    .map((line) => line.replace(/;$/, ''))
}
