// GTID sets against a model of plain numbers, and against what MySQL prints.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GtidSet, MysqlError } from '../../src/index.ts'

const A = '017538a6-e826-11f1-808a-02fc00000001'
const B = 'b718e35f-e80e-11f1-85d1-02fc00000001'

describe('text', () => {
  test.each([
    ['', ''],
    [`${A}:1-5`, `${A}:1-5`],
    [`${A}:5`, `${A}:5`],
    [`${A.toUpperCase()} : 1-3 : 4`, `${A}:1-4`],
    [`${B}:7,\n${A}:1-2:9`, `${A}:1-2:9,${B}:7`],
    [`${A}:1-6:tg1:1`, `${A}:1-6:tg1:1`],
    [`${A}:tag_b:1-3:tag_a:2,${A}:1`, `${A}:1:tag_a:2:tag_b:1-3`],
    [`${A.replaceAll('-', '')}:1`, `${A}:1`],
    [`${A}:9-3`, ''],
  ])('%j prints as %j', (text, printed) => {
    expect(GtidSet.parse(text).toString()).toBe(printed)
  })

  test.each([
    'x',
    A,
    `${A}:`,
    `${A}:0`,
    `${A}:1-`,
    `${A}:1:9tag`,
    `${A}:-1`,
    `${A}:99999999999999999999`,
    `${A}:1;${B}:1`,
  ])('%j is refused by name', (text) => {
    expect(() => GtidSet.parse(text)).toThrow(expect.objectContaining({ code: 'MYSQL_GTID_SYNTAX' }))
  })
})

/** Sets over three sources and numbers up to 40, as lists of ranges. */
const ranges = fc.array(
  fc.record({
    source: fc.constantFrom(`${A}|`, `${A}|tag`, `${B}|`),
    first: fc.integer({ min: 1, max: 40 }),
    length: fc.nat(9),
  }),
  { maxLength: 12 },
)
type Ranges = typeof ranges extends fc.Arbitrary<infer T> ? T : never

function setOf(list: Ranges): GtidSet {
  const set = new GtidSet()
  for (const { source, first, length } of list) {
    const [uuid, tag] = source.split('|') as [string, string]
    set.addRange(uuid, tag, BigInt(first), BigInt(first + length))
  }
  return set
}

function modelOf(list: Ranges): Set<string> {
  const model = new Set<string>()
  for (const { source, first, length } of list) for (let n = first; n <= first + length; n++) model.add(`${source}${n}`)
  return model
}

function isWithin(inner: ReadonlySet<string>, outer: ReadonlySet<string>): boolean {
  return [...inner].every((one) => outer.has(one))
}

function membersOf(set: GtidSet): Set<string> {
  const members = new Set<string>()
  for (const { uuid, tag, intervals } of set.sources) {
    for (let i = 0; i < intervals.length; i++) {
      const { first, last } = intervals[i]!
      // Sorted, and a number at least between two of them.
      if (i > 0) expect(first).toBeGreaterThan(intervals[i - 1]!.last + 1n)
      for (let n = first; n <= last; n++) members.add(`${uuid}|${tag}${n}`)
    }
  }
  return members
}

describe('algebra', () => {
  test('union, subtract, contains and equality are those of sets of numbers', () => {
    fc.assert(
      fc.property(ranges, ranges, (left, right) => {
        const [a, b] = [setOf(left), setOf(right)]
        const [modelA, modelB] = [modelOf(left), modelOf(right)]
        expect(membersOf(a)).toEqual(modelA)
        expect(membersOf(a.union(b))).toEqual(new Set([...modelA, ...modelB]))
        expect(membersOf(a.subtract(b))).toEqual(new Set([...modelA].filter((one) => !modelB.has(one))))
        expect(a.containsAll(b)).toBe(isWithin(modelB, modelA))
        expect(a.equals(b)).toBe(modelA.size === modelB.size && isWithin(modelB, modelA))
        expect(a.contains(A, 'tag', 7n)).toBe(modelA.has(`${A}|tag7`))
      }),
      { numRuns: 2000 },
    )
  })

  test('text and bytes read back as the same set', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const set = setOf(list)
        expect(GtidSet.parse(set.toString()).equals(set)).toBe(true)
        expect(GtidSet.decode(set.encode()).toString()).toBe(set.toString())
      }),
    )
  })

  test('numbers beyond 2^53 stay exact', () => {
    const set = GtidSet.parse(`${A}:9007199254740993-9223372036854775806`)
    expect(set.contains(A, '', 9007199254740992n)).toBe(false)
    expect(GtidSet.decode(set.encode()).toString()).toBe(`${A}:9007199254740993-9223372036854775806`)
  })
})

describe('bytes', () => {
  test('plain form', () => {
    expect(GtidSet.parse(`${A}:1-5`).encode().toString('hex')).toBe(
      `0100000000000000${A.replaceAll('-', '')}010000000000000001000000000000000600000000000000`,
    )
  })

  test('tagged form, as MySQL 9.7 writes it in PREVIOUS_GTIDS', () => {
    const set = GtidSet.parse(`${A}:1-5:tg1:1`)
    const uuid = A.replaceAll('-', '')
    const recorded =
      `0102000000000001${uuid}00010000000000000001000000000000000600000000000000` +
      `${uuid}06746731010000000000000001000000000000000200000000000000`
    expect(set.encode().toString('hex')).toBe(recorded)
  })

  test('bytes that are no set are refused by name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          GtidSet.decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(MysqlError)
        }
      }),
    )
  })
})
