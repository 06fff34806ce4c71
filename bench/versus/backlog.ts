// A backlog that both sides read: their connectors are stopped at the same place of the log, rows are written, each side reads them alone.
import { setTimeout as delay } from 'node:timers/promises'
import { readTopic } from '@millrace/kafka'
import type { BenchFigure } from '../figure.ts'
import type { Shop } from '../pipeline/shop.ts'
import { checkTopic } from '../pipeline/topic-check.ts'
import { cpuSeconds, peakMegabytes } from '../pipeline/usage.ts'
import {
  type ConnectorUse,
  checkRunning,
  endOf,
  nameOf,
  openCluster,
  register,
  stopConnector,
  topicOf,
} from './connector.ts'
import { ask, type Contender, type RunningWorker, until } from './contender.ts'

const LIMIT_MS = 180_000
/** Longest time a row may take on the average. */
const MS_PER_ROW = 1

/** The passes over the backlog. The first one warms up: both sides compile their code in it. */
export function backlogUses(compressions: readonly string[]): ConnectorUse[] {
  const pass = (use: string, compression: string): ConnectorUse => ({ use, compression, snapshot: 'no_data' })
  return [pass('cold', 'none'), ...compressions.map((name) => pass(name, name))]
}

/** Registers the connectors of every pass, waits until each has seen the row written for it, and stops them. Resolves with the rows written. */
export async function prepareBacklog(contender: Contender, uses: readonly ConnectorUse[], shop: Shop): Promise<number> {
  const worker = await contender.start()
  const cluster = openCluster(worker)
  let rows = 0
  try {
    for (const use of uses) {
      await register(worker, contender, use, shop)
      // Rows before the stream begins are not seen: one more is written until one is.
      await until(`a first record of ${nameOf(contender, use)}`, LIMIT_MS, async () => {
        await shop.write(1, 1)
        rows++
        await checkRunning(worker, nameOf(contender, use))
        await delay(500)
        return (await endOf(cluster, topicOf(contender, use))) > 0
      })
    }
    for (const use of uses) {
      await until('the last row before the backlog', LIMIT_MS, async () => {
        const end = await endOf(cluster, topicOf(contender, use))
        await delay(1500)
        return end === (await endOf(cluster, topicOf(contender, use)))
      })
      await stopConnector(worker, contender, use)
    }
  } finally {
    await cluster.close()
    await worker.stop()
  }
  return rows
}

/** Reads the backlog in every pass, one after the other. Each topic must then hold exactly the rows, in order. */
export async function readBacklog(
  contender: Contender,
  worker: RunningWorker,
  uses: readonly ConnectorUse[],
  rows: number,
  firstId: number,
): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = []
  const cluster = openCluster(worker)
  const figure = (name: string, value: number, unit: string, better: BenchFigure['better']): number =>
    figures.push({ name: `${contender.name}: ${name}`, value, unit, better })
  try {
    for (const use of uses) {
      const topic = topicOf(contender, use)
      const last = firstId + rows - 1
      const from = await endOf(cluster, topic)
      const cpuBefore = cpuSeconds(worker.pid)
      const start = performance.now()
      let firstSeen = 0
      await ask(worker, 'PUT', `connectors/${nameOf(contender, use)}/resume`)
      // Rows written for connectors that were registered later come before the backlog.
      let wanted = rows
      await until(`the end of the backlog of ${nameOf(contender, use)}`, LIMIT_MS + rows * MS_PER_ROW, async () => {
        const end = await endOf(cluster, topic)
        if (end > from && firstSeen === 0) {
          firstSeen = performance.now()
          wanted = last - (await firstIdAt(cluster, topic, from)) + 1
        }
        return firstSeen > 0 && end - from >= wanted
      })
      const now = performance.now()
      const cpu = cpuSeconds(worker.pid) - cpuBefore
      const bytes = await checkTopic(cluster, topic, from + wanted - rows, rows, firstId)
      figure(`${use.use}: speed behind the first record`, wanted / ((now - firstSeen) / 1000), 'events/s', 'higher')
      figure(`${use.use}: speed from the request on`, wanted / ((now - start) / 1000), 'events/s', 'higher')
      figure(`${use.use}: worker CPU`, (cpu / wanted) * 1e6, 's per million', 'lower')
      figure(`${use.use}: key and value`, bytes / rows, 'bytes', 'neither')
      await stopConnector(worker, contender, use)
    }
    figure('peak memory', peakMegabytes(worker.pid), 'MB', 'lower')
  } finally {
    await cluster.close()
  }
  return figures
}

async function firstIdAt(cluster: ReturnType<typeof openCluster>, topic: string, offset: number): Promise<number> {
  for await (const { records } of readTopic(cluster, { topic, partition: 0, fromOffset: offset, maxBytes: 65_536 })) {
    const [record] = records
    if (record !== undefined) return (JSON.parse(String(record.key)) as { id: number }).id
  }
  throw new Error(`nothing can be read from ${topic}`)
}
