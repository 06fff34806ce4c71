// The list of questions. Markup only.
import type { QuestionRow } from '../../database/entities.ts'
import { type Html, html } from '../../html/html.ts'
import { humanDateTime } from '../../time/django-format.ts'
import { type Micros, toIsoText } from '../../time/micros.ts'
import type { AdminVisit } from '../guard.ts'
import { adminPage } from '../layout.ts'
import { QUESTION_MODEL } from '../models.ts'
import { COLUMNS, dateChoices, type ListQuery, linkWith, PAGE_SIZE, SHOW_ALL_LIMIT } from './list-query.ts'

/** What the list shows. */
export interface ListState {
  readonly query: ListQuery
  readonly questions: readonly QuestionRow[]
  /** Rows that match search and filter. */
  readonly matching: number
  /** All rows. */
  readonly total: number
  readonly now: Micros
}

const DAY = 86_400_000_000n

/** The whole page. */
export function listPage(admin: AdminVisit, state: ListState): Html {
  const params = state.query.params.toString()
  const url = QUESTION_MODEL.url
  const may = (action: 'add' | 'change' | 'delete') => admin.permissions.may(action, 'polls', 'question')
  const kept = params === '' ? '' : `?${new URLSearchParams({ _changelist_filters: params }).toString()}`
  const content = html`<div class="changelist"><div class="list">
${searchForm(state)}
<form id="changelist-form" method="post" action="${url}${params === '' ? '' : `?${params}`}">${admin.visit.csrfField()}
${may('delete') && state.questions.length > 0 ? actions(state) : ''}
${state.questions.length === 0 ? html`<p class="empty">0 questions</p>` : table(state, kept, may('delete'))}
${paginator(state)}
</form></div>
${filters(state)}</div>`
  return adminPage(admin, {
    title: may('change') ? 'Select question to change' : 'Select question to view',
    crumbs: [{ text: 'Polls', href: '/admin/polls/' }, { text: 'Questions' }],
    tools: may('add') ? html`<li><a class="button add" href="${url}add/${kept}">Add question</a></li>` : undefined,
    current: url,
    content,
  })
}

function searchForm({ query, matching, total }: ListState): Html {
  const hidden = [...query.params].filter(([name]) => !['q', 'p', 'e', 'all'].includes(name))
  return html`<form id="changelist-search" method="get" role="search" class="search">
<label for="searchbar" class="visually-hidden">Search questions</label>
<input type="search" name="q" id="searchbar" value="${query.search}" placeholder="Search question text">
<input type="submit" class="button quiet" value="Search">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${query.search === '' ? '' : html`<span class="quiet-text">${plural(matching, 'result')} (<a href="${linkWith(query, { q: null, p: null })}">${total} total</a>)</span>`}
</form>`
}

function actions({ questions, matching }: ListState): Html {
  const more = matching > questions.length
  return html`<div class="actions-bar"><label>Action: <select name="action" required><option value="" selected>---------</option><option value="delete_selected">Delete selected questions</option></select></label>
<button type="submit" class="button quiet" name="index" value="0">Go</button>
<span class="action-counter" data-total="${questions.length}">0 of ${questions.length} selected</span>
${more ? html`<label class="across"><input type="checkbox" name="select_across" value="1"> Select all ${matching} questions</label>` : ''}</div>`
}

