// How long a change takes from the client that makes it to a consumer, at given rates.
import { setTimeout as delay } from 'node:timers/promises'
import { readTopic } from '@millrace/kafka'
import mysql from 'mysql2/promise'
import type { BenchFigure } from '../figure.ts'
import type { Shop } from '../pipeline/shop.ts'
import { type ConnectorUse, checkRunning, endOf, nameOf, openCluster, register, topicOf } from './connector.ts'
import { ask, type Contender, type RunningWorker, until } from './contender.ts'

/** Changes per second, and for how long. */
const RATES = [
  { perSecond: 10, seconds: 20, perStatement: 1 },
  { perSecond: 200, seconds: 15, perStatement: 1 },
  { perSecond: 5000, seconds: 15, perStatement: 25 },
] as const
const LIMIT_MS = 180_000
/** A table of its own: connectors that read the backlog later have nothing to do with it. */
export const LATENCY_TABLE = 'CREATE TABLE shop.latency LIKE shop.orders'
let nextId = 1

/** Measures every rate. `share`: of the usual time, for a short trial. */
export async function measureLatency(
  contender: Contender,
  worker: RunningWorker,
  shop: Shop,
  share = 1,
): Promise<BenchFigure[]> {
  const use: ConnectorUse = { use: 'latency', compression: 'none', snapshot: 'no_data', table: 'latency' }
  const cluster = openCluster(worker)
  const connection = await mysql.createConnection({ host: shop.server.host, port: shop.server.port, user: 'root' })
  const ended = new AbortController()
  const arrived = new Map<number, number>()
  const topic = topicOf(contender, use)
  let reading: Promise<void> = Promise.resolve()
  try {
    await register(worker, contender, use, shop)
    await until(
      'a first record for the latency',
      LIMIT_MS,
      async () => {
        await insert(connection, 1)
        await checkRunning(worker, nameOf(contender, use))
        return (await endOf(cluster, topic)) > 0
      },
      300,
    )
    reading = (async () => {
      const options = { topic, partition: 0, fromOffset: 0, maxWaitMs: 500, signal: ended.signal }
      for await (const { records } of readTopic(cluster, options)) {
        const now = performance.now()
        for (const { key } of records) arrived.set((JSON.parse(String(key)) as { id: number }).id, now)
      }
    })()
    reading.catch(() => {})
    const figures: BenchFigure[] = []
    for (const { perSecond, seconds, perStatement } of RATES) {
      const sent = await make(connection, perSecond, seconds * share, perStatement)
      await until('the last change', LIMIT_MS, () => Promise.resolve([...sent.keys()].every((id) => arrived.has(id))))
      const latencies = [...sent].map(([id, at]) => (arrived.get(id) as number) - at).sort((a, b) => a - b)
      for (const percent of [50, 99]) {
        const value = latencies[
          Math.min(latencies.length - 1, Math.floor((latencies.length * percent) / 100))
        ] as number
        figures.push({
          name: `${contender.name}: ${perSecond} changes/s: p${percent}`,
          value,
          unit: 'ms',
          better: 'lower',
        })
      }
      figures.push({
        name: `${contender.name}: ${perSecond} changes/s: reached`,
        value: sent.size / (seconds * share),
        unit: 'changes/s',
        better: 'neither',
      })
    }
    return figures
  } finally {
    ended.abort()
    await reading.catch(() => {})
    await connection.end()
    await ask(worker, 'DELETE', `connectors/${nameOf(contender, use)}`)
    await cluster.close()
  }
}

/** Makes changes at a steady rate. Resolves with the time at which the statement of each id was sent. */
async function make(
  connection: mysql.Connection,
  perSecond: number,
  seconds: number,
  perStatement: number,
): Promise<Map<number, number>> {
  const sent = new Map<number, number>()
  const begin = performance.now()
  for (let count = 0; count < perSecond * seconds; count += perStatement) {
    const due = begin + (count / perSecond) * 1000
    const early = due - performance.now()
    if (early > 0) await delay(early)
    const at = performance.now()
    for (const id of await insert(connection, perStatement)) sent.set(id, at)
  }
  return sent
}

async function insert(connection: mysql.Connection, rows: number): Promise<number[]> {
  const ids = Array.from({ length: rows }, () => nextId++)
  const values = ids.map(
    (id) =>
      `(${id}, 7, 'paid', 'c${id}@example.com', 'Leave it at the door', 12.50, 3, 1, '2024-01-01 00:00:00.123456', '2025-06-15 12:00:00.123')`,
  )
  await connection.query(`INSERT INTO shop.latency VALUES ${values.join()}`)
  return ids
}
