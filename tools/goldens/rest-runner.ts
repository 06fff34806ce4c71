// Runs the REST goldens: each .jsonl file of the folder is a scenario, checked by the goldens' own checker (rest-golden.mjs, beside the files)
// against a fresh Millrace and a MySQL that holds what the goldens' README asks for.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freshFolder, type MysqlServer } from '@millrace/servers'
import { withCutNames } from './cut-names.ts'
import type { Verdict } from './event-runner.ts'
import { startMillrace } from './millrace-process.ts'
import type { MysqlPool } from './mysql-pool.ts'

/** Tags of steps that need a server which is not built yet, with the word for the report. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  postgres: 'the PostgreSQL connector',
  'plugin-list': 'the same list of plugins',
}

const SETUP = `
create database restlab; create table restlab.items(id int primary key auto_increment, name varchar(50), qty int);
insert into restlab.items(name,qty) values('a',1),('b',2),('c',3);
create table restlab.other(id int primary key, v varchar(20)); insert into restlab.other values(1,'x');
create database djangodb; create table djangodb.polls_question(id int primary key auto_increment, question_text varchar(200) not null, pub_date datetime(6) not null);
insert into djangodb.polls_question(question_text,pub_date) values('Why?','2021-08-01 10:00:00.123456');`

interface GoldenStep {
  readonly id: string
  readonly tags?: readonly string[]
  readonly request?: unknown
  readonly response?: unknown
}

/** Yields a verdict per file, in the order of the names. */
export async function* runRestFolder(
  folder: string,
  pool: MysqlPool,
  only: RegExp | null,
): AsyncGenerator<readonly [string, Verdict]> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
  const checker = [folder, path.join(import.meta.dirname, '../../../shared/goldens/rest')]
    .map((place) => path.join(place, 'rest-golden.mjs'))
    .find((file) => existsSync(file))
  for (const name of files) {
    const label = `rest/${name.replace(/\.jsonl$/, '')}`
    if (only !== null && !only.test(label)) continue
    const steps = readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as GoldenStep)
    const missing = unbuilt(steps)
    if (!steps.some((step) => step.request !== undefined && step.response !== undefined))
      yield [label, { outcome: 'not supported', reason: 'the file holds no requests to replay' }]
    else if (missing !== null) yield [label, { outcome: 'not supported', reason: missing }]
    else if (checker === undefined)
      yield [
        label,
        { outcome: 'not supported', reason: 'rest-golden.mjs is neither in the folder nor in ../shared/goldens/rest' },
      ]
    else
      yield [
        label,
        await runFile(path.join(folder, name), checker, pool, new Set(steps.flatMap(({ tags = [] }) => tags))),
      ]
  }
}

/** Why a file as a whole cannot run; null when most of it can. */
function unbuilt(steps: readonly GoldenStep[]): string | null {
  const requests = steps.filter((step) => step.request !== undefined)
  for (const [tag, what] of Object.entries(NOT_BUILT)) {
    const tagged = requests.filter((step) => step.tags?.includes(tag)).length
    if (tagged * 2 > requests.length) return `needs ${what}`
  }
  return null
}

async function runFile(file: string, checker: string, pool: MysqlPool, tags: ReadonlySet<string>): Promise<Verdict> {
  const mysql = await pool.prepared({ server: 'gtid', serverId: 1, serverVariables: {} } as Parameters<
    MysqlPool['prepared']
  >[0])
  await mysql.sql(SETUP)
  const settings = freshFolder('settings')
  const isStandalone = tags.has('standalone')
  const millrace = await startMillrace({
    ...(isStandalone ? { command: ['standalone', standaloneSettings(settings)] } : {}),
    env: { REST_LAB_ENV: 'dbz' },
    args: [
      ...['--group-id', 'rest-lab', '--offset-flush-interval-ms', '1000', '--config-providers', 'file,env,directory'],
      ...(tags.has('basic-auth') ? basicAuth(settings) : []),
      ...(tags.has('exactly-once') ? ['--set', 'exactly.once.source.support=enabled'] : []),
    ],
  })
  const second = tags.has('two-workers') ? await startSecond(millrace) : null
  try {
    const { output, code } = await check(file, checker, mysql, millrace, second)
    if (code === 0) return { outcome: 'passed' }
    const reason =
      firstFailure(output) ?? `the checker ended with ${code}: ${output.trim().split('\n').slice(-3).join(' ')}`
    return { outcome: /not supported/.test(reason) ? 'not supported' : 'failed', reason: reason.slice(0, 500) }
  } finally {
    await second?.stop()
    await millrace.stop()
    rmSync(settings, { recursive: true, force: true })
  }
}

