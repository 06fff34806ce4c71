import { expect, test } from 'vitest'
import { messageJson, messageText } from '../src/admin/log.ts'
import { parseDateTime, parseQuestionForm } from '../src/admin/question/form.ts'
import { toDatabaseText } from '../src/time/micros.ts'

function form(fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams({
    question_text: 'Q',
    pub_date_0: '2026-11-20',
    pub_date_1: '10:11:12',
    'choice_set-TOTAL_FORMS': '3',
    'choice_set-INITIAL_FORMS': '0',
    ...fields,
  })
}

test.each([
  ['2026-11-20', '10:11:12', '2026-11-20 10:11:12.000000'],
  ['11/20/2026', '9:05', '2026-11-20 09:05:00.000000'],
  ['11/20/68', '00:00', '2068-11-20 00:00:00.000000'],
  ['11/20/69', '00:00', '1969-11-20 00:00:00.000000'],
  ['0999-01-01', '23:59:59.999999', '0999-01-01 23:59:59.999999'],
  ['9999-12-31', '1:2:3.5', '9999-12-31 01:02:03.500000'],
])('%s and %s are read as %s', (date, time, stored) => {
  const { micros, errors } = parseDateTime(date, time)
  expect(errors).toEqual([])
  expect(toDatabaseText(micros!)).toBe(stored)
})

test.each([
  ['', '', ['This field is required.']],
  ['2026-11-20', '', ['This field is required.']],
  ['2026-02-31', '10:00', ['Enter a valid date.']],
  ['20.11.2026', '10:00', ['Enter a valid date.']],
  ['2026-11-20', '25:00', ['Enter a valid time.']],
  ['x', 'y', ['Enter a valid date.', 'Enter a valid time.']],
])('%s and %s are refused', (date, time, messages) => {
  expect(parseDateTime(date, time)).toEqual({ micros: null, errors: messages })
})

test('blank rows are ignored, texts are trimmed', () => {
  const { values, errors } = parseQuestionForm(
    form({
      question_text: '  Colour?  ',
      'choice_set-0-choice_text': ' Red ',
      'choice_set-0-votes': '0',
      'choice_set-1-votes': '0',
    }),
    new Set(),
  )
  expect(errors.count).toBe(0)
  expect(values).toMatchObject({
    questionText: 'Colour?',
    choices: [{ id: null, choiceText: 'Red', votes: 0, remove: false }],
  })
})

test('messages are Django’s', () => {
  const { values, errors } = parseQuestionForm(
    form({
      question_text: 'x'.repeat(201),
      pub_date_0: '',
      'choice_set-0-choice_text': 'a',
      'choice_set-0-votes': 'many',
      'choice_set-1-choice_text': '',
      'choice_set-1-votes': '3',
      'choice_set-2-choice_text': 'b',
      'choice_set-2-votes': '2147483648',
    }),
    new Set(),
  )
  expect(values).toBeNull()
  expect(errors.questionText).toEqual(['Ensure this value has at most 200 characters (it has 201).'])
  expect(errors.pubDate).toEqual(['This field is required.'])
  expect(errors.rows.get(0)?.votes).toEqual(['Enter a whole number.'])
  expect(errors.rows.get(1)?.choiceText).toEqual(['This field is required.'])
  expect(errors.rows.get(2)?.votes).toEqual(['Ensure this value is less than or equal to 2147483647.'])
  expect(errors.count).toBe(5)
})

test('200 characters are counted as people count them', () => {
  expect(parseQuestionForm(form({ question_text: '😀'.repeat(200) }), new Set()).errors.count).toBe(0)
  expect(parseQuestionForm(form({ question_text: '😀'.repeat(201) }), new Set()).errors.count).toBe(1)
})

test('a choice of another question is refused, a removed one needs no text', () => {
  const foreign = form({ 'choice_set-0-id': '7', 'choice_set-0-choice_text': 'x', 'choice_set-0-votes': '0' })
  expect(parseQuestionForm(foreign, new Set([8])).errors.rows.get(0)?.row[0]).toContain('Select a valid choice.')
  const removed = form({ 'choice_set-0-id': '8', 'choice_set-0-choice_text': '', 'choice_set-0-DELETE': 'on' })
  expect(parseQuestionForm(removed, new Set([8])).values?.choices).toMatchObject([{ id: 8, remove: true }])
})

test('a form without its management fields, or with too many rows, is refused', () => {
  const missing = form({})
  missing.delete('choice_set-TOTAL_FORMS')
  expect(parseQuestionForm(missing, new Set()).errors.form[0]).toContain('ManagementForm data is missing')
  expect(parseQuestionForm(form({ 'choice_set-TOTAL_FORMS': '1001' }), new Set()).errors.form).toEqual([
    'Please submit 1000 or fewer forms.',
  ])
})

test('the log is stored as Python writes JSON, and reads as a sentence', () => {
  const steps = [
    { kind: 'changed', fields: ['Question text', 'Date published'] },
    { kind: 'added', name: 'choice', object: 'hayır' },
    { kind: 'changed', name: 'choice', object: 'A', fields: ['Votes'] },
    { kind: 'deleted', name: 'choice', object: 'B' },
  ] as const
  const stored = messageJson(steps)
  expect(stored).toBe(
    '[{"changed": {"fields": ["Question text", "Date published"]}}, {"added": {"name": "choice", "object": "hay\\u0131r"}}, ' +
      '{"changed": {"name": "choice", "object": "A", "fields": ["Votes"]}}, {"deleted": {"name": "choice", "object": "B"}}]',
  )
  expect(messageText(stored)).toBe(
    'Changed Question text and Date published. Added choice “hayır”. Changed Votes for choice “A”. Deleted choice “B”.',
  )
  expect(messageText('[{"added": {}}]')).toBe('Added.')
  expect(messageText('[]')).toBe('No fields changed.')
  expect(messageText('plain old text')).toBe('plain old text')
})
