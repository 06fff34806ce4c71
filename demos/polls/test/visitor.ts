// A browser without scripts for the tests: cookies, redirects, the CSRF field, and forms as the page offers them.

/** A page as received, after all redirects. */
export interface Received {
  readonly status: number
  /** Path and query of the last address. */
  readonly path: string
  readonly text: string
}

const MAX_REDIRECTS = 5

/** One visitor with its own cookies. */
export class Visitor {
  readonly #base: string
  readonly #cookies = new Map<string, string>()

  constructor(base: string) {
    this.#base = base
  }

  get(path: string): Promise<Received> {
    return this.#request(path, undefined)
  }

  /** Posts a form; the CSRF token is added unless the form brings one. */
  post(path: string, fields: Record<string, string>): Promise<Received> {
    const token = this.#cookies.get('csrftoken') ?? ''
    return this.#request(path, new URLSearchParams({ csrfmiddlewaretoken: token, ...fields }))
  }

  /** The fields of the first POST form that has a question text, as the page offers them. */
  async formAt(path: string): Promise<Record<string, string>> {
    const { text } = await this.get(path)
    const form = /<form method="post" id="question_form"[\s\S]*?<\/form>/
      .exec(text)?.[0]
      .replace(/<template[\s\S]*?<\/template>/g, '')
    if (form === undefined) throw new Error(`no form at ${path}`)
    const fields: Record<string, string> = {}
    for (const [input] of form.matchAll(/<input [^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1]
      const type = /type="([^"]*)"/.exec(input)?.[1]
      if (name === undefined || type === 'submit' || (type === 'checkbox' && !input.includes(' checked'))) continue
      if (name !== 'csrfmiddlewaretoken') fields[name] = plainText(/value="([^"]*)"/.exec(input)?.[1] ?? '')
    }
    return fields
  }

  /** A filled form of a new question at 2026-11-20 10:11:12. */
  questionForm(text: string, choices: readonly string[]): Record<string, string> {
    const fields: Record<string, string> = {
      question_text: text,
      pub_date_0: '2026-11-20',
      pub_date_1: '10:11:12',
      'choice_set-TOTAL_FORMS': '3',
      'choice_set-INITIAL_FORMS': '0',
      'choice_set-MIN_NUM_FORMS': '0',
      'choice_set-MAX_NUM_FORMS': '1000',
      _save: 'Save',
    }
    for (let i = 0; i < 3; i++) {
      fields[`choice_set-${i}-choice_text`] = choices[i] ?? ''
      fields[`choice_set-${i}-votes`] = '0'
    }
    return fields
  }

  async #request(path: string, body: URLSearchParams | undefined): Promise<Received> {
    let target = path
    let form = body
    for (let i = 0; i < MAX_REDIRECTS; i++) {
      const answer = await fetch(this.#base + target, {
        method: form === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form === undefined ? {} : { body: form }),
      })
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
        if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) this.#cookies.delete(name!)
        else this.#cookies.set(name!, value!)
      }
      const location = answer.headers.get('location')
      if (location === null) return { status: answer.status, path: target, text: await answer.text() }
      target = location
      form = undefined
    }
    throw new Error(`too many redirects from ${path}`)
  }
}

function plainText(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
}
