// npm run goldens -- [--events FOLDER] [--rest FOLDER] [--only REGEX] [--all] [--write-own]: runs every scenario found in folders of the format of
// ../shared/goldens (the default) on live servers against Millrace. One line per scenario, last line "N passed, N failed, N not supported";
// exit code 0 only if none failed. --all prints every difference of an event scenario, not only the first.
// Scenarios with a folder in test/goldens are compared with our own records ("passed (own)"). --write-own (with --only) writes such a folder
// from what was written now, for a person to read.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { judgedByList, readDifferences } from './differences.ts'
import { runScenario, type Verdict } from './event-runner.ts'
import { MysqlPool } from './mysql-pool.ts'
import { readOwn, withOwn, writeOwn } from './own-records.ts'
import { runRestFolder } from './rest-runner.ts'
import { findScenarios, readScenario } from './scenario.ts'

const root = path.join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    rest: { type: 'string' },
    only: { type: 'string' },
    all: { type: 'boolean' },
    'write-own': { type: 'boolean' },
  },
})
const isDefault = values.events === undefined && values.rest === undefined
const goldens = path.join(root, '../shared/goldens')
const events = values.events ?? (isDefault ? path.join(goldens, 'events') : null)
const rest = values.rest ?? (isDefault ? path.join(goldens, 'rest') : null)
const only = values.only === undefined ? null : new RegExp(values.only)
const differences = readDifferences(path.join(root, 'docs/reference/differences.md'))

const ownFolder = path.join(root, 'test/goldens')
const writesOwn = values['write-own'] === true && only !== null

const counts = { passed: 0, failed: 0, 'not supported': 0 }

function report(name: string, verdict: Verdict, isOwn = false): void {
  const judged = judgedByList(differences.get(name), verdict, isOwn)
  counts[judged.outcome]++
  const label = isOwn && judged.outcome === 'passed' ? 'passed (own)' : judged.outcome
  console.log(`${label.padEnd(13)} ${name}${judged.reason === undefined ? '' : `: ${judged.reason}`}`)
}

async function runEvents(folder: string): Promise<void> {
  const recorded = readScenario(folder)
  let isOwn = false
  let verdict: Verdict
  try {
    const own = writesOwn ? null : readOwn(ownFolder, recorded.name)
    isOwn = own !== null
    verdict = await runScenario(own === null ? recorded : withOwn(recorded, own), pool, {
      showsAll: values.all === true,
      ...(writesOwn ? { keep: (records) => writeOwn(ownFolder, recorded, records) } : {}),
    })
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error)
    verdict = { outcome: 'failed', reason }
  }
  report(recorded.name, verdict, isOwn)
}

const pool = new MysqlPool()
try {
  if (events !== null)
    for (const folder of findScenarios(path.resolve(events))) {
      if (only !== null && !only.test(path.basename(folder))) continue
      await runEvents(folder)
    }
  if (rest !== null)
    for await (const [name, verdict] of runRestFolder(path.resolve(rest), pool, only)) report(name, verdict)
} finally {
  await pool.stop()
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts['not supported']} not supported`)
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1
