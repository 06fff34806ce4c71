// Millrace as its users run it: a process with broker, worker and task; a stopped connector is resumed and has a backlog to read.
import { setTimeout as delay } from 'node:timers/promises'
import { Admin, Cluster, connectTcp, KafkaError, parseBootstrap } from '@millrace/kafka'
import { type MillraceProcess, startMillrace } from '../../tools/goldens/millrace-process.ts'
import { connectorConfig, TOPIC } from './connector.ts'
import type { Shop } from './shop.ts'
import { checkTopic } from './topic-check.ts'
import { cpuSeconds, peakMegabytes } from './usage.ts'

/** What one backlog took. */
export interface EmbeddedResult {
  readonly rows: number
  /** Keys and values in the topic. */
  readonly bytes: number
  /** From the request to resume until the last record was readable, which is when it was acknowledged. */
  readonly seconds: number
  /** From the first readable record on. */
  readonly streamSeconds: number
  /** Of the whole process in that time. */
  readonly cpuSeconds: number
  /** Of the whole process since its start. */
  readonly peakMegabytes: number
}

/** A Millrace whose connector is stopped at the log's end as it was when it was opened. */
export interface EmbeddedRun extends AsyncDisposable {
  /** Reads the rows written since, which have the ids `firstId` on. Rejects when the topic does not hold exactly them. */
  read(rows: number, firstId: number): Promise<EmbeddedResult>
}

const POLL_MS = 10
const START_LIMIT_MS = 60_000
/** A backlog may take this long and 100 µs per row. */
const READ_LIMIT_MS = 60_000

/** Starts the process, registers the connector, and stops it as soon as it has its first offset. */
export async function openEmbeddedRun(shop: Shop): Promise<EmbeddedRun> {
  const millrace = await startMillrace({
    args: [
      '--log-level',
      'warn',
      '--set',
      'key.converter.schemas.enable=false',
      '--set',
      'value.converter.schemas.enable=false',
    ],
  })
  const cluster = new Cluster({
    bootstrap: parseBootstrap(millrace.bootstrap),
    open: connectTcp,
    clientId: 'bench',
  })
  const end = async () => {
    await cluster.close()
    await millrace.stop()
  }
  try {
    await ask(millrace, 'PUT', 'connectors/bench/config', connectorConfig(shop, millrace.bootstrap))
    await until(START_LIMIT_MS, async () => {
      const { offsets } = await ask<Offsets>(millrace, 'GET', 'connectors/bench/offsets')
      return offsets[0] !== undefined && !('snapshot' in offsets[0].offset)
    })
    await ask(millrace, 'PUT', 'connectors/bench/stop')
    return {
      read: (rows, firstId) => read(millrace, cluster, rows, firstId),
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

interface Offsets {
  readonly offsets: readonly { readonly offset: object }[]
}

async function read(
  millrace: MillraceProcess,
  cluster: Cluster,
  rows: number,
  firstId: number,
): Promise<EmbeddedResult> {
  const { pid } = millrace.process
  const admin = new Admin(cluster)
  const before = await endOf(admin)
  const cpuBefore = cpuSeconds(pid)
  const start = performance.now()
  let firstSeen = 0
  await ask(millrace, 'PUT', 'connectors/bench/resume')
  await until(READ_LIMIT_MS + rows / 10, async () => {
    const count = (await endOf(admin)) - before
    if (count > 0 && firstSeen === 0) firstSeen = performance.now()
    return count >= rows
  })
  const now = performance.now()
  const result = {
    rows,
    seconds: (now - start) / 1000,
    streamSeconds: (now - firstSeen) / 1000,
    cpuSeconds: cpuSeconds(pid) - cpuBefore,
    peakMegabytes: peakMegabytes(pid),
  }
  const bytes = await checkTopic(cluster, TOPIC, before, rows, firstId)
  return { ...result, bytes }
}

/** End of the topic's only partition; 0 before there is one. */
async function endOf(admin: Admin): Promise<number> {
  try {
    return await admin.latestOffset(TOPIC, 0)
  } catch (error) {
    if (KafkaError.from(error).code === 'UNKNOWN_TOPIC_OR_PARTITION') return 0
    throw error
  }
}

async function ask<T>({ rest }: MillraceProcess, method: string, resource: string, body?: object): Promise<T> {
  const response = await fetch(`${rest}/${resource}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} /${resource} answered ${response.status}: ${text}`)
  return (text === '' ? null : JSON.parse(text)) as T
}

async function until(limitMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`what the benchmark waits for did not happen within ${limitMs} ms`)
    await delay(POLL_MS)
  }
}
