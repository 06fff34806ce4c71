// The polls admin driven by form posts, as a script would: cookies, CSRF field, redirects.

/** A logged-in session of the polls site. */
export class AdminSession {
  readonly #base: string
  readonly #cookies = new Map<string, string>()

  private constructor(base: string) {
    this.#base = base
  }

  /** Logs in. */
  static async login(base: string, username: string, password: string): Promise<AdminSession> {
    const session = new AdminSession(base)
    await session.get('/admin/login/')
    const answer = await session.post('/admin/login/?next=/admin/', { username, password })
    if (answer.status !== 302) throw new Error(`login answered ${answer.status}`)
    return session
  }

  /** GET of a page; its text. */
  async get(path: string): Promise<string> {
    const answer = await fetch(this.#base + path, { headers: { cookie: this.#cookieText() }, redirect: 'manual' })
    this.#keep(answer)
    return answer.text()
  }

  /** POST of a form with the CSRF field. */
  async post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const form = new URLSearchParams({ csrfmiddlewaretoken: this.#cookies.get('csrftoken') ?? '', ...fields })
    const answer = await fetch(this.#base + path, {
      method: 'POST',
      body: form,
      headers: { cookie: this.#cookieText(), referer: this.#base + path, origin: this.#base },
      redirect: 'manual',
    })
    this.#keep(answer)
    return answer
  }

  /** Adds a question with choices; the form's answer must be a redirect. */
  async addQuestion(text: string, date: string, time: string, choices: readonly string[] = []): Promise<void> {
    await this.#save('/admin/polls/question/add/', {
      question_text: text,
      pub_date_0: date,
      pub_date_1: time,
      ...inline(choices),
    })
  }

  /** Changes the text of a question without choices. */
  async changeQuestion(id: number, text: string, date: string, time: string): Promise<void> {
    await this.#save(`/admin/polls/question/${id}/change/`, {
      question_text: text,
      pub_date_0: date,
      pub_date_1: time,
      ...inline([]),
    })
  }

  /** Deletes a question. */
  async deleteQuestion(id: number): Promise<void> {
    await this.#save(`/admin/polls/question/${id}/delete/`, { post: 'yes' })
  }

  async #save(path: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await this.get(path)
    const answer = await this.post(path, fields)
    if (answer.status !== 302)
      throw new Error(
        `${path} answered ${answer.status}: ${(await answer.text())
          .replace(/<[^>]+>/g, ' ')
          .replace(/\s+/g, ' ')
          .slice(0, 600)}`,
      )
  }

  #cookieText(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(answer: Response): void {
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const at = pair.indexOf('=')
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
}

function inline(choices: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {
    'choice_set-TOTAL_FORMS': '3',
    'choice_set-INITIAL_FORMS': '0',
    'choice_set-MIN_NUM_FORMS': '0',
    'choice_set-MAX_NUM_FORMS': '1000',
  }
  for (let i = 0; i < 3; i++) {
    fields[`choice_set-${i}-id`] = ''
    fields[`choice_set-${i}-question`] = ''
    fields[`choice_set-${i}-choice_text`] = choices[i] ?? ''
    fields[`choice_set-${i}-votes`] = '0'
  }
  return fields
}
