// Payloads recorded from the tutorial's Python application: ours must be equal byte for byte.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeQuestion, encodeDeletion, encodeQuestion } from '../src/outbox/question-event.ts'
import { fromDatabaseText } from '../src/time/micros.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test.each([
  [1, 'Favourite colour?', '2026-11-20 10:11:12', '080112114661766f757269746520636f6c6f75723f1a0608c0b980d806'],
  [2, 'türkçe ığş', '2026-11-20 10:11:12', '0802120f74c3bc726bc3a76520c4b1c49fc59f1a0608c0b980d806'],
  [6, 'us', '2026-11-20 10:11:12.123456', '0806120275731a0b08c0b980d806108094ef3a'],
  [7, 'far', '9999-12-31 23:59:59.999999', '080712036661721a0d08ff82d1ffaf0710988cebdc03'],
  [5, 'old2', '1900-01-01 00:00:00', '080512046f6c64321a0b088083d6e2f7ffffffff01'],
  [4, 'old', '0999-01-01 00:00:00', '080412036f6c641a0b0880b2efec8dffffffff01'],
  [8, '😀', '2026-11-20 10:11:12', '08081204f09f98801a0608c0b980d806'],
  // before 1970 with a fraction: seconds go down, nanos stay positive
  [9, 'x', '1969-12-31 23:59:59.999999', '08091201781a1108ffffffffffffffffff0110988cebdc03'],
])('question %i "%s" of %s', (id, questionText, stored, payload) => {
  expect(hex(encodeQuestion({ id, questionText, pubDate: fromDatabaseText(stored) }))).toBe(payload)
})

test('a deletion carries the id only', () => {
  expect(hex(encodeDeletion(3))).toBe('0803')
  expect(decodeQuestion(encodeDeletion(3))).toMatchObject({ id: 3, questionText: '' })
  expect(decodeQuestion(encodeDeletion(3))?.pubDate).toBeUndefined()
})

test('what is encoded is decoded', () => {
  const min = fromDatabaseText('0001-01-01 00:00:00')
  const max = fromDatabaseText('9999-12-31 23:59:59.999999')
  fc.assert(
    fc.property(
      fc.record({
        id: fc.integer({ min: 1, max: 2_147_483_647 }),
        questionText: fc.string({ unit: 'grapheme', maxLength: 200 }),
        pubDate: fc.bigInt({ min, max }),
      }),
      (question) => {
        const message = decodeQuestion(encodeQuestion(question))
        expect(message?.id).toBe(question.id)
        expect(message?.questionText).toBe(question.questionText)
        const { seconds, nanos } = message!.pubDate!
        expect(nanos).toBeGreaterThanOrEqual(0)
        expect(seconds * 1_000_000n + BigInt(nanos / 1000)).toBe(question.pubDate)
      },
    ),
  )
})

test('bytes that are no message give null', () => {
  expect(decodeQuestion(Buffer.from('garbage'))).toBeNull()
})
