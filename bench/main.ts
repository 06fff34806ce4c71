// Runs the benchmarks named as arguments, or all of them, each in a process of its own, and prints their figures. A run of all of them also
// leaves a page in bench/results.
// usage: npm run bench [-- NAME …] [--json]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { type BenchFigure, figureTable } from './figure.ts'
import { runHuge } from './huge.ts'
import { runJdbcSink } from './jdbc-sink.ts'
import { runLog } from './log.ts'
import { coreCount, loadText, machineFacts } from './machine.ts'
import { runEvents } from './micro/events.ts'
import { runMicro } from './micro/rows-to-json.ts'
import { runPipeline } from './pipeline.ts'
import { runProfile } from './profile.ts'
import { type BenchSection, reportPage } from './report.ts'
import { runTables } from './tables.ts'

/** What a benchmark answers. `facts`: more about what it ran on. */
interface BenchResult {
  readonly figures: readonly BenchFigure[]
  readonly facts?: Readonly<Record<string, string>>
}

/** A benchmark by name. */
interface Benchmark {
  readonly about: string
  readonly run: () => Promise<BenchResult>
}

/** All benchmarks, in the order in which they run; a new one is one line here. */
const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  [
    'micro',
    {
      about: 'Row events to complete Debezium JSON, one thread',
      run: async () => ({ figures: await runMicro() }),
    },
  ],
  [
    'events',
    {
      about: 'Binlog events to Debezium JSON, plain and in compressed transactions',
      run: async () => ({ figures: await runEvents() }),
    },
  ],
  [
    'log',
    {
      about: 'Record batches, the durable log, and the producer to the embedded broker',
      run: async () => ({ figures: await runLog() }),
    },
  ],
  ['pipeline', { about: 'A backlog of a live MySQL to nothing and to the embedded log', run: () => runPipeline() }],
  ['tables', { about: 'Backlogs of other tables, and of compressed transactions, to nothing', run: () => runTables() }],
  ['jdbc-sink', { about: 'A topic of changes to rows of PostgreSQL', run: () => runJdbcSink() }],
  ['huge', { about: 'One transaction of ten million rows to the embedded log', run: () => runHuge() }],
  ['profile', { about: 'Where the time of row events to JSON goes', run: () => runProfile() }],
])

/** Argument of the process of one benchmark. */
const INSIDE = '--inside'

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const unknown = names.filter((name) => !BENCHMARKS.has(name))
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${[...BENCHMARKS.keys()].join(', ')}`)
  process.exitCode = 2
} else if (flags.includes(INSIDE)) console.log(JSON.stringify(await BENCHMARKS.get(names[0] ?? '')?.run()))
else await runAll()

async function runAll(): Promise<void> {
  const facts = new Map(machineFacts())
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const sections: BenchSection[] = []
  for (const [name, { about }] of BENCHMARKS) {
    if (names.length > 0 && !names.includes(name)) continue
    const before = loadText()
    const result = await runInside(name)
    if (result === null) {
      console.error(`The benchmark ${name} failed.`)
      process.exitCode = 1
      return
    }
    const section: BenchSection = { name, about, figures: result.figures, load: [before, loadText()] }
    sections.push(section)
    for (const [fact, value] of Object.entries(result.facts ?? {})) facts.set(fact, value)
    if (flags.includes('--json')) console.log(JSON.stringify({ ...section, node: process.version }))
    else console.log(`${name}: ${about} (load ${before}; ${loadText()})\n${figureTable(result.figures)}\n`)
  }
  if (names.length > 0) return
  const folder = path.join(import.meta.dirname, 'results')
  const file = path.join(folder, `${date.slice(0, 10)}-${coreCount()}-cores.md`)
  await mkdir(folder, { recursive: true })
  await writeFile(file, reportPage(`${date} UTC`, coreCount(), facts, sections))
  console.error(`written to ${path.relative(process.cwd(), file)}`)
}

/** A process per benchmark, so that none runs in code and memory that another has warmed up or filled. Null when it failed. */
async function runInside(name: string): Promise<BenchResult | null> {
  const args = ['--disable-warning=ExperimentalWarning', process.argv[1]!, name, INSIDE]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const output = await text(child.stdout)
  const [code] = await exited
  return code === 0 ? (JSON.parse(output) as BenchResult) : null
}
