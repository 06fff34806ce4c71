// Runs the benchmarks named as arguments, or all that need nothing but this machine, and prints their figures.
// usage: npm run bench [-- NAME …] [--json]
import { type BenchFigure, figureTable } from './figure.ts'
import { runMicro } from './micro/rows-to-json.ts'

/** A benchmark by name. */
interface Benchmark {
  readonly about: string
  readonly run: () => Promise<BenchFigure[]>
}

/** All benchmarks; a new one is one line here. */
const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  ['micro', { about: 'row events to complete Debezium JSON, one thread', run: runMicro }],
])

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const unknown = names.filter((name) => !BENCHMARKS.has(name))
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${[...BENCHMARKS.keys()].join(', ')}`)
  process.exitCode = 2
} else {
  for (const [name, { about, run }] of BENCHMARKS) {
    if (names.length > 0 && !names.includes(name)) continue
    const figures = await run()
    if (process.argv.includes('--json')) console.log(JSON.stringify({ name, node: process.version, figures }))
    else console.log(`${name}: ${about} (Node ${process.version})\n${figureTable(figures)}\n`)
  }
}