function table({ query, questions, now }: ListState, kept: string, selectable: boolean): Html {
  return html`<div class="scroll"><table id="result_list" class="grid"><thead><tr>${
    selectable
      ? html`<th scope="col" class="action"><input type="checkbox" id="action-toggle" aria-label="Select all on this page" hidden></th>`
      : ''
  }${COLUMNS.map((column, i) => header(query, column.title, i + 1))}</tr></thead>
<tbody>${questions.map((question) => {
    const recent = question.pubDate <= now && question.pubDate >= now - DAY
    return html`<tr>${
      selectable
        ? html`<td class="action"><input type="checkbox" name="_selected_action" value="${question.id}" class="action-select" aria-label="Select ${question.questionText}"></td>`
        : ''
    }<th scope="row" class="field-question_text"><a href="${QUESTION_MODEL.url}${question.id}/change/${kept}">${question.questionText}</a></th>
<td class="field-pub_date"><time datetime="${toIsoText(question.pubDate)}">${humanDateTime(question.pubDate)}</time></td>
<td class="field-was_published_recently"><span class="${recent ? 'yes' : 'no'}" role="img" aria-label="${recent ? 'True' : 'False'}">${recent ? '✓' : '✕'}</span></td></tr>
`
  })}</tbody></table></div>`
}

/** A column's heading: click sorts by it first, again turns the direction; sorted columns have priority and a remove link. */
function header(query: ListQuery, title: string, column: number): Html {
  const place = query.order.findIndex((part) => part.column === column)
  const sorted = place < 0 ? null : query.order[place]!
  const others = query.order.filter((part) => part.column !== column)
  const text = (parts: readonly { column: number; descending: boolean }[]) =>
    parts.map((part) => (part.descending ? '-' : '') + part.column).join('.')
  const next = text([{ column, descending: sorted !== null && !sorted.descending }, ...others])
  const direction = sorted === null ? '' : sorted.descending ? ' descending' : ' ascending'
  return html`<th scope="col" class="sortable${direction}"${sorted === null ? '' : html` aria-sort="${direction.trim()}"`}><a href="${linkWith(query, { o: next, p: null })}">${title}</a>${
    sorted === null
      ? ''
      : html` <span class="sortoptions">${query.order.length > 1 ? html`<span class="priority" title="Sorting priority: ${place + 1}">${place + 1}</span>` : ''}<a class="sortremove" href="${linkWith(query, { o: others.length === 0 ? null : text(others), p: null })}" aria-label="Remove ${title} from sorting">×</a></span>`
  }</th>`
}

function paginator({ query, matching }: ListState): Html {
  const pages = query.all && matching <= SHOW_ALL_LIMIT ? 1 : Math.max(1, Math.ceil(matching / PAGE_SIZE))
  const links =
    pages === 1
      ? ''
      : html`<ol class="pages">${Array.from({ length: pages }, (_, i) => i + 1)
          .filter((page) => page <= 2 || page > pages - 2 || Math.abs(page - query.page) <= 3)
          .map((page) =>
            page === query.page
              ? html`<li><span aria-current="page">${page}</span></li>`
              : html`<li><a href="${linkWith(query, { p: String(page), all: null })}" aria-label="Page ${page}">${page}</a></li>`,
          )}</ol>`
  const all =
    pages > 1 && matching <= SHOW_ALL_LIMIT
      ? html`<a class="showall" href="${linkWith(query, { all: '', p: null })}">Show all</a>`
      : ''
  return html`<div class="paginator">${links} <span>${plural(matching, 'question')}</span> ${all}</div>`
}

function filters({ query, now }: ListState): Html {
  const from = query.params.get('pub_date__gte')
  const until = query.params.get('pub_date__lt')
  const any = from !== null || until !== null
  return html`<aside class="filters" aria-label="Filter"><h2>Filter</h2>${any ? html`<p><a href="${linkWith(query, { pub_date__gte: null, pub_date__lt: null, p: null })}">✕ Clear all filters</a></p>` : ''}
<details open><summary>By date published</summary><ul>${dateChoices(now).map((choice) => {
    const chosen = choice.from === from && choice.until === until
    const link = linkWith(query, { pub_date__gte: choice.from, pub_date__lt: choice.until, p: null })
    return html`<li${chosen ? html` class="selected"` : ''}><a href="${link}"${chosen ? html` aria-current="true"` : ''}>${choice.title}</a></li>`
  })}</ul></details></aside>`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
