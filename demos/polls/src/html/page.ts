// The frame of every page: head, style sheet, theme; `site` pages and admin pages fill its body.
import { type Html, html } from './html.ts'

/** What the frame needs. */
export interface PageOptions {
  readonly title: string
  readonly bodyClass: string
  readonly body: Html
  /** True on admin pages: their style sheet and their (optional) script. */
  readonly admin?: boolean
}

/** A whole HTML document. */
export function page({ title, bodyClass, body, admin = false }: PageOptions): Html {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<script src="/static/theme.js"></script>
<link rel="stylesheet" href="/static/base.css">
<link rel="stylesheet" href="/static/${admin ? 'admin' : 'site'}.css">
${admin ? html`<script src="/static/admin.js" defer></script>` : ''}
</head>
<body class="${bodyClass}">
<a class="skip" href="#content">Skip to content</a>
${body}
</body>
</html>
`
}

/** The button that switches auto, light and dark; hidden where there is no script. */
export function themeButton(): Html {
  return html`<button type="button" class="theme" hidden aria-label="Theme: auto" title="Theme: auto"><span aria-hidden="true">◐</span></button>`
}
