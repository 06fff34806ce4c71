import { expect, test } from 'vitest'
import { ratios } from './ratios.ts'

const side = (name: string, speed: number, memory: number) => ({
  name,
  figures: [
    { name: `${name}: none: speed behind the first record`, value: speed, unit: 'events/s', better: 'higher' as const },
    { name: `${name}: peak memory`, value: memory, unit: 'MB', better: 'lower' as const },
    { name: `${name}: none: key and value`, value: 650, unit: 'bytes', better: 'neither' as const },
  ],
})

test('a ratio says how many times better, whichever way is better', () => {
  const found = ratios(side('old', 100, 1000), side('new', 1200, 250), false)
  expect(found.map(({ name, value, target }) => [name, value, target])).toEqual([
    ['new beside old: none: speed behind the first record', 12, 10],
    ['new beside old: peak memory', 4, 5],
  ])
})

test('the embedded log has targets of its own', () => {
  const [speed, memory] = ratios(side('old', 100, 1000), side('new', 1200, 250), true)
  expect([speed?.target, memory?.target]).toEqual([20, undefined])
})

test('a figure that only one side has is left out', () => {
  expect(ratios({ name: 'old', figures: [] }, side('new', 1, 1), false)).toEqual([])
})
