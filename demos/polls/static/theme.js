// Theme: auto, light or dark, remembered by the browser. Loaded before the style sheet, so that nothing flashes.
const THEMES = ['auto', 'light', 'dark']

function storedTheme() {
  try {
    const theme = localStorage.getItem('theme')
    return THEMES.includes(theme) ? theme : 'auto'
  } catch {
    return 'auto' // storage may be forbidden
  }
}

function applyTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

applyTheme(storedTheme())

document.addEventListener('DOMContentLoaded', () => {
  for (const button of document.querySelectorAll('button.theme')) {
    const label = (theme) => {
      button.setAttribute('aria-label', `Theme: ${theme}`)
      button.title = `Theme: ${theme}`
    }
    label(storedTheme())
    button.hidden = false
    button.addEventListener('click', () => {
      const next = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length]
      try {
        localStorage.setItem('theme', next)
      } catch {
        // then it lasts until the next page
      }
      applyTheme(next)
      label(next)
    })
  }
})
