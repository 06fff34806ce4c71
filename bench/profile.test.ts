import { expect, test } from 'vitest'
import { selfShares } from './profile.ts'

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber })

test("functions are listed by their own time, a function's nodes together", () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(program)') },
      { id: 2, callFrame: frame('next', 'file:///x/row-reader.ts', 9) },
      { id: 3, callFrame: frame('next', 'file:///x/row-reader.ts', 9) },
    ],
    samples: [1, 2, 3, 2],
    timeDeltas: [20, 30, 30, 20],
  }
  expect(selfShares(profile)).toEqual([
    { name: 'next (row-reader.ts:10)', share: 0.8 },
    { name: '(program)', share: 0.2 },
  ])
})

test('a profile without samples has no functions', () => {
  expect(selfShares({ nodes: [] })).toEqual([])
})
