import { expect, test } from 'vitest'
import { compileJavaRegex, expandReplacement, splitList } from '../../src/config/java-regex.ts'

const whole = (pattern: string, text: string) => compileJavaRegex(pattern, { isFullMatch: true }).test(text)

test('Java constructs mean in JavaScript what they mean in Java', () => {
  expect(whole('inv\\.\\Qa.b\\E.*', 'inv.a.b!')).toBe(true)
  expect(whole('inv\\.\\Qa.b\\E.*', 'inv.aXb!')).toBe(false)
  expect(whole('(?i)abc', 'ABC')).toBe(true)
  expect(whole('[\\p{Alpha}_]+', 'ab_C')).toBe(true)
  expect(whole('\\p{Punct}', '!')).toBe(true)
  expect(whole('\\p{Lu}x', 'Äx')).toBe(true)
  expect(whole('a++b', 'aab')).toBe(true)
  expect(whole('a|bc', 'bc')).toBe(true)
  expect(whole('a|bc', 'abc')).toBe(false)
  expect(whole('\\Aab\\z', 'ab')).toBe(true)
})

test.each([
  ['[', 'Unclosed character class near index 0\n[\n^'],
  ['[a', 'Unclosed character class near index 1\n[a\n ^'],
  ['a.(b', 'Unclosed group near index 4\na.(b'],
  ['*', "Dangling meta character '*' near index 0\n*\n^"],
  ['a|+', "Dangling meta character '+' near index 2\na|+\n  ^"],
])('%s is refused in the words of Java', (pattern, message) => {
  expect(() => compileJavaRegex(pattern)).toThrow(message)
})

test('replacements expand groups by number and by name', () => {
  const match = /(?<db>\w+)\.(\w+)/.exec('inv.cust') as RegExpExecArray
  expect(expandReplacement('$1-${db}-$2', match)).toBe('inv-inv-cust')
  expect(expandReplacement('\\$1$23', match)).toBe('$1cust3')
  expect(() => expandReplacement('${nosuch}', match)).toThrow('No group with name {nosuch}')
  expect(() => expandReplacement('$3', match)).toThrow('No group 3')
  expect(() => expandReplacement('a$', match)).toThrow('Illegal group reference')
})

test('comma lists keep escaped commas and drop blanks', () => {
  expect(splitList(' a , b\\,c,, d{1\\,2} ')).toEqual(['a', 'b,c', 'd{1,2}'])
})
