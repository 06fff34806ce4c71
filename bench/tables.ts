// Backlogs of different tables to complete JSON that nobody reads: what wide rows, JSON, other character sets, large values and compressed
// transactions cost beside the ten plain columns, in one run on one machine.
import type { BenchFigure } from './figure.ts'
import { openNullRun } from './pipeline/null-run.ts'
import { openShop } from './pipeline/shop.ts'
import { createSql, insertSql, TABLE_KINDS, tableOf } from './tables/table-kinds.ts'

/** A compressed backlog is read at this share of the plain one's rate at least. */
const COMPRESSED_TARGET = 0.7
const MOST_PER_TRANSACTION = 10_000

/** Measures every kind of table. Fails when a row is missing. */
export async function runTables(): Promise<{
  readonly figures: BenchFigure[]
  readonly facts: Readonly<Record<string, string>>
}> {
  await using shop = await openShop(MOST_PER_TRANSACTION)
  const figures: BenchFigure[] = []
  const rates = new Map<string, number>()
  for (const kind of TABLE_KINDS) {
    await shop.server.sql(createSql(kind))
    await using run = await openNullRun(shop, kind.rows, tableOf(kind))
    await shop.server.sql(insertSql(kind))
    const { rows, bytes, seconds, cpuSeconds, peakMegabytes } = await run.read()
    rates.set(kind.name, rows / seconds)
    figures.push(
      { name: `${kind.name}: speed`, value: rows / seconds, unit: 'rows/s', better: 'higher' },
      { name: `${kind.name}: keys and values`, value: bytes / seconds / 1e6, unit: 'MB/s', better: 'higher' },
      { name: `${kind.name}: CPU`, value: cpuSeconds / (bytes / 1e9), unit: 's per GB', better: 'lower' },
      { name: `${kind.name}: peak memory`, value: peakMegabytes, unit: 'MB', better: 'lower' },
    )
  }
  const [plain, compressed] = TABLE_KINDS
  figures.push({
    name: 'compressed beside plain',
    value: rates.get(compressed!.name)! / rates.get(plain!.name)!,
    unit: 'ratio',
    better: 'higher',
    target: COMPRESSED_TARGET,
  })
  return { figures, facts: { MySQL: shop.version } }
}
