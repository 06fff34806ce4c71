// npm test: every test level that this machine can serve. What could not run is counted and named. The last line is
// "N passed, N failed, N skipped". usage: npm test [-- --level unit|live|goldens …]
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root, step } from './steps.ts'
import { addCounts, type Counts, countVitest, noCounts } from './test-counts.ts'
import { prepareTestTools } from './test-tools.ts'

const wanted = process.argv.flatMap((argument, index, all) => (all[index - 1] === '--level' ? [argument] : []))
const runs = (level: string) => wanted.length === 0 || wanted.includes(level)

let total: Counts = noCounts
const seconds: string[] = []

async function vitestLevel(level: string): Promise<void> {
  const report = path.join(tmpdir(), `millrace-test-${level}-${process.pid}.json`)
  const result = await step(`${level} tests`, 'vitest', [
    'run',
    '--project',
    level,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  try {
    total = addCounts(total, countVitest(JSON.parse(readFileSync(report, 'utf8')), result.ok))
  } catch {
    total = addCounts(total, { passed: 0, failed: 1, skipped: [], failures: [`${level}: vitest left no report`] })
  }
  rmSync(report, { force: true })
  seconds.push(`${level} ${result.seconds.toFixed(0)} s`)
}

await prepareTestTools()
if (runs('unit')) await vitestLevel('unit')
if (runs('live')) await vitestLevel('live')

console.log('')
for (const name of total.skipped) console.log(`skipped: ${name}`)
for (const name of total.failures) console.log(`FAILED: ${name}`)
console.log(`levels: ${seconds.join(', ')} (${path.basename(root)})`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
