import fc from 'fast-check'
import { expect, test } from 'vitest'
import { javaObjectArray, readJavaObjectArray } from '../../../../src/source/mysql/incremental/java-object-array.ts'

// Written by java.io.ObjectOutputStream of Java 17.
const WRITTEN_BY_JAVA = [
  [
    [2],
    'aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c0200007870000000017372' +
      '00116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c7565787200106a6176612e6c616e672e4e756d62657286ac951d0b94e08b020000787000000002',
  ],
] as const

test.each(WRITTEN_BY_JAVA)('%j is written as Java writes it, and read', (elements, hex) => {
  expect(javaObjectArray(elements)).toBe(hex)
  expect(readJavaObjectArray(hex)).toEqual(elements)
})

test('what is written is read', () => {
  const element = fc.oneof(
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.constant(null),
  )
  fc.assert(
    fc.property(fc.array(element), (elements) => {
      expect(readJavaObjectArray(javaObjectArray(elements))).toEqual(elements)
    }),
  )
}, 60_000)

test('anything else is refused by name, not by a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const hex = `aced0005${Buffer.from(bytes).toString('hex')}`
      expect(() => readJavaObjectArray(hex)).toThrow(
        expect.objectContaining({ code: 'CDC_POSITION_INVALID' }) as unknown as Error,
      )
    }),
  )
}, 60_000)
