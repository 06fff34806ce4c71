// The add and change page of a question. Markup only.
import type { ChoiceRow, QuestionRow } from '../../database/entities.ts'
import { type Html, html } from '../../html/html.ts'
import { civilOf, dateText, type Micros, timeText } from '../../time/micros.ts'
import type { AdminVisit } from '../guard.ts'
import { adminPage } from '../layout.ts'
import { QUESTION_MODEL } from '../models.ts'
import {
  type ChoiceFields,
  EXTRA_ROWS,
  type FormErrors,
  INLINE,
  MAX_ROWS,
  type QuestionFields,
  type RowErrors,
} from './form.ts'

/** What the page shows: texts in the fields, rows of choices, errors. */
export interface FormState {
  readonly fields: QuestionFields
  readonly rows: readonly ChoiceFields[]
  readonly errors: FormErrors | null
}

const BLANK_ROW: ChoiceFields = { id: '', choiceText: '', votes: '0', remove: false }
const BLANK_FIELDS: QuestionFields = { questionText: '', date: '', time: '' }

/** A new question: blank fields, three blank choices. */
export function blankState(): FormState {
  return { fields: BLANK_FIELDS, rows: Array.from({ length: EXTRA_ROWS }, () => BLANK_ROW), errors: null }
}

/** A question as stored, with three more blank choices. */
export function storedState(question: QuestionRow, choices: readonly ChoiceRow[]): FormState {
  const rows = choices.map((choice) => ({
    id: String(choice.id),
    choiceText: choice.choiceText,
    votes: String(choice.votes),
    remove: false,
  }))
  return {
    fields: {
      questionText: question.questionText,
      date: dateText(question.pubDate),
      time: clockText(question.pubDate),
    },
    rows: [...rows, ...Array.from({ length: EXTRA_ROWS }, () => BLANK_ROW)],
    errors: null,
  }
}

/** The time field: fraction only where there is one, so that saving an untouched form changes nothing. */
function clockText(micros: Micros): string {
  return timeText(micros, civilOf(micros).micro !== 0)
}

/** The whole page; `question` is null when adding. `query` keeps the list's filters. */
export function questionFormPage(
  admin: AdminVisit,
  question: QuestionRow | null,
  state: FormState,
  query: string,
): Html {
  const { errors } = state
  const url = QUESTION_MODEL.url
  const isAdd = question === null
  const initial = state.rows.filter((row) => row.id !== '').length
  const mayDelete = question !== null && admin.permissions.may('delete', 'polls', 'question')
  const content = html`<form method="post" id="question_form" novalidate>${admin.visit.csrfField()}
${errorNote(errors)}
<fieldset class="module"><legend class="visually-hidden">Question</legend>
<div class="field${errors !== null && errors.questionText.length > 0 ? ' bad' : ''}">${errorList(errors?.questionText, 'id_question_text')}<label class="required" for="id_question_text">Question text:</label>
<input type="text" name="question_text" id="id_question_text" value="${state.fields.questionText}" maxlength="200" required${describedBy(errors?.questionText, 'id_question_text')}></div>
</fieldset>
${dateSection(state, isAdd)}
${choiceSection(state, question, initial)}
<div class="submit-row">
<input type="submit" class="button" name="_save" value="Save">
<input type="submit" class="button quiet" name="_addanother" value="Save and add another">
<input type="submit" class="button quiet" name="_continue" value="Save and continue editing">
${mayDelete ? html`<a class="delete" href="${url}${question.id}/delete/${query}">Delete</a>` : ''}
</div>
</form>`
  return adminPage(admin, {
    title: isAdd ? 'Add question' : 'Change question',
    ...(question === null ? {} : { subtitle: question.questionText }),
    crumbs: [
      { text: 'Polls', href: '/admin/polls/' },
      { text: 'Questions', href: `${url}${query === '' ? '' : filtersOf(query)}` },
      { text: question === null ? 'Add question' : question.questionText },
    ],
    tools:
      question === null
        ? undefined
        : html`<li><a href="${url}${question.id}/history/">History</a></li><li><a href="/polls/${question.id}/">View on site</a></li>`,
    current: url,
    content,
  })
}

function filtersOf(query: string): string {
  const filters = new URLSearchParams(query).get('_changelist_filters')
  return filters === null ? '' : `?${filters}`
}

