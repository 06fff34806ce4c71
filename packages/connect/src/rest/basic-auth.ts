// Basic authentication, as Connect's BasicAuthSecurityRestExtension does it: a JAAS file names a properties file with users and passwords.
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CdcError } from '../base/errors.ts'
import { parseProperties } from '../config/java-properties.ts'
import { RestError } from './resource.ts'

/** Tells whether the value of an `Authorization` header is that of a known user. Errors: RestError 500 for what is no base64, as Java's decoder has it. */
export type Authenticator = (authorization: string | undefined) => boolean

const EXTENSION = 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
const LOGIN_MODULE = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
const JAAS_SETTING = 'java.security.auth.login.config'

/**
 * The authenticator that `rest.extension.classes` asks for; null without one. The JAAS file is named by the setting
 * `java.security.auth.login.config`, or as for Connect in KAFKA_OPTS (`-Djava.security.auth.login.config=FILE`).
 * Errors: CDC_CONFIG_INVALID for an unknown extension, a file that cannot be read, or one without users.
 */
export function readBasicAuth(
  settings: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Authenticator | null {
  const classes = (settings['rest.extension.classes'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (classes.length === 0) return null
  const unknown = classes.find((name) => name !== EXTENSION)
  if (unknown !== undefined)
    throw invalid(`REST extension ${unknown} is not supported`, `Only ${EXTENSION} is built into this program.`)
  const jaasFile = settings[JAAS_SETTING] ?? jaasOption(environment['KAFKA_OPTS'] ?? '')
  if (jaasFile === undefined)
    throw invalid('There is no JAAS file for basic authentication', `Name one with the setting ${JAAS_SETTING}.`)
  const users = usersOf(credentialsFile(readText(jaasFile, 'JAAS file'), jaasFile))
  return (authorization) => isKnownUser(users, authorization)
}

function jaasOption(options: string): string | undefined {
  return /(?:^|\s)-Djava\.security\.auth\.login\.config=(\S+)/.exec(options)?.[1]
}

/** The option `file` of the login module in the section KafkaConnect. */
function credentialsFile(text: string, name: string): string {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '')
  const section = /(?:^|[\s;}])KafkaConnect\s*\{([^}]*)\}\s*;/.exec(bare)?.[1]
  if (section === undefined)
    throw invalid(`The JAAS file ${name} has no section KafkaConnect`, 'Write it as KafkaConnect { … };')
  const modules = section
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const module = modules.find((part) => part.startsWith(LOGIN_MODULE))
  const file = module === undefined ? undefined : /\sfile\s*=\s*"([^"]*)"/.exec(module)?.[1]
  if (file === undefined || modules.length !== 1)
    throw invalid(
      `The section KafkaConnect of ${name} is not understood`,
      `One module is supported: ${LOGIN_MODULE} required file="…";`,
    )
  return file
}

function usersOf(file: string): ReadonlyMap<string, Buffer> {
  const users = new Map(
    [...parseProperties(readText(file, 'file of users'))].map(([user, word]) => [user, digest(word)]),
  )
  if (users.size === 0) throw invalid(`The file of users ${file} is empty`, 'Without a user nobody could be let in.')
  return users
}

function isKnownUser(users: ReadonlyMap<string, Buffer>, authorization: string | undefined): boolean {
  const space = authorization?.indexOf(' ') ?? -1
  if (authorization === undefined || space < 1 || authorization.slice(0, space).toLowerCase() !== 'basic') return false
  const encoded = authorization.slice(space + 1)
  const bad = /[^A-Za-z0-9+/=]/.exec(encoded)
  if (bad !== null) throw new RestError(500, `Illegal base64 character ${bad[0].charCodeAt(0).toString(16)}`)
  const [, user, password] = /^([^:]+):([\s\S]*)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  const expected = user === undefined ? undefined : users.get(user)
  const given = digest(password ?? '')
  return timingSafeEqual(given, expected ?? given) && expected !== undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new CdcError('CDC_CONFIG_INVALID', `The ${what} ${file} cannot be read (${code})`, {
      hint: 'Check its name and that this user may read it.',
      cause,
    })
  }
}

function invalid(message: string, hint: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', message, { hint })
}
