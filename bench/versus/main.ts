// Kafka Connect with Debezium and Millrace side by side: the same MySQL, the same Kafka 4.3.1, the same backlog, one after the other, in one run on
// one machine. Needs Java 17 and Maven. Leaves a page in bench/results unless the run is a short one.
// usage: node bench/versus/main.ts [--rows N] [--compression none,lz4,zstd] [--without backlog,snapshot,latency] [--trial]
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '@millrace/servers'
import { type BenchFigure, figureTable } from '../figure.ts'
import { coreCount, loadText, machineFacts } from '../machine.ts'
import { openShop, type Shop } from '../pipeline/shop.ts'
import { peakMegabytes } from '../pipeline/usage.ts'
import { type BenchSection, reportPage } from '../report.ts'
import { backlogUses, prepareBacklog, readBacklog } from './backlog.ts'
import { type Contender, debezium, millrace } from './contender.ts'
import { LATENCY_TABLE, measureLatency } from './latency.ts'
import { ratios } from './ratios.ts'
import { measureSnapshot } from './snapshot.ts'

const PER_TRANSACTION = 10_000
const { values: given } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    compression: { type: 'string', default: 'none,lz4,zstd' },
    without: { type: 'string', default: '' },
    trial: { type: 'boolean', default: false },
  },
})
const rows = given.trial ? 20_000 : Number(given.rows)
if (!Number.isInteger(rows) || rows < 1) throw new Error(`--rows ${given.rows}: a whole number is wanted`)
const without = new Set(given.without.split(','))
const uses = backlogUses(given.compression.split(','))

// Ctrl-C ends the servers too: they end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
await run()

async function run(): Promise<void> {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  await using stack = new AsyncDisposableStack()
  const shop = stack.use(await openShop(PER_TRANSACTION))
  await shop.server.sql(LATENCY_TABLE)
  const kafka = await startKafka()
  stack.defer(() => kafka.stop())
  const contenders = [debezium(kafka.bootstrap), millrace(kafka.bootstrap), millrace()]
  for (const contender of contenders) stack.use(contender)

  let written = 0
  let firstId = 0
  if (!without.has('backlog')) {
    for (const contender of contenders) written += await prepareBacklog(contender, uses, shop)
    firstId = written + 1
  }
  await shop.write(rows, PER_TRANSACTION)
  written += rows

  const sections: BenchSection[] = []
  for (const contender of contenders) {
    const before = loadText()
    const figures = await measure(contender, shop, firstId, written)
    sections.push({ name: contender.id, about: contender.name, figures, load: [before, loadText()] })
    console.log(`${contender.name} (load ${before}; ${loadText()})\n${figureTable(figures)}\n`)
  }
  const [first, ...others] = sections.map(({ name, about, figures }) => ({ id: name, name: about, figures }))
  const compared = others.flatMap((other) => ratios(first!, other, other.id === 'embedded'))
  console.log(`ratios\n${figureTable(compared)}`)
  sections.push({
    name: 'ratios',
    about: 'Above 1 is better than Kafka Connect with Debezium',
    figures: compared,
    load: [loadText(), loadText()],
  })
  if (given.trial) return
  const facts = new Map([
    ...machineFacts(),
    ['MySQL', shop.version],
    ['Kafka, Debezium', '4.3.1, 3.6.1'],
    ['backlog', `${rows} rows`],
  ])
  const folder = path.join(import.meta.dirname, '../results')
  const file = path.join(folder, `versus-${date.slice(0, 10)}-${coreCount()}-cores.md`)
  await mkdir(folder, { recursive: true })
  const page = reportPage(`${date} UTC`, coreCount(), facts, sections)
  await writeFile(file, page.replaceAll('`npm run bench`', '`node bench/versus/main.ts`'))
  console.error(`written to ${path.relative(process.cwd(), file)}`)
}

/** Everything of one side, in one process of it. */
async function measure(contender: Contender, shop: Shop, firstId: number, tableRows: number): Promise<BenchFigure[]> {
  const worker = await contender.start()
  const figure = (name: string, value: number, unit: string): BenchFigure => ({
    name: `${contender.name}: ${name}`,
    value,
    unit,
    better: 'lower',
  })
  const figures = [
    figure('start', worker.startSeconds, 's'),
    figure('memory at the start', peakMegabytes(worker.pid), 'MB'),
  ]
  try {
    if (!without.has('backlog')) figures.push(...(await readBacklog(contender, worker, uses, rows, firstId)))
    if (!without.has('snapshot')) figures.push(...(await measureSnapshot(contender, worker, shop, tableRows)))
    if (!without.has('latency')) figures.push(...(await measureLatency(contender, worker, shop, given.trial ? 0.2 : 1)))
  } finally {
    await worker.stop()
  }
  return figures
}
