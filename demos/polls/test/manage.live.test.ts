// `manage createsuperuser` with a scripted terminal, and the commands as a person types them.
import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { MikroORM } from '@mikro-orm/mysql'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPassword } from '../src/auth/password.ts'
import { findUser } from '../src/auth/superuser.ts'
import { databaseSettings, openDatabase, prepareDatabase } from '../src/index.ts'
import { createSuperuserCommand } from '../src/manage/create-superuser.ts'
import type { Terminal } from '../src/manage/terminal.ts'

const run = promisify(execFile)
const MANAGE = path.join(import.meta.dirname, '..', 'src', 'manage.ts')
let server: MysqlServer
let orm: MikroORM

beforeAll(async () => {
  server = await startMysql()
  const { host, port } = server
  await prepareDatabase({ administrator: { host, port }, site: { host, port } })
  orm = await openDatabase(databaseSettings({ host, port }))
})
afterAll(async () => {
  await orm?.close(true)
  await server?.stop()
})

/** Runs a command; standard output, standard error and exit status. */
async function manage(args: readonly string[], env: Record<string, string> = {}) {
  try {
    const { stdout, stderr } = await run(process.execPath, [MANAGE, ...args], {
      env: { ...process.env, POLLS_DB_PORT: String(server.port), ...env },
    })
    return { stdout, stderr, code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number }
    return { stdout, stderr, code }
  }
}

/** A terminal that answers in order; the prompts and messages it saw are in `seen`. */
function scripted(answers: readonly string[]): Terminal & { seen: string[] } {
  const rest = [...answers]
  const seen: string[] = []
  const next = async (prompt: string) => {
    seen.push(prompt)
    const answer = rest.shift()
    if (answer === undefined) throw new Error('the script has no more answers')
    return answer
  }
  const note = (text: string) => void seen.push(text.trimEnd())
  return { isInteractive: true, print: note, printError: note, ask: next, askHidden: next, seen }
}

test('before migrate: the commands say what to do', async () => {
  expect(
    await manage(['createsuperuser', '--noinput', '--username', 'a', '--email', ''], {
      DJANGO_SUPERUSER_PASSWORD: 'x',
    }),
  ).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Run "manage migrate"'),
  })
  expect((await manage(['check'])).stdout).toContain('22 migrations are not applied.')
  expect((await manage(['showmigrations', 'polls'])).stdout).toBe(
    'polls\n [ ] 0001_initial\n [ ] 0002_auto_20210725_2153\n [ ] 0003_outbox\n [ ] 0004_alter_outbox_payload\n',
  )
})

test('migrate prints Django’s lines', async () => {
  const first = await manage(['migrate'])
  expect(first.stdout).toContain(
    'Operations to perform:\n  Apply all migrations: admin, auth, contenttypes, polls, sessions\nRunning migrations:\n',
  )
  expect(first.stdout).toContain('  Applying polls.0001_initial... OK\n')
  expect((await manage(['migrate'])).stdout).toContain('  No migrations to apply.\n')
  expect((await manage(['check'])).stdout).toBe('System check identified no issues (0 silenced).\n')
})

test('prompts, wrong answers, and an administrator who can log in', async () => {
  const terminal = scripted(['bad name', 'admin', 'a@b.c', '', 'one', 'two', ' ', ' ', 'admin', 'admin'])
  await createSuperuserCommand(orm.em.fork(), {}, terminal)
  const login = userInfo().username
  expect(terminal.seen).toEqual([
    `Username (leave blank to use '${login}'): `,
    'Error: Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
    `Username (leave blank to use '${login}'): `,
    'Email address: ',
    'Error: Enter a valid email address.',
    'Email address: ',
    'Password: ',
    'Password (again): ',
    "Error: Your passwords didn't match.",
    'Password: ',
    'Password (again): ',
    "Error: Blank passwords aren't allowed.",
    'Password: ',
    'Password (again): ',
    'Superuser created successfully.',
  ])
  const user = await findUser(orm.em.fork(), 'admin')
  expect(user).toMatchObject({ isSuperuser: true, isStaff: true, isActive: true, email: '', lastLogin: null })
  expect(await verifyPassword('admin', user!.password)).toBe(true)
  const again = scripted(['admin', 'other', '', 'x', 'x'])
  await createSuperuserCommand(orm.em.fork(), {}, again)
  expect(again.seen).toContain('Error: That username is already taken.')
})

test('without a terminal, and with --noinput', async () => {
  expect((await manage(['createsuperuser'])).stdout).toContain(
    'Superuser creation skipped due to not running in a TTY.',
  )
  expect(await manage(['createsuperuser', '--noinput'])).toMatchObject({
    code: 1,
    stderr: 'CommandError: You must use --username with --noinput.\n',
  })
  expect((await manage(['createsuperuser', '--noinput', '--username', 'boss', '--email', 'a@b.c'])).stderr).toBe(
    'CommandError: Enter a valid email address.\n',
  )
  const env = {
    DJANGO_SUPERUSER_USERNAME: 'boss',
    DJANGO_SUPERUSER_EMAIL: 'boss@example.com',
    DJANGO_SUPERUSER_PASSWORD: 'pw',
  }
  expect(await manage(['createsuperuser', '--noinput'], env)).toMatchObject({
    code: 0,
    stdout: 'Superuser created successfully.\n',
  })
  expect((await manage(['createsuperuser', '--noinput'], env)).stderr).toBe(
    'CommandError: Error: That username is already taken.\n',
  )
})

test('what is not built or not known says so', async () => {
  expect(await manage(['shell'])).toMatchObject({ code: 1, stderr: 'CommandError: shell is not supported yet.\n' })
  expect((await manage(['migrate', 'nothing'])).stderr).toBe("CommandError: No installed app with label 'nothing'.\n")
  expect((await manage(['runserver', 'x'])).stderr).toContain('is not a valid port number or address:port pair.')
  expect((await manage(['sqlmigrate', 'polls', '0004'])).stdout).toBe(
    'ALTER TABLE `polls_outbox` MODIFY `payload` longblob NOT NULL;\n',
  )
  expect(await manage(['check'], { POLLS_DB_PASSWORD: 'wrong' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('refused user django'),
  })
})