/** The first failed step of the checker's output, with what differs. */
function firstFailure(output: string): string | null {
  const found = /^FAIL (.*)\n((?: {5}.*\n?)*)/m.exec(output)
  return found === null ? null : `${found[1]} (${(found[2] as string).trim().replaceAll(/\s*\n\s*/g, '; ')})`
}

/** A second worker in the group of the first, on its embedded broker. */
function startSecond({ bootstrap }: Awaited<ReturnType<typeof startMillrace>>): ReturnType<typeof startMillrace> {
  return startMillrace({
    args: ['--bootstrap-servers', bootstrap, '--group-id', 'rest-lab', '--offset-flush-interval-ms', '1000'].concat(
      ['config', 'offset', 'status'].flatMap((kind) => ['--set', `${kind}.storage.replication.factor=1`]),
    ),
  })
}

/** The settings of a standalone worker. */
function standaloneSettings(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'worker.properties')
  writeFileSync(file, `offset.storage.file.filename=${path.join(folder, 'offsets')}\n`)
  return file
}

/** A JAAS file and its users, as the goldens' README names them; the worker settings that ask for them. */
function basicAuth(folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  const users = path.join(folder, 'users.properties')
  const jaas = path.join(folder, 'jaas.conf')
  writeFileSync(users, 'rest=pw:with:colons\nops=secret\n')
  const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
  writeFileSync(jaas, `KafkaConnect {\n  ${module} required\n  file="${users}";\n};\n`)
  const extension = 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
  return ['--set', `rest.extension.classes=${extension}`, '--set', `java.security.auth.login.config=${jaas}`]
}

async function check(
  file: string,
  checker: string,
  mysql: MysqlServer,
  millrace: Awaited<ReturnType<typeof startMillrace>>,
  second: Awaited<ReturnType<typeof startMillrace>> | null,
): Promise<{ output: string; code: number | null }> {
  const data = path.join(millrace.dataFolder, 'golden-data')
  const secrets = path.join(millrace.dataFolder, 'golden-secrets')
  mkdirSync(data, { recursive: true })
  mkdirSync(secrets, { recursive: true })
  writeFileSync(path.join(data, 'in.txt'), 'l1\nl2\nl3\n')
  writeFileSync(path.join(secrets, 'db.properties'), 'dbpassword=dbz\ndbuser=dbz\nspaced = a b c \n')
  writeFileSync(path.join(secrets, 'pwfile'), 'dbz')
  const hook = (name: string) =>
    `${process.execPath} --disable-warning=TimeoutNegativeWarning ${path.join(import.meta.dirname, 'rest-hook.ts')} ${name} ${millrace.bootstrap} ${mysql.socketPath} ${mysql.port}`
  const adapted = path.join(millrace.dataFolder, path.basename(file))
  writeFileSync(adapted, withCutNames(readFileSync(file, 'utf8'), secrets))
  const args = [checker, 'check', adapted, '--base', millrace.rest, ...(second ? ['--base2', second.rest] : [])]
  for (const [name, value] of Object.entries({
    KAFKA: millrace.bootstrap,
    MYSQL_HOST: mysql.host,
    MYSQL_PORT: String(mysql.port),
    DATA: data,
    SECRETS: secrets,
  }))
    args.push('--var', `${name}=${value}`)
  for (const name of ['sql', 'produce', 'topic', 'untopic']) args.push('--hook', `${name}=${hook(name)}`)
  args.push('--skip-tag', Object.keys(NOT_BUILT).join(','), '--stop-on-fail')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const out: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ output: Buffer.concat(out).toString('utf8'), code }))
  })
}
