// How fast the rows of the table are copied: from the request until the last one is in the topic, and behind the first one.
import type { BenchFigure } from '../figure.ts'
import type { Shop } from '../pipeline/shop.ts'
import { type ConnectorUse, checkRunning, endOf, nameOf, openCluster, register, topicOf } from './connector.ts'
import { ask, type Contender, type RunningWorker, until } from './contender.ts'

const LIMIT_MS = 180_000
const MS_PER_ROW = 1

/** Copies the table once. `rows`: as many as it has. */
export async function measureSnapshot(
  contender: Contender,
  worker: RunningWorker,
  shop: Shop,
  rows: number,
): Promise<BenchFigure[]> {
  const use: ConnectorUse = { use: 'snapshot', compression: 'none', snapshot: 'initial' }
  const cluster = openCluster(worker)
  try {
    const start = performance.now()
    let firstSeen = 0
    await register(worker, contender, use, shop)
    await until('the end of the snapshot', LIMIT_MS + rows * MS_PER_ROW, async () => {
      const end = await endOf(cluster, topicOf(contender, use))
      if (end > 0 && firstSeen === 0) firstSeen = performance.now()
      if (end === 0) await checkRunning(worker, nameOf(contender, use))
      return end >= rows
    })
    const now = performance.now()
    const figure = (name: string, from: number): BenchFigure => ({
      name: `${contender.name}: snapshot: ${name}`,
      value: rows / ((now - from) / 1000),
      unit: 'rows/s',
      better: 'higher',
    })
    return [figure('speed behind the first record', firstSeen), figure('speed from the request on', start)]
  } finally {
    await ask(worker, 'DELETE', `connectors/${nameOf(contender, use)}`)
    await cluster.close()
  }
}
