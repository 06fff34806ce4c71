// Server-sent events: every open page gets the list again whenever something has been applied.
import type { ServerResponse } from 'node:http'

const KEEP_ALIVE_MS = 15_000

/** The open event streams. */
export class LiveUpdates {
  readonly #streams = new Set<ServerResponse>()
  readonly #latest: () => Promise<string>
  readonly #timer: NodeJS.Timeout
  #sending = false
  #again = false

  /** `latest` gives the data of one event, as one line. */
  constructor(latest: () => Promise<string>) {
    this.#latest = latest
    this.#timer = setInterval(() => this.#write(': still here\n\n'), KEEP_ALIVE_MS)
    this.#timer.unref()
  }

  /** Takes over a response and sends it the present state, then every change. */
  add(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    })
    response.write('retry: 1000\n\n')
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
    this.changed()
  }

  /** Sends the present state to all. Calls while one is being sent are joined into one more. */
  changed(): void {
    if (this.#streams.size === 0) return
    if (this.#sending) {
      this.#again = true
      return
    }
    this.#sending = true
    void this.#send()
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#timer)
    for (const response of this.#streams) response.end()
    this.#streams.clear()
  }

  async #send(): Promise<void> {
    do {
      this.#again = false
      try {
        this.#write(`data: ${await this.#latest()}\n\n`)
      } catch {
        this.#write('event: problem\ndata: the database does not answer\n\n')
      }
    } while (this.#again)
    this.#sending = false
  }

  #write(text: string): void {
    for (const response of this.#streams) response.write(text)
  }
}
