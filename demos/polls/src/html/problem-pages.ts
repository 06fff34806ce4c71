// The pages of errors, in the site's frame.
import { type Html, html } from './html.ts'
import { page } from './page.ts'

/** A page for what went wrong. */
export function problemPage(title: string, text: string): Html {
  return page({
    title,
    bodyClass: 'problem',
    body: html`<main id="content" class="sheet"><h1>${title}</h1><p>${text}</p><p><a href="/">Home</a></p></main>`,
  })
}

/** The page of an unknown address. */
export function notFoundPage(): Html {
  return problemPage('Page not found', 'There is nothing at this address.')
}

/** The page of a form whose CSRF token does not belong to the visitor. */
export function csrfPage(): Html {
  return page({
    title: '403 Forbidden',
    bodyClass: 'problem',
    body: html`<main id="content" class="sheet"><h1>Forbidden <small>(403)</small></h1>
<p>CSRF verification failed. Request aborted.</p>
<p>Reload the page that had the form, and send it again. Cookies must be allowed for this site.</p></main>`,
  })
}
