// One side of the comparison: Kafka Connect with Debezium, or Millrace, as a worker process with the same REST interface and the same settings.
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, freshFolder, startKafkaConnect } from '@millrace/servers'
import { startMillrace } from '../../tools/goldens/millrace-process.ts'

/** A worker that runs. */
export interface RunningWorker {
  readonly rest: string
  readonly pid: number
  /** `host:port` of the broker that its records reach. */
  readonly bootstrap: string
  /** From the start of the process until the REST interface answered. */
  readonly startSeconds: number
  stop(): Promise<void>
}

/** A side of the comparison. What it has stored outlives its process. */
export interface Contender extends Disposable {
  readonly name: string
  /** Short and unique: prefix of its topics. */
  readonly id: string
  start(): Promise<RunningWorker>
}

/** Settings that both get. */
const CONVERTERS = { 'key.converter.schemas.enable': 'false', 'value.converter.schemas.enable': 'false' }

const flags = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])

/** Kafka Connect with Debezium on a real Kafka. */
export function debezium(bootstrap: string): Contender {
  const store = { 'group.id': 'versus-debezium', ...storageTopics('debezium') }
  return {
    name: 'Kafka Connect with Debezium',
    id: 'debezium',
    start: async () => {
      const begin = performance.now()
      const worker = await startKafkaConnect({ bootstrap, properties: { ...CONVERTERS, ...store } })
      const startSeconds = (performance.now() - begin) / 1000
      return { rest: worker.url, pid: worker.pid, bootstrap, startSeconds, stop: () => worker.stop() }
    },
    [Symbol.dispose]: () => {},
  }
}

/** Millrace on a real Kafka, or on the log of its own broker where no bootstrap is given. */
export function millrace(bootstrap?: string): Contender {
  const id = bootstrap === undefined ? 'embedded' : 'millrace'
  const dataFolder = freshFolder(`versus-${id}`)
  const store = bootstrap === undefined ? {} : { 'group.id': 'versus-millrace', ...storageTopics('millrace') }
  const given = bootstrap === undefined ? [] : ['--bootstrap-servers', bootstrap]
  const port = freePort()
  return {
    name: bootstrap === undefined ? 'Millrace, embedded log' : 'Millrace',
    id,
    start: async () => {
      const begin = performance.now()
      const kafkaPort = await port
      const args = ['--log-level', 'warn', ...given, ...flags({ ...CONVERTERS, ...store })]
      const worker = await startMillrace({ dataFolder, kafkaPort, args })
      const startSeconds = (performance.now() - begin) / 1000
      const { rest, process } = worker
      const stop = (): Promise<void> => worker.stop()
      return { rest, pid: process.pid, bootstrap: bootstrap ?? worker.bootstrap, startSeconds, stop }
    },
    [Symbol.dispose]: () => {
      rmSync(dataFolder, { recursive: true, force: true })
      rmSync(`${dataFolder}.log`, { force: true })
    },
  }
}

function storageTopics(id: string): Record<string, string> {
  return Object.fromEntries(
    ['config', 'offset', 'status'].flatMap((kind) => [
      [`${kind}.storage.topic`, `versus.${id}.${kind}`],
      [`${kind}.storage.replication.factor`, '1'],
    ]),
  )
}

/** Asks the REST interface, again while the worker is busy (409, 404 and 500 of a rebalance). Rejects with the answer. */
export async function ask<T>(worker: RunningWorker, method: string, resource: string, body?: object): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(`${worker.rest}/${resource}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
    const text = await response.text()
    if (response.ok) return (text === '' ? null : JSON.parse(text)) as T
    if (attempt === 60 || ![404, 409, 500].includes(response.status))
      throw new Error(`${method} /${resource} answered ${response.status}: ${text}`)
    await delay(500)
  }
}

/** Waits until something is so. Rejects when it is not within the time. */
export async function until(what: string, limitMs: number, isSo: () => Promise<boolean>, pauseMs = 10): Promise<void> {
  const end = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what} did not happen within ${limitMs} ms`)
    await delay(pauseMs)
  }
}
