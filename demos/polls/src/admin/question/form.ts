// The form of a question with its inline choices: field names, parsing and validation as in Django's admin.
import { type Micros, microsOf } from '../../time/micros.ts'

/** Prefix of the inline's field names. */
export const INLINE = 'choice_set'
/** Blank rows offered on every visit. */
export const EXTRA_ROWS = 3
/** Largest number of inline rows accepted. */
export const MAX_ROWS = 1000

const MAX_TEXT = 200
const REQUIRED = 'This field is required.'
const INT_MIN = -2_147_483_648
const INT_MAX = 2_147_483_647

/** The texts in the form's fields, as typed. */
export interface QuestionFields {
  readonly questionText: string
  readonly date: string
  readonly time: string
}

/** One inline row as typed; `id` is empty in a new row. */
export interface ChoiceFields {
  readonly id: string
  readonly choiceText: string
  readonly votes: string
  readonly remove: boolean
}

/** What a form turned into: values when there is no error, else messages per field. */
export interface ParsedForm {
  readonly fields: QuestionFields
  readonly rows: readonly ChoiceFields[]
  readonly errors: FormErrors
  /** Only when `errors.count` is 0. */
  readonly values: QuestionValues | null
}

/** Error messages by field; rows by index. */
export interface FormErrors {
  readonly count: number
  readonly questionText: readonly string[]
  readonly pubDate: readonly string[]
  readonly rows: ReadonlyMap<number, RowErrors>
  readonly form: readonly string[]
}

/** Error messages of one inline row. */
export interface RowErrors {
  readonly choiceText: readonly string[]
  readonly votes: readonly string[]
  readonly row: readonly string[]
}

/** A valid form. */
export interface QuestionValues {
  readonly questionText: string
  readonly pubDate: Micros
  readonly choices: readonly ChoiceValues[]
}

/** One valid inline row; `id` is null for a new choice. Blank rows are left out. */
export interface ChoiceValues {
  readonly id: number | null
  readonly choiceText: string
  readonly votes: number
  readonly remove: boolean
}

/** Reads and checks a posted form. `knownIds` are the ids of the question's present choices. */
export function parseQuestionForm(form: URLSearchParams, knownIds: ReadonlySet<number>): ParsedForm {
  const fields: QuestionFields = {
    questionText: text(form, 'question_text'),
    date: text(form, 'pub_date_0'),
    time: text(form, 'pub_date_1'),
  }
  const questionErrors = textErrors(fields.questionText)
  const { micros, errors: dateErrors } = parseDateTime(fields.date, fields.time)
  const { rows, problem } = readRows(form)
  const rowErrors = new Map<number, RowErrors>()
  const choices: ChoiceValues[] = []
  rows.forEach((row, i) => {
    const { value, errors } = parseRow(row, knownIds)
    if (errors !== null) rowErrors.set(i, errors)
    else if (value !== null) choices.push(value)
  })
  const formErrors = problem === null ? [] : [problem]
  let count = questionErrors.length + dateErrors.length + formErrors.length
  for (const errors of rowErrors.values()) count += errors.choiceText.length + errors.votes.length + errors.row.length
  return {
    fields,
    rows,
    errors: { count, questionText: questionErrors, pubDate: dateErrors, rows: rowErrors, form: formErrors },
    values: count > 0 || micros === null ? null : { questionText: fields.questionText, pubDate: micros, choices },
  }
}

function text(form: URLSearchParams, name: string): string {
  return (form.get(name) ?? '').trim().replaceAll('\0', '')
}

function textErrors(value: string): string[] {
  if (value === '') return [REQUIRED]
  const length = Array.from(value).length
  return length <= MAX_TEXT ? [] : [`Ensure this value has at most ${MAX_TEXT} characters (it has ${length}).`]
}

