import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type HousePlan, parseFile, readFiles, readPlan } from './house.ts'
import { findings, MAX_LINES } from './rules.ts'

const root = path.join(import.meta.dirname, '../..')

const plan: HousePlan = {
  packages: {
    'packages/a': { name: '@millrace/mysql', imports: [] },
    'packages/b': { name: '@millrace/connect', imports: ['@millrace/mysql'] },
  },
  rooms: [
    { path: 'packages/b/src/low', duty: 'low', imports: [] },
    { path: 'packages/b/src/high', duty: 'high', imports: ['packages/b/src/low'] },
  ],
  contracts: ['packages/b/src/high/high.ts'],
  bannedNames: ['utils'],
}
const contract = parseFile('packages/b/src/high/high.ts', 'export interface High {}')
const found = (file: string, text: string) => findings(plan, [contract, parseFile(file, text)])

describe('the rules of the house fail where they must', () => {
  test('a permitted arrow gives no finding', () => {
    expect(
      found('packages/b/src/high/x.ts', "import { y } from '../low/y.ts'\nimport { z } from '@millrace/mysql'"),
    ).toEqual([])
  })
  test.each([
    [
      'an arrow up between rooms',
      'packages/b/src/low/x.ts',
      "import { y } from '../high/y.ts'",
      /may not import packages\/b\/src\/high/,
    ],
    [
      'an arrow against the direction of packages',
      'packages/a/src/x.ts',
      "import { y } from '@millrace/connect'",
      /may not import @millrace\/connect/,
    ],
    [
      'a relative import into another package',
      'packages/b/src/low/x.ts',
      "import { y } from '../../../a/src/y.ts'",
      /outside its package/,
    ],
    [
      'an import past a package index',
      'packages/b/src/low/x.ts',
      "import '@millrace/mysql/src/y.ts'",
      /through their index only/,
    ],
    [
      'a worker entry in a room above',
      'packages/b/src/low/x.ts',
      "new Worker(new URL('../high/y.ts', import.meta.url))",
      /may not import/,
    ],
    ['a dynamic import up', 'packages/b/src/low/x.ts', "await import('../high/y.ts')", /may not import/],
    ['a vague name', 'packages/b/src/low/utils.ts', 'export {}', /tells nothing/],
    ['a giant', 'packages/b/src/low/x.ts', '//\n'.repeat(MAX_LINES + 1), /more than 500/],
    ['a file in no room', 'packages/b/src/x.ts', 'export {}', /belongs to no room/],
  ])('%s', (_what, file, text, message) => {
    expect(found(file, text).join('\n')).toMatch(message)
  })
  test('code in a contract file', () => {
    expect(findings(plan, [parseFile('packages/b/src/high/high.ts', 'export const x = 1')]).join()).toMatch(/no code/)
  })
  test('a cycle of files', () => {
    const files = [
      contract,
      parseFile('packages/b/src/low/x.ts', "import './y.ts'"),
      parseFile('packages/b/src/low/y.ts', "import './x.ts'"),
    ]
    expect(findings(plan, files).join()).toMatch(/cycle of imports/)
  })
  test('a cycle of rooms', () => {
    const turned = {
      ...plan,
      rooms: [...plan.rooms.slice(1), { path: 'packages/b/src/low', duty: '', imports: ['packages/b/src/high'] }],
    }
    expect(findings(turned, [contract]).join()).toMatch(/cycle of rooms/)
  })
})

test('this house is in order', () => {
  const own = readPlan(path.join(root, 'tools/rooms/rooms.json'))
  const files = readFiles(root, own)
  expect(files.length).toBeGreaterThan(5)
  expect(findings(own, files)).toEqual([])
})
