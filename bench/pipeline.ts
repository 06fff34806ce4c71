// The whole road on a live MySQL: a backlog in its binary log to nothing and to the embedded log, then one transaction of many rows.
import type { BenchFigure } from './figure.ts'
import { type EmbeddedResult, openEmbeddedRun } from './pipeline/embedded-run.ts'
import { openNullRun } from './pipeline/null-run.ts'
import { openShop } from './pipeline/shop.ts'

/** How much is written. */
export interface PipelineOptions {
  /** Rows of the backlog, in transactions of 10,000. */
  readonly rows?: number
  /** Rows of the one large transaction. */
  readonly transactionRows?: number
}

const ROWS = 1_000_000
const TRANSACTION_ROWS = 2_000_000
const PER_TRANSACTION = 10_000
const TARGET_ROWS_PER_SECOND = 250_000
const TARGET_MEGABYTES = 250

/** Measures all three and tells the server's version. Fails when a row is missing, repeated or out of order. */
export async function runPipeline(
  options: PipelineOptions = {},
): Promise<{ readonly figures: BenchFigure[]; readonly facts: Readonly<Record<string, string>> }> {
  const { rows = ROWS, transactionRows = TRANSACTION_ROWS } = options
  await using shop = await openShop(Math.max(PER_TRANSACTION, transactionRows))
  const figures: BenchFigure[] = []
  {
    await using nothing = await openNullRun(shop, rows)
    await using embedded = await openEmbeddedRun(shop)
    const logBytes = await shop.write(rows, PER_TRANSACTION)
    figures.push({ name: 'binary log', value: logBytes / rows, unit: 'bytes/row', better: 'neither' })
    figures.push(...figuresOf('backlog to nothing', await nothing.read(), false))
    const result = await embedded.read(rows, 1)
    figures.push(...figuresOf('backlog to embedded log', result, true))
    figures.push({
      name: 'backlog to embedded log: speed behind the first record',
      value: rows / result.streamSeconds,
      unit: 'rows/s',
      better: 'higher',
    })
  }
  {
    await using embedded = await openEmbeddedRun(shop)
    await shop.write(transactionRows, transactionRows)
    figures.push(...figuresOf('one transaction to embedded log', await embedded.read(transactionRows, rows + 1), true))
  }
  return { figures, facts: { MySQL: shop.version } }
}

type Result = Pick<EmbeddedResult, 'rows' | 'bytes' | 'seconds' | 'cpuSeconds' | 'peakMegabytes'>

function figuresOf(what: string, result: Result, isTarget: boolean): BenchFigure[] {
  const { rows, bytes, seconds } = result
  const name = (figure: string): string => `${what}: ${figure}`
  return [
    {
      name: name('speed'),
      value: rows / seconds,
      unit: 'rows/s',
      better: 'higher',
      ...(isTarget ? { target: TARGET_ROWS_PER_SECOND } : {}),
    },
    { name: name('keys and values'), value: bytes / seconds / 1e6, unit: 'MB/s', better: 'higher' },
    { name: name('CPU'), value: result.cpuSeconds / (rows / 1e6), unit: 's per million rows', better: 'lower' },
    {
      name: name('peak memory'),
      value: result.peakMegabytes,
      unit: 'MB',
      better: 'lower',
      ...(isTarget ? { target: TARGET_MEGABYTES } : {}),
    },
  ]
}
