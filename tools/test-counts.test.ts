import { expect, test } from 'vitest'
import { addCounts, countGoldens, countVitest, noCounts } from './test-counts.ts'

const file = (status: string, ...results: [string, string][]) => ({
  name: 'x.test.ts',
  status,
  assertionResults: results.map(([fullName, outcome]) => ({ fullName, status: outcome })),
})

test('passed, failed and skipped tests are counted, the last two by name', () => {
  const counts = countVitest(
    { testResults: [file('failed', ['a', 'passed'], ['b', 'failed'], ['c', 'skipped'], ['d', 'todo'])] },
    false,
  )
  expect(counts).toEqual({ passed: 1, failed: 1, skipped: ['c', 'd'], failures: ['b'] })
})

test('a file that did not load is a failure', () => {
  expect(countVitest({ testResults: [file('failed')] }, false).failed).toBe(1)
})

test('a run that ended badly without a failed test is a failure', () => {
  expect(countVitest({ testResults: [file('passed', ['a', 'passed'])] }, false).failed).toBe(1)
})

test('errors that no test owns are named', () => {
  const counts = countVitest({ testResults: [file('passed', ['a', 'passed'])] }, false, ['Error: write EPIPE'])
  expect(counts.failures).toEqual(['outside every test: Error: write EPIPE'])
})

test('a failure shows how its message begins', () => {
  const failed = { fullName: 'b', status: 'failed', failureMessages: ['Error: 1 is not 2\n  at x.ts'] }
  const counts = countVitest({ testResults: [{ name: 'x', status: 'failed', assertionResults: [failed] }] }, false)
  expect(counts.failures).toEqual(['b\n    Error: 1 is not 2\n      at x.ts'])
})

test('levels add up', () => {
  const one = countVitest({ testResults: [file('passed', ['a', 'passed'])] }, true)
  expect(addCounts(addCounts(noCounts, one), one).passed).toBe(2)
})

test('the golden runner is counted by its lines', () => {
  const output =
    'passed        a\nfailed        b: value differs\nnot supported c: masks are not built\n1 passed, 1 failed, 1 not supported\n'
  expect(countGoldens(output, false)).toEqual({
    passed: 1,
    failed: 1,
    skipped: ['golden c: masks are not built'],
    failures: ['golden b: value differs'],
  })
  expect(countGoldens('passed        a\n', false).failed).toBe(1)
})
