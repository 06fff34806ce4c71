import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topicPattern } from './topic-pattern.ts'

/** Expressions that mean the same in RE2 and in JavaScript, over a small alphabet. */
const expression: fc.Arbitrary<string> = fc.letrec((tie) => ({
  atom: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom('a', 'b', '\\.', '.', '[ab]', '[^a]', '[a-c]', '\\d', '\\w', '\\W', '-', '^', '$', '\\b'),
    fc.tuple(fc.constantFrom('(', '(?:'), tie('alternatives')).map(([open, inner]) => `${open}${inner as string})`),
  ),
  repeated: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{1,}'))
    .map(([atom, mark]) => (/^(\^|\$|\\b)$/.test(atom as string) ? (atom as string) : `${atom as string}${mark}`)),
  sequence: fc.array(tie('repeated'), { maxLength: 3 }).map((parts) => parts.join('')),
  alternatives: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|')),
})).alternatives as fc.Arbitrary<string>

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '-', '1'), maxLength: 5 })

describe('an expression', () => {
  it('matches the whole names that JavaScript would match', () => {
    fc.assert(
      fc.property(expression, fc.array(name, { minLength: 1, maxLength: 5 }), (text, names) => {
        const ours = topicPattern(text)
        const theirs = new RegExp(`^(?:${text})$`)
        for (const one of names) expect([one, ours(one)]).toEqual([one, theirs.test(one)])
      }),
      { numRuns: 1000 },
    )
  }, 120_000)

  it.each([
    ['(?i)orders', 'ORDERS', true],
    ['(?i:o)rders', 'ORders', false],
    ['(?P<shop>a|b)\\.x', 'b.x', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b\\E', 'axb', false],
    ['[[:alpha:]]+', 'abc', true],
    ['[^[:digit:]-]+', 'a-b', false],
    ['\\x61\\x{62}', 'ab', true],
    ['a]', 'a]', true],
    ['[]a]', ']', true],
    ['', '', true],
  ])('%j on %j: %j', (text, topic, isMatch) => {
    expect(topicPattern(text)(topic)).toBe(isMatch)
  })

  it.each([
    '(',
    ')',
    'a**',
    '*a',
    '[a',
    '[b-a]',
    'a{2000}',
    'a{3,2}',
    '\\',
    '\\1',
    '(?=a)',
    '(?!a)',
    '[[:no:]]',
    '((a{900}){900})',
  ])('%j is refused by name', (text) => {
    expect(() => topicPattern(text)).toThrow(expect.objectContaining({ code: 'INVALID_REGULAR_EXPRESSION' }))
  })

  it('takes time in proportion to the name, also where backtracking would not end', () => {
    expect(topicPattern('(a*)*(a|a)*(a+)+b')('a'.repeat(249))).toBe(false)
  })

  it('is refused when it nests without end', () => {
    expect(() => topicPattern('('.repeat(100_000))).toThrow(/nests too deeply/)
  })
})
