import { expect, test } from 'vitest'
import { nameAdjuster, sanitisedTopic, unicodeTopic } from '../../../src/source/mysql/shape-names.ts'

test.each([
  ['p.db.table', 'p.db.table'],
  ['p.dÜ.a b/c', 'p.d_.a_b_c'],
  ['p.db.😀', 'p.db.__'],
  ['.', '_'],
  ['..', '__'],
  ['x'.repeat(300), 'x'.repeat(249)],
])('topic %j', (name, topic) => {
  expect(sanitisedTopic(name)).toBe(topic)
})

test.each([
  ['p.d-ü.t_a b$ş', 'p.d-_u00fc.t_u005fa_u0020b_u0024_u15f'],
  ['日', '_u65e5'],
  ['..', '__'],
])('unicode topic %j', (name, topic) => {
  expect(unicodeTopic(name)).toBe(topic)
})

test.each([
  ['none', 'a-b.1', 'a-b.1'],
  ['avro', 'a-b.ü', 'a_b._'],
  ['avro', '1a', '_1a'],
  ['avro_unicode', 'a_b', 'a_u005fb'],
  ['avro_unicode', 'a-b', 'a_u002db'],
  ['avro_unicode', '1a', '_u0031a'],
  ['avro_unicode', 'aş', 'a_u15f'],
] as const)('schema name, %s: %j', (mode, name, adjusted) => {
  expect(nameAdjuster(mode, true)(name)).toBe(adjusted)
})

test('a field name has no dots', () => {
  expect(nameAdjuster('avro', false)('a.b')).toBe('a_b')
})
