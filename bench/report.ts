// The results of a run as a page: what the machine was, how busy it was, and the figures with their targets.
import { type BenchFigure, meetsTarget, numberText } from './figure.ts'
import type { MachineFacts } from './machine.ts'

/** What one benchmark measured. */
export interface BenchSection {
  readonly name: string
  readonly about: string
  readonly figures: readonly BenchFigure[]
  /** Load averages before and after. */
  readonly load: readonly [before: string, after: string]
}

/** Load per core, before a benchmark, from which on the page says that the machine was busy. */
const BUSY = 0.5

/** The page, in Markdown. `date`: day and time as they are printed. */
export function reportPage(
  date: string,
  cores: number,
  facts: MachineFacts,
  sections: readonly BenchSection[],
): string {
  const busiest = Math.max(0, ...sections.map(({ load: [before] }) => Number(before.split(' ')[0])))
  const lines = [`# Benchmarks, ${date}`, '', '| | |', '| --- | --- |']
  for (const [name, value] of facts) lines.push(`| ${name} | ${value} |`)
  lines.push('', 'All of `npm run bench`: database, Millrace and the benchmark share the machine.')
  if (busiest > cores * BUSY) {
    lines.push(
      `**The machine was busy with other work** (load average up to ${busiest} on ${cores} cores before a benchmark): speeds are lower than`,
      'they would be on an idle machine. CPU seconds suffer less.',
    )
  }
  for (const { name, about, figures, load } of sections) {
    lines.push('', `## ${name}`, '', `${about}. Load average before: ${load[0]}; after: ${load[1]}.`, '')
    lines.push('| figure | value | unit | target |', '| --- | ---: | --- | --- |')
    for (const figure of figures) {
      lines.push(`| ${figure.name} | ${numberText(figure.value)} | ${figure.unit} | ${targetText(figure)} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

function targetText(figure: BenchFigure): string {
  if (figure.target === undefined) return ''
  const bound = `${figure.better === 'lower' ? 'at most' : 'at least'} ${numberText(figure.target)}`
  return `${bound}: ${meetsTarget(figure) ? 'met' : '**missed**'}`
}
