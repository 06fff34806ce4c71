// `manage createsuperuser`, with Django's prompts, variables and messages.
import { userInfo } from 'node:os'
import type { EntityManager } from '@mikro-orm/mysql'
import { createSuperuser, emailProblem, findUser, usernameProblem } from '../auth/superuser.ts'
import { CommandError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

/** Flags of the command. */
export interface CreateSuperuserOptions {
  readonly username?: string
  readonly email?: string
  readonly noinput?: boolean
}

const TAKEN = 'That username is already taken.'

/** Creates an administrator. Errors: CommandError with Django's texts. */
export async function createSuperuserCommand(
  em: EntityManager,
  options: CreateSuperuserOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (options.noinput === true) return createWithoutInput(em, options, terminal, env)
  if (!terminal.isInteractive) {
    terminal.print(
      'Superuser creation skipped due to not running in a TTY. You can run `manage createsuperuser` in your project to create one manually.\n',
    )
    return
  }
  const username = options.username ?? (await askUsername(em, terminal))
  if (options.username !== undefined) await checkGiven(em, options.username)
  const email = options.email ?? (await askUntilGood(terminal, 'Email address: ', emailProblem))
  const problem = emailProblem(email)
  if (problem !== null) throw new CommandError(problem)
  const password = await askPassword(terminal)
  await createSuperuser(em, { username, email, password })
  terminal.print('Superuser created successfully.\n')
}

async function createWithoutInput(
  em: EntityManager,
  options: CreateSuperuserOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const username = options.username ?? env.DJANGO_SUPERUSER_USERNAME
  if (username === undefined || username === '') throw new CommandError('You must use --username with --noinput.')
  const email = options.email ?? env.DJANGO_SUPERUSER_EMAIL
  if (email === undefined) throw new CommandError('You must use --email with --noinput.')
  const password = env.DJANGO_SUPERUSER_PASSWORD
  await checkGiven(em, username)
  const problem = emailProblem(email)
  if (problem !== null) throw new CommandError(problem)
  if (password === undefined || password === '') {
    throw new CommandError('Set the password in the environment variable DJANGO_SUPERUSER_PASSWORD with --noinput.')
  }
  await createSuperuser(em, { username, email, password })
  terminal.print('Superuser created successfully.\n')
}

async function checkGiven(em: EntityManager, username: string): Promise<void> {
  const problem = usernameProblem(username)
  if (problem !== null) throw new CommandError(problem)
  if ((await findUser(em, username)) !== null) throw new CommandError(`Error: ${TAKEN}`)
}

async function askUsername(em: EntityManager, terminal: Terminal): Promise<string> {
  const login = userInfo().username
  const free = usernameProblem(login) === null && (await findUser(em, login)) === null
  const prompt = free ? `Username (leave blank to use '${login}'): ` : 'Username: '
  for (;;) {
    const typed = (await terminal.ask(prompt)).trim()
    const username = typed === '' && free ? login : typed
    const problem = usernameProblem(username) ?? ((await findUser(em, username)) === null ? null : TAKEN)
    if (problem === null) return username
    terminal.printError(`Error: ${problem}\n`)
  }
}

async function askUntilGood(
  terminal: Terminal,
  prompt: string,
  problemOf: (text: string) => string | null,
): Promise<string> {
  for (;;) {
    const text = (await terminal.ask(prompt)).trim()
    const problem = problemOf(text)
    if (problem === null) return text
    terminal.printError(`Error: ${problem}\n`)
  }
}

async function askPassword(terminal: Terminal): Promise<string> {
  for (;;) {
    const password = await terminal.askHidden('Password: ')
    const again = await terminal.askHidden('Password (again): ')
    if (password !== again) terminal.printError("Error: Your passwords didn't match.\n")
    else if (password.trim() === '') terminal.printError("Error: Blank passwords aren't allowed.\n")
    else return password
  }
}
