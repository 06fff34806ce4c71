// Checks the rules of the house; with --write also prints the room table into ARCHITECTURE.md between its markers.
// usage: node bin/launch.cjs tools/rooms/main.ts [--write]
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readFiles, readPlan } from './house.ts'
import { findings } from './rules.ts'
import { replaceTable, roomTable } from './table.ts'

const root = path.join(import.meta.dirname, '../..')
const plan = readPlan(path.join(import.meta.dirname, 'rooms.json'))
const page = path.join(root, 'ARCHITECTURE.md')
const text = readFileSync(page, 'utf8')
const wanted = replaceTable(text, roomTable(plan))
if (process.argv.includes('--write')) writeFileSync(page, wanted)
const problems = findings(plan, readFiles(root, plan))
if (!process.argv.includes('--write') && text !== wanted)
  problems.push('ARCHITECTURE.md: the room table is stale: run "node bin/launch.cjs tools/rooms/main.ts --write"')
for (const problem of problems) console.error(problem)
console.log(`rooms: ${plan.rooms.length} rooms, ${problems.length} findings`)
process.exitCode = problems.length === 0 ? 0 : 1
