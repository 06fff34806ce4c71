// One client's connection: requests are carried out one after the other and answered in their order, as Kafka does. Only Produce requests
// that follow each other overlap: each is appended in its turn, and they wait for the disk together.

import type { Link } from '../../client/link.ts'
import { KafkaError } from '../../error.ts'
import { Produce } from '../../protocol/produce.ts'
import type { BrokerLogger } from '../options.ts'

/** Carries out one request frame. Resolves to the response's parts, or undefined when none is due. */
export type Serve = (frame: Buffer) => Promise<readonly Uint8Array[] | undefined>

/** Stops and resumes the arrival of requests, where the transport can. */
export interface FlowControl {
  pause(): void
  resume(): void
  /** Ends the connection after what was sent; without it the link is closed at once. */
  end?(): void
}

/** Produce requests of one connection that may wait for the disk together. */
const MAX_OVERLAP = 64
/** Bytes of requests waiting for their turn above which the client is paused. */
export const PAUSE_AT_BYTES = 32 * 1024 * 1024

/** Drives one link. Ends the link on malformed frames; the reason goes to the log. */
export class ClientConnection {
  readonly #link: Link
  readonly #serve: Serve
  readonly #log: BrokerLogger
  readonly #flow: FlowControl | undefined
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  #isPaused = false
  /** Requests under way; all are Produce when there is more than one. */
  #active = 0
  #isActiveProduce = false
  /** Resolves when the response before has been handed to the link. */
  #sent: Promise<void> = Promise.resolve()
  #isClosed = false
  #isLast = false
  /** Where the client is paused; lower until it has proved who it is. */
  pauseAtBytes = PAUSE_AT_BYTES

  constructor(link: Link, serve: Serve, log: BrokerLogger, onClose: () => void, flow?: FlowControl) {
    this.#link = link
    this.#serve = serve
    this.#log = log
    this.#flow = flow
    link.onFrame = (frame) => this.#take(frame)
    link.onClose = (error) => {
      if (!this.#isClosed && error instanceof KafkaError && error.code !== 'NETWORK_EXCEPTION') this.#note(error)
      this.#isClosed = true
      this.#waiting.length = 0
      onClose()
    }
  }

  /** Whether the client is gone or was sent away. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
    this.#link.close()
  }

  /** The answer under way is the last one: the connection ends behind it. `reason` goes to the log. */
  endAfterAnswer(reason: KafkaError): void {
    this.#note(reason)
    this.#isLast = true
    this.#waiting.length = 0
  }

  #take(frame: Buffer): void {
    if (this.#isClosed || this.#isLast) return
    this.#waiting.push(frame)
    this.#waitingBytes += frame.length
    this.#start()
    if (this.#waitingBytes > this.pauseAtBytes && !this.#isPaused) {
      this.#isPaused = true
      this.#flow?.pause()
    }
  }

  #start(): void {
    for (;;) {
      const frame = this.#waiting[0]
      if (frame === undefined || this.#isClosed) return
      const isProduce = frame.length >= 2 && frame.readInt16BE(0) === Produce.key
      const mayOverlap = this.#isActiveProduce && isProduce && this.#active < MAX_OVERLAP
      if (this.#active > 0 && !mayOverlap) return
      this.#waiting.shift()
      this.#active++
      this.#isActiveProduce = isProduce
      this.#sent = this.#answer(frame, this.#serve(frame), this.#sent)
    }
  }

  async #answer(
    frame: Buffer,
    response: Promise<readonly Uint8Array[] | undefined>,
    before: Promise<void>,
  ): Promise<void> {
    try {
      const settled = await response
      await before
      if (settled !== undefined && !this.#isClosed) await this.#link.send(settled)
      if (this.#isLast) return this.#finish()
    } catch (error) {
      this.refuse(error)
    }
    this.#active--
    this.#waitingBytes -= frame.length
    // The log has written the batches, and nothing else of a Produce request is kept.
    if (frame.length >= 2 && frame.readInt16BE(0) === Produce.key) this.#link.release?.(frame)
    if (this.#isPaused && this.#waitingBytes <= this.pauseAtBytes / 2) {
      this.#isPaused = false
      this.#flow?.resume()
    }
    this.#start()
  }

  #finish(): void {
    if (this.#isClosed) return
    const flow = this.#flow
    if (flow?.end === undefined) this.close()
    else {
      this.#isClosed = true
      flow.end()
    }
  }

  /** What the client sent cannot be answered: it is told so by the end of the connection, as Kafka does. */
  refuse(error: unknown): void {
    if (this.#isClosed) return
    this.#note(KafkaError.from(error))
    this.close()
  }

  #note({ code, message }: KafkaError): void {
    this.#log('warn', `connection of ${this.#link.peer} ended: ${code}: ${message}`)
  }
}
