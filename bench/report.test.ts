import { expect, test } from 'vitest'
import { reportPage } from './report.ts'

const section = (before: string) => ({
  name: 'micro',
  about: 'rows to JSON',
  figures: [
    { name: 'speed', value: 1_234_567, unit: 'rows/s', better: 'higher', target: 1_000_000 } as const,
    { name: 'memory', value: 300, unit: 'MB', better: 'lower', target: 250 } as const,
    { name: 'size', value: 88.25, unit: 'bytes', better: 'neither' } as const,
  ],
  load: [before, '1.50 1.00 0.50'] as const,
})
const facts = new Map([['processor', 'some, 2 cores']])

test('the page has the machine, the figures and whether each target is met', () => {
  const page = reportPage('2026-01-02 03:04', 2, facts, [section('0.10 0.20 0.30')])
  expect(page).toContain('| processor | some, 2 cores |')
  expect(page).toContain('Load average before: 0.10 0.20 0.30; after: 1.50 1.00 0.50.')
  expect(page).toContain('| speed | 1,234,567 | rows/s | at least 1,000,000: met |')
  expect(page).toContain('| memory | 300 | MB | at most 250: **missed** |')
  expect(page).toContain('| size | 88.3 | bytes |  |')
  expect(page).not.toContain('busy')
})

test('a busy machine is said to be one', () => {
  expect(reportPage('today', 2, facts, [section('0.10 0 0'), section('7.50 0 0')])).toContain(
    'load average up to 7.5 on 2',
  )
})
