// The application's PostgreSQL: options, pool, and the errors of a first connection.
import { Pool } from 'pg'
import { createQuestionTable } from './question-table.ts'
import { QuestionsError } from './questions-error.ts'

/** Connection to PostgreSQL. */
export interface PostgresOptions {
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
}

const MAX_CONNECTIONS = 8
const CONNECT_TIMEOUT_MS = 10_000

/**
 * Opens the pool and creates the table of questions.
 * Errors: QUESTIONS_DATABASE_UNREACHABLE, QUESTIONS_DATABASE_LOGIN, QUESTIONS_DATABASE_MISSING.
 */
export async function openPool(options: PostgresOptions): Promise<Pool> {
  const settings = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 5432,
    user: options.user ?? 'postgres',
    password: options.password ?? '',
    database: options.database ?? 'postgres',
  }
  const pool = new Pool({ ...settings, max: MAX_CONNECTIONS, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  // an idle connection that dies is replaced; without a listener it would end the process
  pool.on('error', () => undefined)
  try {
    await createQuestionTable(pool)
    return pool
  } catch (cause) {
    await pool.end()
    throw connectionError(settings, cause)
  }
}

function connectionError(settings: Required<PostgresOptions>, cause: unknown): unknown {
  const code = (cause as { code?: unknown }).code
  const where = `${settings.host}:${settings.port}`
  if (code === '28P01' || code === '28000') {
    return new QuestionsError(
      'QUESTIONS_DATABASE_LOGIN',
      `PostgreSQL at ${where} refused user ${settings.user}`,
      'Check user and password of the questions database.',
      { cause },
    )
  }
  if (code === '3D000') {
    return new QuestionsError(
      'QUESTIONS_DATABASE_MISSING',
      `PostgreSQL at ${where} has no database ${settings.database}`,
      `Create it: CREATE DATABASE "${settings.database}";`,
      { cause },
    )
  }
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08')) return cause
  return new QuestionsError(
    'QUESTIONS_DATABASE_UNREACHABLE',
    `no PostgreSQL answers at ${where} (${typeof code === 'string' ? code : 'no answer'})`,
    'Start PostgreSQL, or give its address.',
    { cause },
  )
}
