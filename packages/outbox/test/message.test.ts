import { expect, test } from 'vitest'
import { inboxMessage, type RawMessage, textOf } from '../src/consume/message.ts'

test.each([
  ['1', '1'],
  ['"1"', '1'],
  ['{"schema":{"type":"string","optional":false},"payload":"1"}', '1'],
  ['{"schema":{"type":"int32","optional":false},"payload":7}', '7'],
  ['{"payload":"1"}', '{"payload":"1"}'],
  ['{"schema":null,"payload":{"a":1}}', '{"schema":null,"payload":{"a":1}}'],
  ['{not json', '{not json'],
  ['"open', '"open'],
  ['', ''],
  ['türkçe', 'türkçe'],
])('key %s is %s', (bytes, text) => {
  expect(textOf(Buffer.from(bytes))).toBe(text)
})

function raw(parts: Partial<RawMessage> & { header?: string }): RawMessage {
  return {
    topic: 't',
    partition: 0,
    offset: 5n,
    timestamp: 1_795_540_000_000n,
    key: Buffer.from('1'),
    value: Buffer.from('v'),
    headers: new Map(parts.header === undefined ? [] : [[Buffer.from('id'), Buffer.from(parts.header)]]),
    ...parts,
  }
}

test('a message with its id, in any spelling', () => {
  for (const header of ['01A20E70-900C-7000-95EC-ABE06C5A1218', '"01a20e70900c700095ecabe06c5a1218"']) {
    expect(inboxMessage(raw({ header }))).toMatchObject({
      key: '1',
      eventId: '01a20e70900c700095ecabe06c5a1218',
      offset: 5n,
      timestampMs: 1_795_540_000_000,
      value: Buffer.from('v'),
    })
  }
  expect(inboxMessage(raw({}))).toMatchObject({ eventId: null })
})

test('what cannot be given to a handler says why', () => {
  expect(inboxMessage(raw({ value: null }))).toBe('the message has no value')
  expect(inboxMessage(raw({ key: undefined }))).toBe('the message has no key')
  expect(inboxMessage(raw({ key: Buffer.from('a\0b') }))).toContain('NUL')
  expect(inboxMessage(raw({ header: 'a\0b' }))).toContain('NUL')
})
