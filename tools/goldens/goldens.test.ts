import { describe, expect, test } from 'vitest'
import { maskClock } from './clock-values.ts'
import { firstDifference } from './compare.ts'
import { Masker, maskFlattened, replacementOf } from './masks.ts'
import type { GoldenRecord } from './scenario.ts'

const record = (value: string, topic = 't'): GoldenRecord => ({
  topic,
  partition: 0,
  key: { null: true },
  value: { text: value },
  headers: [['h', { text: 'x' }]],
})

describe('comparison', () => {
  test('equal lists have no difference', () => {
    expect(firstDifference([record('a')], [record('a')])).toBeNull()
  })
  test.each([
    ['a value', [record('a')], [record('b')], /value differs at character 0/],
    ['a missing record', [record('a'), record('b')], [record('a')], /1 records, expected 2/],
    ['a topic that should not be', [record('a')], [record('a'), record('a', 'u')], /u: 1 records, expected 0/],
    ['a header', [record('a')], [{ ...record('a'), headers: [] }], /headers \[\]/],
    [
      'a header value',
      [record('a')],
      [{ ...record('a'), headers: [['h', { text: 'y' }] as const] }],
      /header h differs/,
    ],
    ['a partition', [record('a')], [{ ...record('a'), partition: 1 }], /partition 1/],
    [
      'bytes that look like the text',
      [{ ...record('a'), value: { base64: 'YQ==' } }],
      [record('base64 YQ==')],
      /value differs/,
    ],
    ['a null', [{ ...record('a'), value: { null: true } as const }], [record('null')], /value differs/],
    ['a timestamp', [{ ...record('a'), timestamp: 1 }], [{ ...record('a'), timestamp: 2 }], /timestamp 2/],
  ])('%s is found', (_what, want, have, message) => {
    expect(firstDifference(want, have)).toMatch(message)
  })
})

test("Python's replacements are translated", () => {
  expect('"pos":12'.replace(/"(pos)"(\s*:\s*)\d+/g, replacementOf('"\\1"\\g<2>0'))).toBe('"pos":0')
})

test('masks hide what they name and nothing else', () => {
  const masker = new Masker(
    { text: [['"pos":\\d+', '"pos":0']], notifications: [['uuid', '<uuid>']], headers: { h: '<h>' } },
    'plain',
  )
  const masked = masker.mask(record('{"pos":7,"row":7,"x":"uuid"}'), false)
  expect(masked.value).toEqual({ text: '{"pos":0,"row":7,"x":"uuid"}' })
  expect(masked.headers).toEqual([['h', { text: '<h>' }]])
  expect(masker.mask(record('uuid'), true).value).toEqual({ text: '<uuid>' })
})

test("clocks of runs after the recordings' weeks are masked too", () => {
  const masker = new Masker({ text: [['(?<=:)179[5-6]\\d{6}(?=[,}])', '0']], notifications: [], headers: {} }, 'plain')
  const masked = (text: string) => masker.mask(record(text), false).value
  expect(masked('{"a":1795600000,"b":1797000000,"c":1849999999}')).toEqual({ text: '{"a":0,"b":0,"c":0}' })
  expect(masked('{"a":1794999999,"b":1850000000}')).toEqual({ text: '{"a":1794999999,"b":1850000000}' })
})

test('instants of the run are masked, others are not', () => {
  const span = { fromMs: Date.parse('2026-01-01T00:00:00Z'), toMs: Date.parse('2026-01-02T00:00:00Z') }
  const text = '["2026-01-01T12:00:00.123Z","2026-01-01 12:00:00","2025-12-31T00:00:00Z"]'
  expect(maskClock(record(text), span).value).toEqual({ text: '["<nowT.fZ>","<now >","2025-12-31T00:00:00Z"]' })
  expect(maskClock(record(text), null).value).toEqual({ text })
})

test('flattened names are masked as plain ones', () => {
  const text = '{"source_pos":7,"source.thread":8,"source_file":"b.000001","source_row":3,"pos":9}'
  const masked = '{"source_pos":0,"source.thread":0,"source_file":"<file>","source_row":3,"pos":9}'
  expect(maskFlattened(record(text)).value).toEqual({ text: masked })
})
