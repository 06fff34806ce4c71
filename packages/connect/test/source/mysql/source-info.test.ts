// The source block's own JSON writer gives what JsonConverter prints of the struct, for any content.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonConverter } from '../../../src/convert/json/json-converter.ts'
import { GrowingBytes } from '../../../src/data/growing-bytes.ts'
import { ReusedSourceInfo, type SnapshotState } from '../../../src/source/mysql/source-info.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a"b\\c', '\\u00ab', '\u0001\u007f\u2028', '😀/é'),
)
const facts = fc.record({
  epochNs: fc.bigInt({ min: 0n, max: 2n ** 61n }),
  snapshot: fc.constantFrom<SnapshotState>('true', 'first', 'last', 'false', 'incremental'),
  database: text,
  table: fc.option(text),
  serverId: fc.nat(0xffffffff),
  gtid: fc.option(
    fc.constantFrom('017538a6-e826-11f1-808a-02fc00000001:7', '017538a6-e826-11f1-808a-02fc00000001:tag:12'),
  ),
  file: text,
  threadId: fc.option(fc.nat(0xffffffff)),
  query: fc.option(text),
})
const place = fc.tuple(fc.oneof(fc.nat(99), fc.maxSafeNat()), fc.nat(100_000))

test('both writers agree', () => {
  const converter = new JsonConverter({ schemasEnable: false })
  fc.assert(
    fc.property(text, fc.array(fc.tuple(facts, place), { minLength: 1, maxLength: 3 }), (name, list) => {
      const source = new ReusedSourceInfo({ topicPrefix: name, flavour: 'mysql' })
      for (const [fact, [pos, row]] of list) {
        source.describe(fact)
        source.at(pos, row)
        const sink = new GrowingBytes(8)
        source.writeJson(sink)
        const struct = source.toStruct()
        expect(sink.copy().toString()).toBe(Buffer.from(converter.fromConnect('t', struct.schema, struct)!).toString())
      }
    }),
    { numRuns: 500 },
  )
})
