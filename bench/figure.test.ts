import { expect, test } from 'vitest'
import { figureTable, meetsTarget } from './figure.ts'

test('targets are met in the better direction', () => {
  const figure = { name: 'x', value: 5, unit: 's' }
  expect(meetsTarget({ ...figure, better: 'higher', target: 5 })).toBe(true)
  expect(meetsTarget({ ...figure, better: 'higher', target: 6 })).toBe(false)
  expect(meetsTarget({ ...figure, better: 'lower', target: 4 })).toBe(false)
  expect(meetsTarget({ ...figure, better: 'lower' })).toBe(true)
})

test('the table says value, unit and whether the target is met', () => {
  const text = figureTable([
    { name: 'rows', value: 1234567.8, unit: 'rows/s', better: 'higher', target: 1_000_000 },
    { name: 'longer name', value: 1.2345, unit: 's', better: 'lower', target: 1 },
  ])
  expect(text.split('\n')).toEqual([
    'rows            1,234,568 rows/s  (meets 1,000,000)',
    'longer name          1.23 s  (MISSES 1)',
  ])
})
