import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { judgedByList } from './differences.ts'
import { readOwn, withOwn, writeOwn } from './own-records.ts'
import { type GoldenRecord, readScenario, type Scenario } from './scenario.ts'

const record = (topic: string, value: string): GoldenRecord => ({
  topic,
  partition: 0,
  key: { null: true },
  value: { text: value },
  headers: [],
})

let folder: string
let scenario: Scenario

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'own-'))
  const recorded = path.join(folder, 'recorded')
  mkdirSync(recorded)
  writeFileSync(path.join(recorded, 'scenario.json'), JSON.stringify({ taskState: 'RUNNING', records: 3 }))
  const lines = [record('a', '1'), record('a', '2'), record('b', '1')].map((line) => JSON.stringify(line))
  writeFileSync(path.join(recorded, 'expected.masked.jsonl'), lines.join('\n'))
  scenario = readScenario(recorded)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('records of our own', () => {
  test('replace the topics that they name and leave the others', () => {
    const own = withOwn(scenario, { records: [record('a', '1')], outcome: {} })
    expect(own.expected).toEqual([record('b', '1'), record('a', '1')])
    expect(own).toMatchObject({ records: 2, isOwn: true, taskState: 'RUNNING', failurePattern: null })
  })

  test('empty a topic, and expect a failed task', () => {
    const own = withOwn(scenario, { records: [], outcome: { emptyTopics: ['b'], taskState: 'FAILED', failure: 'x+' } })
    expect(own.expected.map(({ topic }) => topic)).toEqual(['a', 'a'])
    expect(own.failurePattern?.test('axx')).toBe(true)
  })

  test('must differ from what was recorded', () => {
    expect(() => withOwn(scenario, { records: [record('b', '1')], outcome: {} })).toThrow(/delete it/)
  })

  test('are read as they were written: only what differs', () => {
    writeOwn(path.join(folder, 'own'), scenario, [record('a', '1'), record('a', '3')])
    expect(readOwn(path.join(folder, 'own'), 'recorded')).toEqual({
      records: [record('a', '1'), record('a', '3')],
      outcome: { emptyTopics: ['b'] },
    })
    expect(readOwn(path.join(folder, 'own'), 'another')).toBeNull()
  })

  test('an empty folder is a mistake', () => {
    mkdirSync(path.join(folder, 'own/empty'), { recursive: true })
    expect(() => readOwn(path.join(folder, 'own'), 'empty')).toThrow(/neither/)
  })
})

describe('the list', () => {
  test.each([
    ['listed, fails', 'why', 'failed', false, 'passed'],
    ['listed, passes', 'why', 'passed', false, 'failed'],
    ['not listed, passes', undefined, 'passed', false, 'passed'],
    ['not listed, fails', undefined, 'failed', false, 'failed'],
    ['own and listed, passes', 'why', 'passed', true, 'passed'],
    ['own and listed, fails', 'why', 'failed', true, 'failed'],
    ['own without a reason', undefined, 'passed', true, 'failed'],
  ] as const)('%s', (_what, reason, outcome, isOwn, expected) => {
    expect(judgedByList(reason, { outcome, reason: 'x' }, isOwn).outcome).toBe(expected)
  })
})