function readRows(form: URLSearchParams): { rows: ChoiceFields[]; problem: string | null } {
  const total = Number(form.get(`${INLINE}-TOTAL_FORMS`) ?? Number.NaN)
  const initial = Number(form.get(`${INLINE}-INITIAL_FORMS`) ?? Number.NaN)
  if (!Number.isInteger(total) || !Number.isInteger(initial) || total < 0 || initial < 0) {
    return { rows: [], problem: 'ManagementForm data is missing or has been tampered with.' }
  }
  if (total > MAX_ROWS) return { rows: [], problem: `Please submit ${MAX_ROWS} or fewer forms.` }
  const rows: ChoiceFields[] = []
  for (let i = 0; i < total; i++) {
    const prefix = `${INLINE}-${i}-`
    rows.push({
      id: text(form, `${prefix}id`),
      choiceText: text(form, `${prefix}choice_text`),
      votes: text(form, `${prefix}votes`),
      remove: form.has(`${prefix}DELETE`),
    })
  }
  return { rows, problem: null }
}

/** A row's value, null when it is a blank or removed new row. */
function parseRow(
  row: ChoiceFields,
  knownIds: ReadonlySet<number>,
): { value: ChoiceValues | null; errors: RowErrors | null } {
  const isNew = row.id === ''
  // a new row left as it was offered: no text, votes preset to 0 (or never sent)
  if (isNew && (row.remove || (row.choiceText === '' && (row.votes === '0' || row.votes === '')))) {
    return { value: null, errors: null }
  }
  const id = isNew ? null : Number(row.id)
  if (id !== null && !knownIds.has(id)) {
    const message = 'Select a valid choice. That choice is not one of the available choices.'
    return { value: null, errors: { choiceText: [], votes: [], row: [message] } }
  }
  if (row.remove) return { value: { id, choiceText: '', votes: 0, remove: true }, errors: null }
  const choiceText = textErrors(row.choiceText)
  const votes = votesErrors(row.votes)
  if (choiceText.length + votes.length > 0) return { value: null, errors: { choiceText, votes, row: [] } }
  return { value: { id, choiceText: row.choiceText, votes: Number(row.votes), remove: false }, errors: null }
}

function votesErrors(value: string): string[] {
  if (value === '') return [REQUIRED]
  if (!/^[+-]?\d{1,20}$/.test(value)) return ['Enter a whole number.']
  const number = Number(value)
  if (number > INT_MAX) return [`Ensure this value is less than or equal to ${INT_MAX}.`]
  return number < INT_MIN ? [`Ensure this value is greater than or equal to ${INT_MIN}.`] : []
}

/** Reads the two fields of a date and time: `Y-m-d`, `m/d/Y`, `m/d/y`; `H:M:S`, `H:M:S.u`, `H:M`. */
export function parseDateTime(date: string, time: string): { micros: Micros | null; errors: string[] } {
  if (date === '' || time === '') return { micros: null, errors: [REQUIRED] }
  const day = parseDate(date)
  const clock = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?$/.exec(time)
  const moment = {
    year: day?.year ?? 2000,
    month: day?.month ?? 1,
    day: day?.day ?? 1,
    hour: Number(clock?.[1] ?? 0),
    minute: Number(clock?.[2] ?? 0),
    second: Number(clock?.[3] ?? 0),
    micro: Number((clock?.[4] ?? '').padEnd(6, '0')),
  }
  const errors: string[] = []
  if (day === null || microsOf({ ...moment, hour: 0, minute: 0, second: 0 }) === null)
    errors.push('Enter a valid date.')
  if (clock === null || microsOf({ ...moment, year: 2000, month: 1, day: 1 }) === null)
    errors.push('Enter a valid time.')
  return errors.length > 0 ? { micros: null, errors } : { micros: microsOf(moment), errors }
}

function parseDate(text: string): { year: number; month: number; day: number } | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) }
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})$/.exec(text)
  if (american === null) return null
  let year = Number(american[3])
  // two digits: 69 to 99 are 19xx, as in POSIX
  if (american[3]!.length === 2) year += year >= 69 ? 1900 : 2000
  return { year, month: Number(american[1]), day: Number(american[2]) }
}
