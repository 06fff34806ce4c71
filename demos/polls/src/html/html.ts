// The template function of the site: `html` escapes every value put into it, except what is itself Html.

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' }

/** Markup that is already safe; only this file makes it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** What may stand in a template: text is escaped, lists are joined, null, undefined and false give nothing. */
export type Part = Html | string | number | bigint | boolean | null | undefined | readonly Part[]

/** Escapes text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!)
}

/** Tagged template: html`<p>${text}</p>`. Put values into element content or quoted attributes only. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0]!
  for (let i = 0; i < parts.length; i++) text += render(parts[i]) + strings[i + 1]!
  return new Html(text)
}

/** Nothing. */
export const EMPTY = new Html('')

function render(part: Part): string {
  if (part === null || part === undefined || part === false || part === true) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number' || typeof part === 'bigint') return String(part)
  return part.map(render).join('')
}
