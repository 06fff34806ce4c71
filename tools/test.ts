// npm test: every test level that this machine can serve. What could not run is counted and named. The last line is
// "N passed, N failed, N skipped". usage: npm test [-- --level unit|live|goldens …]; every golden scenario: npm run goldens
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { captured, root, step } from './steps.ts'
import { addCounts, type Counts, countGoldens, countVitest, noCounts } from './test-counts.ts'
import { prepareTestTools } from './test-tools.ts'
import { UNHANDLED_FILE } from './unhandled-reporter.ts'

const wanted = process.argv.flatMap((argument, index, all) => (all[index - 1] === '--level' ? [argument] : []))
const runs = (level: string) => wanted.length === 0 || wanted.includes(level)

let total: Counts = noCounts
const seconds: string[] = []

async function vitestLevel(level: string): Promise<void> {
  const report = path.join(tmpdir(), `millrace-test-${level}-${process.pid}.json`)
  const unhandled = `${report}.unhandled`
  process.env[UNHANDLED_FILE] = unhandled
  const result = await step(`${level} tests`, 'vitest', [
    'run',
    '--project',
    level,
    '--reporter=default',
    '--reporter=json',
    `--reporter=${path.join(root, 'tools/unhandled-reporter.ts')}`,
    `--outputFile.json=${report}`,
  ])
  try {
    const errors: string[] = existsSync(unhandled) ? JSON.parse(readFileSync(unhandled, 'utf8')) : []
    total = addCounts(total, countVitest(JSON.parse(readFileSync(report, 'utf8')), result.ok, errors))
  } catch {
    total = addCounts(total, { passed: 0, failed: 1, skipped: [], failures: [`${level}: vitest left no report`] })
  }
  for (const file of [report, unhandled]) rmSync(file, { force: true })
  seconds.push(`${level} ${result.seconds.toFixed(0)} s`)
}

/** Golden scenarios that are run with every test: enough to see each stage; all of them take a quarter of an hour. */
const EVERYDAY_GOLDENS =
  '^(demo-|keys|no-gtid|option-no|snapshot-(initial|no-data|many|last)|filter-|outbox-default|compressed|restart|rest/(basic|crud|initial|invalidCreate|lifecycle|nameRules|offsets|plugins|wrongpassword)$)'

async function goldensLevel(): Promise<void> {
  const folder = path.join(root, '../shared/goldens')
  if (!existsSync(folder)) {
    total = addCounts(total, { ...noCounts, skipped: ['goldens: no folder ../shared/goldens'] })
    return
  }
  const result = await captured('goldens', [
    '--disable-warning=ExperimentalWarning',
    'tools/goldens/main.ts',
    '--only',
    EVERYDAY_GOLDENS,
  ])
  total = addCounts(total, countGoldens(result.output, result.ok))
  seconds.push(`goldens ${result.seconds.toFixed(0)} s`)
}

await prepareTestTools()
if (runs('unit')) await vitestLevel('unit')
if (runs('live')) await vitestLevel('live')
if (runs('goldens')) await goldensLevel()

console.log('')
for (const name of total.skipped) console.log(`skipped: ${name}`)
for (const name of total.failures) console.log(`FAILED: ${name}`)
console.log(`levels: ${seconds.join(', ')} (${path.basename(root)})`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
