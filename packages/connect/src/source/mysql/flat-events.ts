// The events of a dump one by one, those inside compressed transactions too.
import {
  type BinlogReader,
  ByteCursor,
  type EventChunk,
  EventType,
  type EventView,
  PayloadEvents,
} from '@millrace/mysql'
import type { LogPlace } from './xa-transactions.ts'

/** `next` until it is null, then `await more()` and on. An event is valid until the next call of either. */
export class FlatEvents {
  readonly #reader: BinlogReader
  readonly #cursor = new ByteCursor()
  #chunk: EventChunk | null = null
  #payload: PayloadEvents | null = null
  /** Events before it are passed over; null: none are. */
  #start: LogPlace | null = null

  constructor(reader: BinlogReader) {
    this.#reader = reader
  }

  /** Passes over what stands before the place, and what the server sends about the file's format. */
  startAt(place: LogPlace): void {
    this.#start = place
  }

  /** Waits for further events; false once the task ends. Throws as BinlogReader does. */
  async more(): Promise<boolean> {
    if (this.#payload?.needsMore === true) {
      await this.#payload.fill()
      return true
    }
    this.#payload = null
    this.#chunk = await this.#reader.next()
    return this.#chunk !== null
  }

  /** The next event; null where `more` has to be called. Throws MysqlProtocolError, MysqlUnsupportedError. */
  next(): EventView | null {
    for (;;) {
      const payload = this.#payload
      if (payload !== null) {
        if (payload.next()) return payload
        if (payload.needsMore) return null
        this.#payload = null
      }
      const view = this.#chunk?.next() ?? null
      if (view !== null && this.#start !== null) {
        if (view.isArtificial || view.file !== this.#start.file || view.startPosition < this.#start.pos) continue
        this.#start = null
      }
      if (view?.header.typeCode !== EventType.TRANSACTION_PAYLOAD_EVENT) return view
      this.#payload = new PayloadEvents(view, this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view))
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#payload?.close()
    this.#reader.close()
  }
}
