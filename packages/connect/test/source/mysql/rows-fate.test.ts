import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RowsFate } from '../../../src/source/mysql/rows-fate.ts'

type Step = { readonly kind: 'rows' | 'set' | 'back' | 'release'; readonly name: string }

/** The same by copying lists, as a person would do it. */
function happened(steps: readonly Step[]): number[] {
  let rows: number[] = []
  let savepoints: { name: string; rows: number[] }[] = []
  let next = 0
  for (const { kind, name } of steps) {
    const at = savepoints.findIndex((savepoint) => savepoint.name === name)
    if (kind === 'rows') rows = [...rows, next++]
    else if (kind === 'set') savepoints = [...savepoints.filter((_s, i) => i !== at), { name, rows }]
    else if (at >= 0 && kind === 'release') savepoints = savepoints.slice(0, at)
    else if (at >= 0) {
      rows = savepoints[at]!.rows
      savepoints = savepoints.slice(0, at + 1)
    }
  }
  return rows
}

function follow(steps: readonly Step[]): RowsFate {
  const fate = new RowsFate()
  for (const { kind, name } of steps) {
    if (kind === 'rows') fate.count++
    else if (kind === 'set') fate.savepoint(name)
    else if (kind === 'release') fate.release(name)
    else fate.rollbackTo(name)
  }
  return fate
}

const kept = (fate: RowsFate) => Array.from({ length: fate.count }, (_, i) => i).filter((i) => !fate.isCancelled(i))

describe('rows of a transaction', () => {
  test('equal those of a plain model for any order of savepoints', { timeout: 60_000 }, () => {
    const step = fc.record({
      kind: fc.constantFrom('rows' as const, 'rows' as const, 'set' as const, 'back' as const, 'release' as const),
      name: fc.constantFrom('a', 'b', 'c'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        expect(kept(follow(steps))).toEqual(happened(steps))
      }),
      { numRuns: 2000 },
    )
  })

  test('are none behind a rollback', () => {
    const fate = follow([
      { kind: 'rows', name: '' },
      { kind: 'set', name: 'a' },
      { kind: 'rows', name: '' },
    ])
    fate.rollback()
    expect(kept(fate)).toEqual([])
    expect(fate.hasSavepoint).toBe(false)
  })

  test('a savepoint that is not set is said to be none', () => {
    expect(new RowsFate().rollbackTo('a')).toBeNull()
  })

  test('a new transaction starts from nothing', () => {
    const fate = follow([{ kind: 'rows', name: '' }])
    fate.rollback()
    fate.restart()
    fate.count++
    expect(kept(fate)).toEqual([0])
    expect(fate.rollbackTo('a')).toBeNull()
  })
})