function dateSection(state: FormState, isAdd: boolean): Html {
  const errors = state.errors?.pubDate
  const bad = errors !== undefined && errors.length > 0
  // collapsed as in the tutorial, but never around an empty or wrong field
  return html`<details class="module"${isAdd || bad ? html` open` : ''}><summary><h2>Date information</h2></summary>
<fieldset class="field date${bad ? ' bad' : ''}"><legend class="required">Date published:</legend>${errorList(errors, 'id_pub_date')}
<p><label for="id_pub_date_0">Date:</label><input type="text" name="pub_date_0" id="id_pub_date_0" value="${state.fields.date}" size="12" placeholder="YYYY-MM-DD" autocomplete="off" required${describedBy(errors, 'id_pub_date')}></p>
<p><label for="id_pub_date_1">Time:</label><input type="text" name="pub_date_1" id="id_pub_date_1" value="${state.fields.time}" size="10" placeholder="HH:MM:SS" autocomplete="off" required${describedBy(errors, 'id_pub_date')}></p>
<p class="help">Dates and times are UTC.</p></fieldset></details>`
}

function choiceSection(state: FormState, question: QuestionRow | null, initial: number): Html {
  const hidden = (name: string, value: number) =>
    html`<input type="hidden" name="${INLINE}-${name}" id="id_${INLINE}-${name}" value="${value}">`
  return html`<section class="module inline" id="${INLINE}-group" data-prefix="${INLINE}">
<h2>Choices</h2>
${hidden('TOTAL_FORMS', state.rows.length)}${hidden('INITIAL_FORMS', initial)}${hidden('MIN_NUM_FORMS', 0)}${hidden('MAX_NUM_FORMS', MAX_ROWS)}
${errorList(state.errors?.form, `${INLINE}-errors`)}
<table class="grid"><thead><tr><th scope="col" class="required">Choice text</th><th scope="col" class="required">Votes</th><th scope="col">Delete?</th></tr></thead>
<tbody>${state.rows.map((row, i) => choiceRow(String(i), row, question, state.errors?.rows.get(i)))}</tbody></table>
<template id="${INLINE}-empty">${choiceRow('__prefix__', BLANK_ROW, question, undefined)}</template>
</section>`
}

function choiceRow(
  index: string,
  row: ChoiceFields,
  question: QuestionRow | null,
  errors: RowErrors | undefined,
): Html {
  const prefix = `${INLINE}-${index}`
  const isNew = row.id === ''
  const bad = errors !== undefined
  const name = isNew ? `New choice ${index === '__prefix__' ? '' : Number(index) + 1}` : row.choiceText
  return html`<tr id="${prefix}" class="${isNew ? 'new' : 'stored'}${bad ? ' bad' : ''}">
<td>${errorList(errors?.row, `id_${prefix}-row`)}${errorList(errors?.choiceText, `id_${prefix}-choice_text`)}<input type="hidden" name="${prefix}-id" id="id_${prefix}-id" value="${row.id}"><input type="hidden" name="${prefix}-question" id="id_${prefix}-question" value="${question === null ? '' : question.id}">
<input type="text" name="${prefix}-choice_text" id="id_${prefix}-choice_text" value="${row.choiceText}" maxlength="200" aria-label="Choice text of ${name}"></td>
<td>${errorList(errors?.votes, `id_${prefix}-votes`)}<input type="number" name="${prefix}-votes" id="id_${prefix}-votes" value="${row.votes}" aria-label="Votes of ${name}"></td>
<td class="remove">${isNew ? '' : html`<input type="checkbox" name="${prefix}-DELETE" id="id_${prefix}-DELETE"${row.remove ? html` checked` : ''} aria-label="Delete ${name}">`}</td>
</tr>
`
}

/** The note over a form with errors. */
export function errorNote(errors: { readonly count: number } | null): Html | '' {
  if (errors === null || errors.count === 0) return ''
  return html`<p class="errornote" role="alert">Please correct the error${errors.count === 1 ? '' : 's'} below.</p>`
}

/** The messages of one field. */
export function errorList(messages: readonly string[] | undefined, id: string): Html | '' {
  if (messages === undefined || messages.length === 0) return ''
  return html`<ul class="errorlist" id="${id}_error">${messages.map((message) => html`<li>${message}</li>`)}</ul>`
}

function describedBy(messages: readonly string[] | undefined, id: string): Html | '' {
  return messages === undefined || messages.length === 0
    ? ''
    : html` aria-invalid="true" aria-describedby="${id}_error"`
}
