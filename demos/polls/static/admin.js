// Comforts of the admin. Every page works without this file.

function textButton(text, onClick) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'text-button'
  button.textContent = text
  button.addEventListener('click', onClick)
  return button
}

/** "Today" and a calendar at the date, "Now" at the time. */
function dateComforts() {
  const date = document.getElementById('id_pub_date_0')
  const time = document.getElementById('id_pub_date_1')
  if (date === null || time === null) return
  const iso = () => new Date().toISOString()
  date.after(textButton('Today', () => (date.value = iso().slice(0, 10))))
  time.after(textButton('Now', () => (time.value = iso().slice(11, 19))))
  const picker = document.createElement('input')
  if (typeof picker.showPicker !== 'function') return
  picker.type = 'date'
  picker.tabIndex = -1
  picker.setAttribute('aria-hidden', 'true')
  picker.className = 'visually-hidden'
  picker.addEventListener('change', () => {
    if (picker.value !== '') date.value = picker.value
  })
  const open = textButton('Calendar', () => {
    picker.value = date.value
    picker.showPicker()
  })
  date.parentElement.append(open, picker)
}

/** "Add another Choice" and "Remove" on new rows. */
function inlineRows() {
  const group = document.querySelector('.inline[data-prefix]')
  if (group === null) return
  const { prefix } = group.dataset
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`)
  const most = Number(document.getElementById(`id_${prefix}-MAX_NUM_FORMS`).value)
  const template = document.getElementById(`${prefix}-empty`)
  const body = group.querySelector('tbody')

  const withRemove = (row) => row.querySelector('.remove').append(textButton('Remove', () => remove(row)))
  for (const row of body.querySelectorAll('tr.new')) withRemove(row)

  const numberRow = (row, index) => {
    row.id = `${prefix}-${index}`
    for (const input of row.querySelectorAll('input')) {
      for (const name of ['name', 'id']) input[name] = input[name].replace(/-(?:\d+|__prefix__)-/, `-${index}-`)
    }
  }
  const remove = (row) => {
    row.remove()
    ;[...body.rows].forEach(numberRow)
    total.value = String(body.rows.length)
  }
  const add = textButton('+ Add another Choice', () => {
    if (body.rows.length >= most) return
    const row = template.content.querySelector('tr').cloneNode(true)
    numberRow(row, body.rows.length)
    withRemove(row)
    body.append(row)
    total.value = String(body.rows.length)
    row.querySelector('input[type=text]').focus()
  })
  const line = document.createElement('div')
  line.className = 'add-row'
  line.append(add)
  group.append(line)
}

/** The counter of selected rows and the box that selects them all. */
function selection() {
  const boxes = [...document.querySelectorAll('.action-select')]
  const counter = document.querySelector('.action-counter')
  const toggle = document.getElementById('action-toggle')
  if (counter === null || toggle === null) return
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length
    counter.textContent = `${chosen} of ${boxes.length} selected`
    toggle.checked = chosen === boxes.length
  }
  toggle.hidden = false
  toggle.addEventListener('change', () => {
    for (const box of boxes) box.checked = toggle.checked
    count()
  })
  for (const box of boxes) box.addEventListener('change', count)
  count()
}

dateComforts()
inlineRows()
selection()
