// A connection to PostgreSQL over the `pg` package.
import pg from 'pg'
import type { JdbcConfig } from './jdbc-config.ts'
import { SqlFailure, type SqlFailureKind, type SqlResult, type SqlSession } from './sql-session.ts'

/** SQLSTATE classes and codes after which the same statements may work: serialization, deadlock, resources, operator intervention. */
const BUSY = /^(40|53|55P03|57P0[123]|57014)/
const LOST = /^(08|57P0[123])/

/** Connects. Errors: SqlFailure. */
export async function openPostgres({ url, user, password, timeZone }: JdbcConfig): Promise<SqlSession> {
  const mode = url.parameters.get('sslmode') ?? (url.parameters.get('ssl') === 'true' ? 'verify-full' : 'disable')
  const client = new pg.Client({
    host: url.host,
    port: url.port,
    database: url.database === '' ? user : url.database,
    user: url.parameters.get('user') ?? user,
    password: url.parameters.get('password') ?? password,
    application_name: 'millrace',
    keepAlive: true,
    ...(mode === 'disable' || mode === 'allow' || mode === 'prefer'
      ? {}
      : { ssl: { rejectUnauthorized: mode.startsWith('verify') } }),
  })
  // A connection that ends while idle is noticed by the next statement.
  client.on('error', () => {})
  const session = new PostgresSession(client)
  await session.do(() => client.connect())
  await session.query("SELECT set_config('TimeZone', $1, false)", [timeZone])
  const path = url.parameters.get('currentSchema')
  if (path !== undefined) await session.query("SELECT set_config('search_path', $1, false)", [path])
  return session
}

class PostgresSession implements SqlSession {
  readonly #client: pg.Client
  readonly #names = new Map<string, string>()

  constructor(client: pg.Client) {
    this.#client = client
  }

  async query(text: string, parameters: readonly (string | null)[] = []): Promise<SqlResult> {
    const values = [...parameters]
    // Statements with parameters come again and again: the server parses and plans them once.
    const query = values.length === 0 ? { text } : { text, values, name: this.#nameOf(text) }
    const { rows, rowCount } = await this.do(() => this.#client.query(query))
    return { rows: rows ?? [], affectedRows: rowCount ?? 0 }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {})
  }

  async do<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      throw failureOf(thrown)
    }
  }

  #nameOf(text: string): string {
    let name = this.#names.get(text)
    if (name === undefined) {
      name = `s${this.#names.size}`
      this.#names.set(text, name)
    }
    return name
  }
}

function failureOf(thrown: unknown): SqlFailure {
  const { code, message, constraint, column } = thrown as {
    code?: string
    message?: string
    constraint?: string
    column?: string
  }
  const state = code ?? ''
  const kind: SqlFailureKind =
    !/^[0-9A-Z]{5}$/.test(state) || LOST.test(state) ? 'lost' : BUSY.test(state) ? 'busy' : 'refused'
  // The server's words may quote values (`invalid input syntax for type date: "…"`): they are left out.
  const words = (message ?? 'the connection failed').replace(/: ".*$/s, '').split('\n')[0]!
  const place = [constraint && `constraint ${constraint}`, column && `column ${column}`].filter(Boolean).join(', ')
  return new SqlFailure(kind, state, place === '' ? words : `${words} (${place})`)
}
