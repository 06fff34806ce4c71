// npm run goldens -- [--events FOLDER] [--rest FOLDER] [--only REGEX] [--all]: runs every scenario found in folders of the format of
// ../shared/goldens (the default) on live servers against Millrace. One line per scenario, last line "N passed, N failed, N not supported";
// exit code 0 only if none failed. --all prints every difference of an event scenario, not only the first.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { readDifferences } from './differences.ts'
import { runScenario, type Verdict } from './event-runner.ts'
import { MysqlPool } from './mysql-pool.ts'
import { runRestFolder } from './rest-runner.ts'
import { findScenarios, readScenario } from './scenario.ts'

const root = path.join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { events: { type: 'string' }, rest: { type: 'string' }, only: { type: 'string' }, all: { type: 'boolean' } },
})
const isDefault = values.events === undefined && values.rest === undefined
const goldens = path.join(root, '../shared/goldens')
const events = values.events ?? (isDefault ? path.join(goldens, 'events') : null)
const rest = values.rest ?? (isDefault ? path.join(goldens, 'rest') : null)
const only = values.only === undefined ? null : new RegExp(values.only)
const differences = readDifferences(path.join(root, 'docs/reference/differences.md'))

const counts = { passed: 0, failed: 0, 'not supported': 0 }

function report(name: string, verdict: Verdict): void {
  const judged = withDifferences(name, verdict)
  counts[judged.outcome]++
  console.log(`${judged.outcome.padEnd(13)} ${name}${judged.reason === undefined ? '' : `: ${judged.reason}`}`)
}

/** A listed difference that fails as listed passes; one that passes unexpectedly fails, so that the list stays true. */
function withDifferences(name: string, verdict: Verdict): Verdict {
  const reason = differences.get(name)
  if (reason === undefined) return verdict
  if (verdict.outcome === 'failed') return { outcome: 'passed', reason: `differs as listed: ${reason}` }
  return verdict.outcome === 'passed'
    ? { outcome: 'failed', reason: 'passes, but stands in docs/reference/differences.md' }
    : verdict
}

const pool = new MysqlPool()
try {
  if (events !== null)
    for (const folder of findScenarios(path.resolve(events))) {
      if (only !== null && !only.test(path.basename(folder))) continue
      const verdict = await runScenario(readScenario(folder), pool, values.all === true).catch(
        (error: unknown): Verdict => ({
          outcome: 'failed',
          reason: error instanceof Error ? (error.message.split('\n')[0] as string) : String(error),
        }),
      )
      report(path.basename(folder), verdict)
    }
  if (rest !== null)
    for await (const [name, verdict] of runRestFolder(path.resolve(rest), pool, only)) report(name, verdict)
} finally {
  await pool.stop()
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts['not supported']} not supported`)
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1
