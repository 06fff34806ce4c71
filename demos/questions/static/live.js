// Keeps the table of received questions up to date by server-sent events.
const body = document.getElementById('questions')
const empty = document.getElementById('empty')
const live = document.getElementById('live')

function setState(text, state) {
  live.textContent = text
  live.dataset.state = state
}

function cell(text) {
  const td = document.createElement('td')
  td.textContent = text
  return td
}

function row({ id, questionText, pubDate }, isNew) {
  const tr = document.createElement('tr')
  tr.dataset.id = String(id)
  if (isNew) tr.className = 'fresh'
  const time = document.createElement('time')
  time.dateTime = pubDate
  time.textContent = pubDate
  const date = document.createElement('td')
  date.append(time)
  tr.append(cell(String(id)), cell(questionText), date)
  return tr
}

function show(questions) {
  const before = new Map([...body.rows].map((tr) => [tr.dataset.id, tr.textContent]))
  body.replaceChildren(
    ...questions.map((question) => {
      const text = `${question.id}${question.questionText}${question.pubDate}`
      return row(question, before.get(String(question.id)) !== text)
    }),
  )
  empty.hidden = questions.length > 0
}

setState('Connecting…', 'waiting')
const source = new EventSource('/question/live')
source.onopen = () => setState('Live', 'live')
source.onerror = () => setState('Disconnected, trying again…', 'waiting')
source.onmessage = (event) => {
  show(JSON.parse(event.data))
  setState('Live', 'live')
}
source.addEventListener('problem', () => setState('The database does not answer', 'waiting'))
