import { create, toBinary } from '@bufbuild/protobuf'
import { type InboxMessage, RejectMessage } from '@millrace/outbox'
import { QuestionSchema } from '@millrace/proto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { questionsPage } from '../src/pages.ts'
import { readChange } from '../src/question-handler.ts'
import { isoMicros } from '../src/question-table.ts'

function message(value: Uint8Array, key = '1', headers: Record<string, string> = {}): InboxMessage {
  return {
    topic: 't',
    partition: 0,
    offset: 0n,
    timestampMs: 0,
    key,
    eventId: null,
    headers: new Map(Object.entries(headers)),
    value: Buffer.from(value),
  }
}
const hex = (text: string) => Buffer.from(text, 'hex')

// payloads of the tutorial's Python application
test.each([
  [1, 'Favourite colour?', '2026-11-20T10:11:12.000000Z', '080112114661766f757269746520636f6c6f75723f1a0608c0b980d806'],
  [2, 'türkçe ığş', '2026-11-20T10:11:12.000000Z', '0802120f74c3bc726bc3a76520c4b1c49fc59f1a0608c0b980d806'],
  [6, 'us', '2026-11-20T10:11:12.123456Z', '0806120275731a0b08c0b980d806108094ef3a'],
  [7, 'far', '9999-12-31T23:59:59.999999Z', '080712036661721a0d08ff82d1ffaf0710988cebdc03'],
  [5, 'old2', '1900-01-01T00:00:00.000000Z', '080512046f6c64321a0b088083d6e2f7ffffffff01'],
  [4, 'old', '0999-01-01T00:00:00.000000Z', '080412036f6c641a0b0880b2efec8dffffffff01'],
])('question %i "%s" of %s', (id, questionText, pubDate, payload) => {
  const change = readChange(message(hex(payload), String(id)))
  expect(change).toMatchObject({ kind: 'upsert', id, questionText })
  if (change.kind === 'upsert') expect(isoMicros(change.pubDateUs)).toBe(pubDate)
})

test('a deletion: by header, or by the missing date', () => {
  expect(readChange(message(hex('0803'), '3'))).toEqual({ kind: 'delete', id: 3 })
  const whole = hex('0806120275731a0b08c0b980d806108094ef3a')
  expect(readChange(message(whole, '6', { type: 'question_deleted' }))).toEqual({ kind: 'delete', id: 6 })
  expect(readChange(message(whole, '6', { type: 'question_updated' }))).toMatchObject({ kind: 'upsert' })
})

test('fields of later versions are passed over', () => {
  expect(readChange(message(hex('0806120275731a0608c0b980d806' + '22036e6577' + '2801'), '6'))).toMatchObject({
    kind: 'upsert',
    id: 6,
  })
})

test.each([
  ['bytes that are no message', hex('ffff'), '1'],
  ['no id', hex('120178'), '0'],
  ['another id than the key', hex('0803'), '4'],
  [
    'a date beyond year 9999',
    toBinary(QuestionSchema, create(QuestionSchema, { id: 1, pubDate: { seconds: 253_402_300_800n } })),
    '1',
  ],
  [
    'negative nanos',
    toBinary(QuestionSchema, create(QuestionSchema, { id: 1, pubDate: { seconds: 0n, nanos: -1 } })),
    '1',
  ],
  [
    'NUL in the text',
    toBinary(QuestionSchema, create(QuestionSchema, { id: 1, questionText: 'a\0b', pubDate: {} })),
    '1',
  ],
])('rejected: %s', (_what, value, key) => {
  expect(() => readChange(message(value, key))).toThrow(RejectMessage)
})

test('no bytes bring anything else than a change or a rejection', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (value) => {
      try {
        readChange(message(value))
      } catch (error) {
        expect(error).toBeInstanceOf(RejectMessage)
      }
    }),
  )
})

test('texts are escaped on the page', () => {
  const page = questionsPage([{ id: 1, questionText: '<script>"&', pubDate: '2026-11-20T10:11:12.000000Z' }])
  expect(page).toContain('<td>&lt;script&gt;&quot;&amp;</td>')
  expect(page).toContain('<th scope="col">Question Text</th>')
  expect(page).toContain('id="empty" class="empty" hidden')
})
