// What the tests of several workers share: worker processes on a Kafka, their REST interface, and what a topic holds.
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { Cluster, connectTcp, readToEnd } from '@millrace/kafka'
import { freePort, freshFolder, ServerProcess } from '@millrace/servers'

const MAIN = path.join(import.meta.dirname, '../../packages/millrace/src/main.ts')

/** A worker process. */
export interface WorkerProcess {
  readonly process: ServerProcess
  readonly base: string
}

/** Starts `millrace start`, or the `words` given, on a Kafka with Connect's settings; resolves when its REST interface answers. */
export async function startWorkerProcess(
  bootstrap: string,
  settings: Readonly<Record<string, string>>,
  restPort?: number,
  words: readonly string[] = ['start'],
): Promise<WorkerProcess> {
  const port = restPort ?? (await freePort())
  const folder = freshFolder('worker')
  const process_ = ServerProcess.start({
    name: 'millrace',
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      ...words,
      `--bootstrap-servers=${bootstrap}`,
      `--rest-port=${port}`,
      ...(words[0] === 'start' ? [`--data-dir=${folder}`] : []),
      ...Object.entries(settings).map(([name, value]) => `--set=${name}=${value}`),
    ],
    logFile: `${folder}.log`,
  })
  const base = `http://127.0.0.1:${port}`
  await process_.waitReady(async () => (await fetch(`${base}/connectors`)).ok, 60_000)
  void process_.exited().then(() => {
    for (const left of [folder, `${folder}.log`]) rmSync(left, { recursive: true, force: true })
  })
  return { process: process_, base }
}

/** Runs a command of the command line to its end; its standard output. Errors: with what it said, unless it ends well. */
export async function runCommand(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    MAIN,
    ...words,
  ])
  return stdout
}

/** The single-broker settings of the state topics, and a group that notices the dead soon. */
export const quickGroup: Readonly<Record<string, string>> = {
  'config.storage.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
  'offset.flush.interval.ms': '200',
  'scheduled.rebalance.max.delay.ms': '0',
  'heartbeat.interval.ms': '400',
  'session.timeout.ms': '2000',
}

/** Sends JSON; answers other than 2xx are errors. */
export async function send(base: string, method: string, where: string, body?: unknown): Promise<unknown> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${base}${where}`, { method, ...(body === undefined ? {} : json) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`)
  return text === '' ? null : (JSON.parse(text) as unknown)
}

/** Who runs each connector that runs with all its tasks, by the first task's worker. */
export async function owners(base: string): Promise<Map<string, string>> {
  const all = (await send(base, 'GET', '/connectors?expand=status')) as Record<string, { status: Status }>
  const running = Object.entries(all).flatMap(([name, { status }]): [string, string][] => {
    const isRunning = status.connector.state === 'RUNNING' && status.tasks[0]?.state === 'RUNNING'
    return isRunning ? [[name, status.tasks[0]!.worker_id]] : []
  })
  return new Map(running)
}

interface Status {
  readonly connector: { readonly state: string; readonly worker_id: string }
  readonly tasks: readonly { readonly state: string; readonly worker_id: string }[]
}

/** The values of a topic of one partition, as texts. */
export async function valuesOf(bootstrap: string, topic: string): Promise<string[]> {
  const cluster = new Cluster({ bootstrap: [bootstrap], open: connectTcp, clientId: 'test' })
  try {
    const values: string[] = []
    for await (const { records } of readToEnd(cluster, { topic, partition: 0, fromOffset: 0 }))
      for (const { value } of records) if (value !== null) values.push(Buffer.from(value).toString())
    return values
  } finally {
    await cluster.close()
  }
}
