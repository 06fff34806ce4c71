// One transaction of ten million rows to the embedded log: memory must not follow the size of a transaction.
import type { BenchFigure } from './figure.ts'
import { openEmbeddedRun } from './pipeline/embedded-run.ts'
import { openShop } from './pipeline/shop.ts'

const ROWS = 10_000_000
const TARGET_MEGABYTES = 512

/** Measures it. Fails when a row is missing, repeated or out of order. */
export async function runHuge(
  rows = ROWS,
): Promise<{ readonly figures: BenchFigure[]; readonly facts: Readonly<Record<string, string>> }> {
  await using shop = await openShop(rows)
  await using embedded = await openEmbeddedRun(shop)
  const logBytes = await shop.write(rows, rows)
  const result = await embedded.read(rows, 1)
  return {
    figures: [
      { name: 'binary log of the transaction', value: logBytes / 1e6, unit: 'MB', better: 'neither' },
      { name: 'speed', value: rows / result.seconds, unit: 'rows/s', better: 'higher' },
      { name: 'CPU', value: result.cpuSeconds / (rows / 1e6), unit: 's per million rows', better: 'lower' },
      { name: 'peak memory', value: result.peakMegabytes, unit: 'MB', better: 'lower', target: TARGET_MEGABYTES },
    ],
    facts: { MySQL: shop.version },
  }
}
