// A question for those who may look at it but not change it. Markup only.
import type { ChoiceRow, QuestionRow } from '../../database/entities.ts'
import { type Html, html } from '../../html/html.ts'
import { humanDateTime } from '../../time/django-format.ts'
import type { AdminVisit } from '../guard.ts'
import { adminPage } from '../layout.ts'
import { QUESTION_MODEL } from '../models.ts'

/** The whole page: values as text, no form. */
export function questionViewPage(admin: AdminVisit, question: QuestionRow, choices: readonly ChoiceRow[]): Html {
  const url = QUESTION_MODEL.url
  const field = (label: string, value: string) =>
    html`<div class="field readonly"><dt>${label}</dt><dd>${value}</dd></div>`
  const content = html`<dl class="module readonly-fields">${field('Question text', question.questionText)}${field('Date published', humanDateTime(question.pubDate))}</dl>
<section class="module inline"><h2>Choices</h2><table class="grid"><thead><tr><th scope="col">Choice text</th><th scope="col">Votes</th></tr></thead>
<tbody>${choices.map((choice) => html`<tr><td>${choice.choiceText}</td><td>${choice.votes}</td></tr>`)}</tbody></table></section>
<p class="actions"><a class="button quiet" href="${url}">Close</a></p>`
  return adminPage(admin, {
    title: 'View question',
    subtitle: question.questionText,
    crumbs: [
      { text: 'Polls', href: '/admin/polls/' },
      { text: 'Questions', href: url },
      { text: question.questionText },
    ],
    tools: html`<li><a href="${url}${question.id}/history/">History</a></li>`,
    current: url,
    content,
  })
}
