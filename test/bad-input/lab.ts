// Millrace in a process of its own and a MySQL beside it, with what the tests ask of both.
import { readFileSync } from 'node:fs'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { type MillraceProcess, startMillrace } from '../../tools/goldens/millrace-process.ts'
import { eventually } from '../road/road-fixture.ts'

/** Options of a connector; null leaves one out. */
export type Changes = Readonly<Record<string, string | null>>

/** An answer of the REST interface. */
export interface Reply {
  readonly status: number
  /** `message` of an error body. */
  readonly message: string
  /** The header with the remedy; empty without one. */
  readonly hint: string
  readonly body: unknown
}

interface ValidateBody {
  readonly configs?: readonly {
    readonly value: { readonly name: string; readonly errors: readonly string[] } | null
  }[]
}

interface StatusBody {
  readonly connector: { readonly state: string }
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[]
}

/** Account with all rights. */
const ADMIN = "CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%' WITH GRANT OPTION;"

/** See the file's head. */
export class Lab implements AsyncDisposable {
  readonly millrace: MillraceProcess
  readonly mysql: MysqlServer
  #nextServerId = 7000

  private constructor(millrace: MillraceProcess, mysql: MysqlServer) {
    this.millrace = millrace
    this.mysql = mysql
  }

  /** Starts both; the server has the database `app` with the table `t` and the account `dbz`. */
  static async start(dataFolder?: string): Promise<Lab> {
    const mysql = await startMysql(dataFolder === undefined ? {} : { dataFolder })
    await mysql.sql(`CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(20)); ${ADMIN}`)
    return new Lab(await startMillrace(), mysql)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.millrace.stop()
    await this.mysql.stop()
  }

  /** A configuration that works, changed. */
  config(name: string, changes: Changes = {}): Record<string, string> {
    const all: Changes = {
      'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
      'tasks.max': '1',
      'database.hostname': this.mysql.host,
      'database.port': String(this.mysql.port),
      'database.user': 'dbz',
      'database.password': 'dbz',
      'database.server.id': String(++this.#nextServerId),
      'topic.prefix': name,
      'table.include.list': 'app.t',
      'schema.history.internal.kafka.bootstrap.servers': this.millrace.bootstrap,
      'schema.history.internal.kafka.topic': `${name}.history`,
      ...changes,
    }
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null))
  }

  async call(method: string, path: string, body?: unknown): Promise<Reply> {
    const answer = await fetch(`${this.millrace.rest}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = text === '' ? null : JSON.parse(text)
    return {
      status: answer.status,
      message: json?.message ?? '',
      hint: answer.headers.get('millrace-hint') ?? '',
      body: json,
    }
  }

  create(name: string, changes: Changes = {}): Promise<Reply> {
    return this.call('POST', '/connectors', { name, config: this.config(name, changes) })
  }

  /** Errors by option, and the remedy beside them. */
  async validate(changes: Changes): Promise<{ errors: Record<string, readonly string[]>; hint: string }> {
    const config = { name: 'v', ...this.config('v', changes) }
    const { body, hint } = await this.call('PUT', '/connector-plugins/MySqlConnector/config/validate', config)
    const values = ((body as ValidateBody).configs ?? []).flatMap(({ value }) => (value === null ? [] : [value]))
    const errors = values.filter((value) => value.errors.length > 0).map((value) => [value.name, value.errors])
    return { errors: Object.fromEntries(errors), hint }
  }

  async status(name: string): Promise<StatusBody> {
    return (await this.call('GET', `/connectors/${name}/status`)).body as StatusBody
  }

  /** Waits until the task has failed; its trace. */
  failure(name: string): Promise<string> {
    return eventually(`the failure of ${name}`, async () => {
      const [task] = (await this.status(name)).tasks
      return task?.state === 'FAILED' && (task.trace ?? '')
    })
  }

  /** Creates a connector and waits until its stream reads. */
  async stream(name: string, changes: Changes = {}): Promise<void> {
    const from = this.log().length
    const { status, message } = await this.create(name, changes)
    if (status !== 201) throw new Error(message)
    await this.logged(from, name, 'reading the binary log')
  }

  async delete(name: string): Promise<void> {
    await this.call('DELETE', `/connectors/${name}`)
    await eventually(
      `the end of ${name}`,
      async () => (await this.call('GET', `/connectors/${name}/status`)).status === 404,
    )
  }

  /** The log's text. */
  log(): string {
    return readFileSync(this.millrace.logFile, 'utf8')
  }

  /** Waits for a line of the log, behind a length of it, that has all of the texts. */
  logged(from: number, ...texts: readonly string[]): Promise<string> {
    return eventually(`a log line with ${texts.join(', ')}`, async () =>
      this.log()
        .slice(from)
        .split('\n')
        .find((line) => texts.every((text) => line.includes(text))),
    )
  }
}
