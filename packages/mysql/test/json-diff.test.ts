// Changes of JSON documents as partial updates hold them, without a server: see partial-json.live.test.ts for a real one's.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MysqlDataError } from '../src/error.ts'
import { BinaryJson } from '../src/json/binary-json.ts'
import { opened, packedJson, rawJson } from '../src/json/binary-tree.ts'
import { applyJsonDiffs } from '../src/json/json-diff.ts'
import { type Packable, packJson } from './pack-json.ts'

const [REPLACE, INSERT, REMOVE] = [0, 1, 2]
type Change = readonly [operation: number, path: string, value?: Packable]

function diffs(changes: readonly Change[]): Buffer {
  return Buffer.concat(
    changes.flatMap(([operation, path, value]) => {
      const pieces = [Buffer.from(path), ...(value === undefined ? [] : [packJson(value)])]
      return [Buffer.from([operation]), ...pieces.flatMap((piece) => [Buffer.from([piece.length]), piece])]
    }),
  )
}

function textOf(document: Buffer): string {
  return new BinaryJson().toText(document, 0, document.length)
}

function changed(before: Packable, ...changes: readonly Change[]): string {
  const bytes = diffs(changes)
  return textOf(applyJsonDiffs(packJson(before), bytes, 0, bytes.length))
}

describe('changes', () => {
  test.each<[Packable, readonly Change[], string]>([
    [{ a: 1n }, [], '{"a":1}'],
    [{ a: 1n }, [[REPLACE, '$.a', 2n]], '{"a":2}'],
    [{ a: 1n }, [[REPLACE, '$', [true, null]]], '[true,null]'],
    [{ b: 1n, key: 'x' }, [[INSERT, '$.aa', 70_000n]], '{"b":1,"aa":70000,"key":"x"}'],
    [{ b: [1n, 2n, 3n] }, [[REMOVE, '$.b[1]']], '{"b":[1,3]}'],
    [[1n, 2n], [[INSERT, '$[7]', 3n]], '[1,2,3]'],
    [[1n, 2n], [[INSERT, '$[last-7]', 3n]], '[3,1,2]'],
    [[1n, [2n]], [[REPLACE, '$[last][last]', 'x']], '[1,["x"]]'],
    [{ 'a b': { '"q"': 1n } }, [[REMOVE, '$."a b"."\\"q\\""']], '{"a b":{}}'],
    [
      { a: { b: 1n } },
      [
        [INSERT, '$.a.c', false],
        [REMOVE, '$.a.b'],
        [REPLACE, '$.a.c', 1.5],
      ],
      '{"a":{"c":1.5}}',
    ],
  ])('change %#', (before, changes, expected) => {
    expect(changed(before, ...changes)).toBe(expected)
  })

  test('a document that outgrows its small form', () => {
    const text = 'x'.repeat(40_000)
    const before = packJson({ a: text, c: -1n })
    const value = packJson([text])
    const length = Buffer.alloc(3)
    length[0] = 252
    length.writeUInt16LE(value.length, 1)
    const change = Buffer.concat([Buffer.from([INSERT!, 3]), Buffer.from('$.b'), length, value])
    expect(textOf(applyJsonDiffs(before, change, 0, change.length))).toBe(`{"a":"${text}","b":["${text}"],"c":-1}`)
  })

  test.each<[Packable, Change]>([
    [{ a: 1n }, [REPLACE!, '$.b', 1n]],
    [{ a: 1n }, [INSERT!, '$.a', 1n]],
    [{ a: 1n }, [REMOVE!, '$']],
    [{ a: 1n }, [REMOVE!, '$.a.b']],
    [[1n], [REMOVE!, '$[1]']],
    [[1n], [REPLACE!, '$[*]', 1n]],
    [{ a: 1n }, [REPLACE!, '$**.a', 1n]],
    [{ a: 1n }, [9, '$.a', 1n]],
  ])('what does not fit is refused: %#', (before, change) => {
    expect(() => changed(before, change)).toThrow(MysqlDataError)
  })
})

const document = fc.letrec<{ readonly value: Packable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value

function reopened(node: ReturnType<typeof opened>): ReturnType<typeof opened> {
  const open = opened(node)
  return open.kind === 'raw' ? open : { ...open, values: open.values.map(reopened) }
}

test('a document opened everywhere and packed again has the same text', () => {
  fc.assert(
    fc.property(document, fc.boolean(), (value, isLarge) => {
      const bytes = packJson(value, isLarge)
      expect(textOf(packedJson(reopened(rawJson(bytes, 0, bytes.length))))).toBe(textOf(bytes))
    }),
    { numRuns: 500 },
  )
}, 120_000)

test('damaged documents and changes give a named error or a document, nothing else', () => {
  fc.assert(
    fc.property(
      document,
      document,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      (value, next, flips) => {
        const before = packJson({ a: [value, value] })
        const bytes = diffs([
          [REPLACE!, '$.a[0]', 1n],
          [INSERT!, '$.a[2]', 'x'],
          [REMOVE!, '$.a[1]'],
          [INSERT!, '$.b', null],
        ])
        const after = packJson(next)
        for (const [at, byte] of flips) {
          before[at % before.length] = byte
          bytes[at % bytes.length] = byte
          after[at % after.length] = byte
        }
        for (const [from, change] of [
          [before, bytes],
          [after, bytes],
        ] as const) {
          try {
            textOf(applyJsonDiffs(from, change, 0, change.length))
          } catch (error) {
            expect(error).toBeInstanceOf(MysqlDataError)
          }
        }
      },
    ),
    { numRuns: 2000 },
  )
}, 120_000)
