// The pages of the application. The table of /fetch-data is rendered here too, so that it works without JavaScript.
import type { QuestionJson } from './question-table.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!)
}

function page(title: string, current: string, content: string): string {
  const link = (href: string, text: string) =>
    `<a href="${href}"${href === current ? ' aria-current="page"' : ''}>${text}</a>`
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/questions.css">
</head>
<body>
<header><a class="brand" href="/"><span class="mark" aria-hidden="true"></span>Questions</a><nav aria-label="Site">${link('/', 'Home')}${link('/fetch-data', 'Received Questions')}</nav></header>
<main>${content}</main>
</body>
</html>
`
}

/** `/` */
export function introPage(topic: string, group: string): string {
  return page(
    'Hello Protobuf',
    '/',
    `<h1>Hello Protobuf</h1>
<p class="lead">This application owns no question of its own. It reads what the polls site has written to its outbox, and keeps a copy.</p>
<ol class="road">
<li><strong>MySQL</strong> A question is saved in the admin; its event joins the same transaction.</li>
<li><strong>Capture</strong> The event is read from the binary log and routed to topic <code>${escapeHtml(topic)}</code>.</li>
<li><strong>Consumer</strong> Group <code>${escapeHtml(group)}</code> decodes the protobuf message.</li>
<li><strong>PostgreSQL</strong> Row and topic position change in one transaction: nothing is lost, nothing applied twice.</li>
</ol>
<p class="actions"><a class="button" href="/fetch-data">Received Questions</a> <a href="/question">As JSON</a> <a href="/health">Health</a></p>`,
  )
}

/** `/fetch-data` with the present questions; the script keeps them up to date. */
export function questionsPage(questions: readonly QuestionJson[]): string {
  const rows = questions
    .map(
      ({ id, questionText, pubDate }) =>
        `<tr data-id="${id}"><td>${id}</td><td>${escapeHtml(questionText)}</td><td><time datetime="${pubDate}">${pubDate}</time></td></tr>`,
    )
    .join('\n')
  return page(
    'Received Questions',
    '/fetch-data',
    `<div class="heading"><h1>Received Questions</h1><p id="live" class="live" role="status">Reload to refresh</p></div>
<p class="lead">The newest twenty, straight from PostgreSQL.</p>
<div class="sheet"><table><thead><tr><th scope="col">Id</th><th scope="col">Question Text</th><th scope="col">Pub Date</th></tr></thead>
<tbody id="questions">${rows}</tbody></table>
<p id="empty" class="empty"${questions.length > 0 ? ' hidden' : ''}>Nothing received yet. Add a question in the polls admin, and it appears here.</p></div>
<script src="/static/live.js" defer></script>`,
  )
}

/** A page for what went wrong. */
export function problemPage(title: string, text: string): string {
  return page(title, '', `<h1>${escapeHtml(title)}</h1><p class="lead">${escapeHtml(text)}</p>`)
}
