// The question before deleting: what would go, and "Are you sure?".
import type { EntityManager } from '@mikro-orm/mysql'
import { Choice, type ChoiceRow, Question, type QuestionRow } from '../../database/entities.ts'
import { type Html, html } from '../../html/html.ts'
import type { AdminVisit } from '../guard.ts'
import { adminPage } from '../layout.ts'
import { QUESTION_MODEL } from '../models.ts'

/** Questions with the choices that would go with them. */
export interface Deletion {
  readonly questions: readonly QuestionRow[]
  readonly choices: readonly ChoiceRow[]
}

const MAX_SHOWN = 200

/** Reads what deleting these questions would delete. */
export async function deletionOf(em: EntityManager, ids: readonly number[]): Promise<Deletion> {
  const questions = await em.find(Question, { id: { $in: [...ids] } }, { orderBy: { id: 'desc' } })
  const choices = await em.find(Choice, { question: { $in: [...ids] } }, { orderBy: { id: 'asc' } })
  return { questions, choices }
}

/** The page for one question. */
export function deletePage(admin: AdminVisit, question: QuestionRow, deletion: Deletion, query: string): Html {
  const url = QUESTION_MODEL.url
  const own = `${url}${question.id}/`
  const content = html`<p>Are you sure you want to delete the question “<strong>${question.questionText}</strong>”? All of the following related items will be deleted:</p>
${summary(deletion)}
<form method="post" action="${own}delete/${query}">${admin.visit.csrfField()}<input type="hidden" name="post" value="yes">${buttons(`${own}change/${query}`)}</form>`
  return adminPage(admin, {
    title: 'Are you sure?',
    crumbs: [
      { text: 'Polls', href: '/admin/polls/' },
      { text: 'Questions', href: url },
      { text: question.questionText, href: `${own}change/` },
      { text: 'Delete' },
    ],
    current: url,
    content,
  })
}

/** The page for the selected questions of the list. */
export function deleteSelectedPage(admin: AdminVisit, deletion: Deletion, across: boolean): Html {
  const url = QUESTION_MODEL.url
  const content = html`<p>Are you sure you want to delete the selected question${deletion.questions.length === 1 ? '' : 's'}? All of the following objects and their related items will be deleted:</p>
${summary(deletion)}
<form method="post" action="${admin.request.url}">${admin.visit.csrfField()}
${deletion.questions.map((question) => html`<input type="hidden" name="_selected_action" value="${question.id}">`)}
<input type="hidden" name="action" value="delete_selected"><input type="hidden" name="post" value="yes">
${across ? html`<input type="hidden" name="select_across" value="1">` : ''}
${buttons(url)}</form>`
  return adminPage(admin, {
    title: 'Are you sure?',
    crumbs: [
      { text: 'Polls', href: '/admin/polls/' },
      { text: 'Questions', href: url },
      { text: 'Delete multiple objects' },
    ],
    current: url,
    content,
  })
}

function buttons(back: string): Html {
  return html`<p class="actions"><input type="submit" class="button danger" value="Yes, I’m sure"> <a class="button quiet" href="${back}">No, take me back</a></p>`
}

function summary({ questions, choices }: Deletion): Html {
  const byQuestion = new Map<number, ChoiceRow[]>()
  for (const choice of choices) {
    const id = choice.question.id
    byQuestion.set(id, [...(byQuestion.get(id) ?? []), choice])
  }
  return html`<h2>Summary</h2><ul class="summary"><li>Questions: ${questions.length}</li>${choices.length > 0 ? html`<li>Choices: ${choices.length}</li>` : ''}</ul>
<h2>Objects</h2><ul class="tree">${questions.slice(0, MAX_SHOWN).map((question) => {
    const own = byQuestion.get(question.id) ?? []
    return html`<li>Question: <a href="${QUESTION_MODEL.url}${question.id}/change/">${question.questionText}</a>${
      own.length === 0 ? '' : html`<ul>${own.map((choice) => html`<li>Choice: ${choice.choiceText}</li>`)}</ul>`
    }</li>`
  })}${questions.length > MAX_SHOWN ? html`<li>… and ${questions.length - MAX_SHOWN} more</li>` : ''}</ul>`
}
