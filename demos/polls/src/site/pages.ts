// The public pages: home, index, detail, results. Markup only.
import type { ChoiceRow, QuestionRow } from '../database/entities.ts'
import { type Html, html } from '../html/html.ts'
import { page, themeButton } from '../html/page.ts'
import { humanDateTime } from '../time/django-format.ts'
import { nowMicros, toIsoText } from '../time/micros.ts'
import type { SiteLinks } from './links.ts'

function sitePage(title: string, content: Html, bodyClass = 'site'): Html {
  return page({
    title,
    bodyClass,
    body: html`<header class="top"><a class="brand" href="/"><span class="mark" aria-hidden="true"></span>Polls</a>
<nav aria-label="Site"><a href="/polls/">Latest</a><a href="/admin/">Admin</a>${themeButton()}</nav></header>
<main id="content">${content}</main>
<footer class="foot">Every change here travels on: MySQL, change capture, topic, consumer.</footer>`,
  })
}

/** `/`: what the demo is, with a link to every part of it. */
export function homePage(links: SiteLinks): Html {
  const card = (href: string | undefined, title: string, text: string) =>
    href === undefined
      ? ''
      : html`<li><a class="card" href="${href}"><strong>${title}</strong><span>${text}</span></a></li>`
  return sitePage(
    'Polls',
    html`<section class="hero"><h1>Ask something.</h1>
<p>A small polls site whose every change leaves the database as an event, and shows up on the other side a moment later.</p>
<p class="actions"><a class="button" href="/polls/">See the polls</a> <a class="button quiet" href="/admin/polls/question/add/">Add a question</a></p></section>
<ul class="cards">
${card('/polls/', 'Polls', 'Vote, and see what others chose.')}
${card('/admin/', 'Polls Administration', 'Questions, choices and the outbox.')}
${card(links.questions, 'Received Questions', 'What the consumer on PostgreSQL has got.')}
${card(links.connect, 'Connect REST', 'Connectors, their status and offsets.')}
${card(links.console, 'Console', 'The capture process at work.')}
</ul>`,
    'site home',
  )
}

/** `/polls/`: the five newest questions. */
export function indexPage(questions: readonly QuestionRow[]): Html {
  const list = html`<ul class="questions">${questions.map(
    (question) =>
      html`<li><a href="/polls/${question.id}/">${question.questionText}</a><time datetime="${toIsoText(question.pubDate)}">${humanDateTime(question.pubDate)}</time></li>`,
  )}</ul>`
  return sitePage(
    'Polls',
    html`<h1>Latest polls</h1>${questions.length > 0 ? list : html`<p class="empty">No polls are available.</p>`}`,
  )
}

/** `/polls/<id>/`: the question with its choices as radio buttons. */
export function detailPage(
  question: QuestionRow,
  choices: readonly ChoiceRow[],
  csrfField: Html,
  error: string | null = null,
): Html {
  return sitePage(
    question.questionText,
    html`${futureNote(question)}<h1>${question.questionText}</h1>
${error === null ? '' : html`<p class="error" role="alert"><strong>${error}</strong></p>`}
<form action="/polls/${question.id}/vote/" method="post">${csrfField}
<fieldset class="choices"><legend class="visually-hidden">${question.questionText}</legend>
${choices.map(
  (
    choice,
    i,
  ) => html`<label for="choice${i + 1}"><input type="radio" name="choice" id="choice${i + 1}" value="${choice.id}"> <span>${choice.choiceText}</span></label>
`,
)}</fieldset>
<p class="actions"><input type="submit" class="button" value="Vote"> <a href="/polls/${question.id}/results/">Results</a></p>
</form>`,
  )
}

/** `/polls/<id>/results/`: votes per choice. */
export function resultsPage(question: QuestionRow, choices: readonly ChoiceRow[]): Html {
  const most = Math.max(1, ...choices.map((choice) => choice.votes))
  return sitePage(
    question.questionText,
    html`${futureNote(question)}<h1>${question.questionText}</h1>
<ul class="results">
${choices.map(
  (
    choice,
  ) => html`<li>${choice.choiceText} -- ${choice.votes} vote${choice.votes === 1 ? '' : 's'}<svg class="bar" aria-hidden="true"><rect width="${Math.round((Math.max(0, choice.votes) / most) * 100)}%" height="100%"/></svg></li>
`,
)}</ul>
<p class="actions"><a class="button" href="/polls/${question.id}/">Vote again?</a></p>`,
  )
}

function futureNote(question: QuestionRow): Html | '' {
  return question.pubDate <= nowMicros()
    ? ''
    : html`<p class="note">Preview for staff: visible to everybody from ${humanDateTime(question.pubDate)}.</p>`
}
