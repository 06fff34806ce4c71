// Rows events that wait: those of a prepared XA transaction for its XA COMMIT, and those of a transaction that may be rolled back for its end.
import type { EventHeader, EventView, TableMapEvent } from '@millrace/mysql'

/** Most that is copied of one transaction; of a larger one only its place is kept and the log is read again. */
export const MAX_HELD_BYTES = 1024 * 1024

/** A view on an event that stays: its header and place, without its body. */
export class HeldView implements EventView {
  readonly header: EventHeader
  readonly bytes: Buffer
  readonly bodyStart = 0
  readonly bodyEnd: number
  readonly file: string
  readonly startPosition: number
  readonly endPosition: number
  readonly isArtificial = false
  readonly isMariaDb: boolean

  constructor(view: EventView, body: Buffer = NO_BODY) {
    const { timestampSec, typeCode, serverId, lengthBytes, logPos, flags } = view.header
    this.header = { timestampSec, typeCode, serverId, lengthBytes, logPos, flags }
    this.bytes = body
    this.bodyEnd = body.length
    this.file = view.file
    this.startPosition = view.startPosition
    this.endPosition = view.endPosition
    this.isMariaDb = view.isMariaDb
  }
}

const NO_BODY = Buffer.alloc(0)

/** A copy of one rows event with what it needs to become records. */
export class HeldEvent extends HeldView {
  readonly map: TableMapEvent
  /** Number of the rows event in its transaction. */
  readonly number: number
  /** Index of the event in its transaction, as offsets count. */
  readonly event: number
  /** Rows of it that were sent before. */
  readonly firstRow: number
  /** Text of the statement, where it is captured. */
  readonly query: string | null

  constructor(view: EventView, map: TableMapEvent, place: Pick<HeldEvent, 'number' | 'event' | 'firstRow' | 'query'>) {
    super(view, Buffer.from(view.bytes.subarray(view.bodyStart, view.bodyEnd)))
    this.map = map
    this.number = place.number
    this.event = place.event
    this.firstRow = place.firstRow
    this.query = place.query
  }
}

/** What is held of one transaction. */
export class HeldRows {
  events: HeldEvent[] = []
  bytes = 0

  add(event: HeldEvent): void {
    this.events.push(event)
    this.bytes += event.bytes.length
  }

  /** Lets those go that have this number or a larger one. */
  dropFrom(number: number): void {
    while (this.events.length > 0 && this.events.at(-1)!.number >= number) {
      this.bytes -= this.events.pop()!.bytes.length
    }
  }

  clear(): void {
    if (this.events.length === 0) return
    this.events = []
    this.bytes = 0
  }
}
