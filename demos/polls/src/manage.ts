// The command line of the polls site, with the names of Django's manage.py. usage: node demos/polls/src/manage.ts COMMAND
import type { EntityManager } from '@mikro-orm/mysql'
import { Command } from 'commander'
import { codeOf, databaseSettings, openDatabase } from './database/connection.ts'
import { checkDatabase } from './manage/check.ts'
import { CommandError } from './manage/command-error.ts'
import { createSuperuserCommand } from './manage/create-superuser.ts'
import { processTerminal } from './manage/terminal.ts'
import { appliedMigrations, migrate } from './migrate/migrate.ts'
import { APPS, MIGRATIONS, statementsOf } from './migrate/migrations.ts'
import { PollsError } from './polls-error.ts'
import { startPolls } from './start.ts'

// Commands of Django's that readers of the tutorial may try; each says so instead of failing as unknown.
const NOT_YET = [
  'makemigrations',
  'changepassword',
  'test',
  'shell',
  'dbshell',
  'flush',
  'dumpdata',
  'loaddata',
  'collectstatic',
  'clearsessions',
  'inspectdb',
]

interface DatabaseFlags {
  dbHost?: string
  dbPort?: string
  dbUser?: string
  dbPassword?: string
  dbName?: string
}

const terminal = processTerminal()
const program = new Command('manage')
  .description('Management commands of the polls site')
  .option('--db-host <host>', 'MySQL host (POLLS_DB_HOST, 127.0.0.1)')
  .option('--db-port <port>', 'MySQL port (POLLS_DB_PORT, 3306)')
  .option('--db-user <user>', 'MySQL user (POLLS_DB_USER, django)')
  .option('--db-password <password>', 'MySQL password (POLLS_DB_PASSWORD, django)')
  .option('--db-name <database>', 'database (POLLS_DB_NAME, djangodb)')

program
  .command('migrate')
  .argument('[app]', 'only up to the last migration of this application')
  .option('--fake', 'record the migrations without running them')
  .option('--plan', 'show what would be done')
  .description('Create and update the tables')
  .action(async (app: string | undefined, flags: { fake?: boolean; plan?: boolean }) => {
    requireApp(app)
    await withDatabase(async (em) => {
      await migrate(em, { ...flags, ...(app === undefined ? {} : { app }), print: (text) => terminal.print(text) })
    })
  })

program
  .command('showmigrations')
  .argument('[app]')
  .description('List the migrations, [X] where applied')
  .action(async (app: string | undefined) => {
    requireApp(app)
    await withDatabase(async (em) => {
      const applied = await appliedMigrations(em)
      for (const owner of APPS.filter((name) => app === undefined || name === app)) {
        terminal.print(`${owner}\n`)
        for (const { name } of MIGRATIONS.filter((migration) => migration.app === owner)) {
          terminal.print(` [${applied.has(`${owner}.${name}`) ? 'X' : ' '}] ${name}\n`)
        }
      }
    })
  })

program
  .command('sqlmigrate')
  .argument('<app>')
  .argument('<migration>', 'name or beginning of a name, for example 0001')
  .description('Print the statements of one migration')
  .action((app: string, name: string) => {
    requireApp(app)
    const found = MIGRATIONS.filter((migration) => migration.app === app && migration.name.startsWith(name))
    if (found.length !== 1) {
      throw new CommandError(`Cannot find a migration matching '${name}' from app '${app}'. Is it in INSTALLED_APPS?`)
    }
    for (const sql of statementsOf(found[0]!)) terminal.print(`${sql};\n`)
  })

program
  .command('createsuperuser')
  .option('--username <name>')
  .option('--email <address>')
  .option('--noinput', 'take everything from flags and DJANGO_SUPERUSER_USERNAME, _EMAIL, _PASSWORD')
  .option('--no-input', 'the same')
  .description('Create an administrator')
  .action(async (flags: { username?: string; email?: string; noinput?: boolean; input?: boolean }) => {
    const noinput = flags.noinput === true || flags.input === false
    await withDatabase((em) => createSuperuserCommand(em, { ...flags, noinput }, terminal))
  })

program
  .command('runserver')
  .argument('[address]', 'port or address:port', '127.0.0.1:8000')
  .description('Start the site')
  .action(async (address: string) => {
    const match = /^(?:(.+):)?(\d{1,5})$/.exec(address)
    if (match === null) throw new CommandError(`"${address}" is not a valid port number or address:port pair.`)
    const polls = await startPolls({
      ...databaseSettings(databaseOptions()),
      httpPort: Number(match[2]),
      bindAddress: match[1] ?? '127.0.0.1',
      portFlag: 'runserver PORT',
    })
    terminal.print(`Starting development server at ${polls.address}/\nQuit the server with CONTROL-C.\n`)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void polls.close())
  })

program
  .command('check')
  .description('Look at the database: migrations, binlog, grants, character set')
  .action(async () => {
    await withDatabase(async (em) => {
      const findings = await checkDatabase(em)
      for (const { level, text, hint } of findings) terminal.print(`${level.toUpperCase()}: ${text}\n  HINT: ${hint}\n`)
      const count =
        findings.length === 0 ? 'no issues' : findings.length === 1 ? '1 issue' : `${findings.length} issues`
      terminal.print(`System check identified ${count} (0 silenced).\n`)
      if (findings.some(({ level }) => level === 'error')) process.exitCode = 1
    })
  })

for (const name of NOT_YET) {
  program
    .command(name, { hidden: true })
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new CommandError(`${name} is not supported yet.`)
    })
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = 1
  if (error instanceof CommandError) terminal.printError(`CommandError: ${error.message}\n`)
  else if (error instanceof PollsError) terminal.printError(`${error.message}\n  HINT: ${error.hint}\n`)
  else if (codeOf(error) === 'ER_NO_SUCH_TABLE') {
    terminal.printError('The tables of the site are missing.\n  HINT: Run "manage migrate".\n')
  } else throw error
}

function databaseOptions() {
  const flags = program.opts<DatabaseFlags>()
  return {
    ...(flags.dbHost === undefined ? {} : { host: flags.dbHost }),
    ...(flags.dbPort === undefined ? {} : { port: Number(flags.dbPort) }),
    ...(flags.dbUser === undefined ? {} : { user: flags.dbUser }),
    ...(flags.dbPassword === undefined ? {} : { password: flags.dbPassword }),
    ...(flags.dbName === undefined ? {} : { database: flags.dbName }),
  }
}

async function withDatabase(work: (em: EntityManager) => Promise<void>): Promise<void> {
  const orm = await openDatabase(databaseSettings(databaseOptions()))
  try {
    await work(orm.em.fork())
  } finally {
    await orm.close(true)
  }
}

function requireApp(app: string | undefined): void {
  if (app !== undefined && !(APPS as readonly string[]).includes(app)) {
    throw new CommandError(`No installed app with label '${app}'.`)
  }
}
