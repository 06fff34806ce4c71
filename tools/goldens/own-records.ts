// Our own expected records, test/goldens/<scenario>/: for scenarios in which Debezium loses or invents rows. They stand beside the
// recorded ones and replace them topic by topic; docs/reference/differences.md says why.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { differences } from './compare.ts'
import type { GoldenRecord, Scenario } from './scenario.ts'

/** What `outcome.json` may say; a member that is not there stays as recorded. */
interface OwnOutcome {
  readonly taskState?: 'RUNNING' | 'FAILED'
  /** Regular expression that the task's trace must match; only with `FAILED`. */
  readonly failure?: string
  /** Recorded topics that stay empty here. */
  readonly emptyTopics?: readonly string[]
}

/** What we expect of a scenario instead of what was recorded. */
export interface OwnExpectation {
  /** Masked records; every topic that occurs replaces the recorded topic whole. */
  readonly records: readonly GoldenRecord[]
  readonly outcome: OwnOutcome
}

/** Reads `<folder>/<name>`; null for a scenario without expectations of ours. Throws for a folder that says nothing. */
export function readOwn(folder: string, name: string): OwnExpectation | null {
  const place = path.join(folder, name)
  if (!existsSync(place)) return null
  const text = (file: string) =>
    existsSync(path.join(place, file)) ? readFileSync(path.join(place, file), 'utf8') : null
  const lines = text('expected.jsonl')
  const outcome = text('outcome.json')
  if (lines === null && outcome === null) throw new Error(`${place} has neither expected.jsonl nor outcome.json`)
  return {
    records: (lines ?? '').split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as GoldenRecord])),
    outcome: outcome === null ? {} : (JSON.parse(outcome) as OwnOutcome),
  }
}

/** The scenario with our expectations in place of the recorded ones. Throws where they would change nothing. */
export function withOwn(scenario: Scenario, { records, outcome }: OwnExpectation): Scenario {
  const topics = new Set([...records.map((record) => record.topic), ...(outcome.emptyTopics ?? [])])
  const expected = [...scenario.expected.filter((record) => !topics.has(record.topic)), ...records]
  const taskState = outcome.taskState ?? scenario.taskState
  if (taskState === scenario.taskState && differences(scenario.expected, expected).next().done === true)
    throw new Error(`test/goldens/${scenario.name} equals what was recorded: delete it`)
  return {
    ...scenario,
    expected,
    taskState,
    records: expected.length,
    isOwn: true,
    failurePattern: outcome.failure === undefined ? null : new RegExp(outcome.failure),
  }
}

/** Writes the topics in which `actual` (masked) differs from the record as our own; a person reads them before they are committed. */
export function writeOwn(folder: string, scenario: Scenario, actual: readonly GoldenRecord[]): void {
  const of = (records: readonly GoldenRecord[], topic: string) => records.filter((record) => record.topic === topic)
  const topics = [...new Set([...scenario.expected, ...actual].map((record) => record.topic))].sort()
  const differing = topics.filter(
    (topic) => differences(of(scenario.expected, topic), of(actual, topic)).next().done !== true,
  )
  const place = path.join(folder, scenario.name)
  mkdirSync(place, { recursive: true })
  const lines = differing.flatMap((topic) => of(actual, topic).map((record) => `${JSON.stringify(record)}\n`))
  writeFileSync(path.join(place, 'expected.jsonl'), lines.join(''))
  const empty = differing.filter((topic) => of(actual, topic).length === 0)
  if (empty.length > 0)
    writeFileSync(path.join(place, 'outcome.json'), `${JSON.stringify({ emptyTopics: empty }, null, 2)}\n`)
}
