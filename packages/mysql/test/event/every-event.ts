// Everything that can be decoded of an event: its body, the events inside it, and its row images.
import { decodeEvent } from '../../src/event/decode-event.ts'
import {
  ByteCursor,
  EventType,
  type EventView,
  eventTypeName,
  PayloadEvents,
  RowReader,
  type RowsEvent,
  TableMaps,
} from '../../src/index.ts'

/** One event of a log, or of a transaction inside it. */
export interface DecodedEvent {
  readonly name: string
  readonly isInner: boolean
  readonly body: unknown
  /** Rows of a rows event whose table is known. */
  readonly rows: number
}

/** Decodes events one after the other; table maps are kept. */
export class EveryEvent {
  readonly #maps = new TableMaps()

  /** The event, and the events inside it as far as they are unpacked at once. */
  decode(view: EventView, isInner = false): DecodedEvent[] {
    const body = decodeEvent(view)
    const { typeCode } = view.header
    const cursor = new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view)
    if (typeCode === EventType.TABLE_MAP_EVENT) this.#maps.accept(cursor)
    const name = eventTypeName(typeCode)
    const rows = /_ROWS_(COMPRESSED_)?EVENT/.test(name) && name !== 'ANNOTATE_ROWS_EVENT' ? this.#rows(body) : 0
    const decoded: DecodedEvent[] = [{ name, isInner, body, rows }]
    if (typeCode === EventType.TRANSACTION_PAYLOAD_EVENT) {
      const payload = new PayloadEvents(view, cursor, { stopsAtUnsupported: false })
      while (payload.next()) decoded.push(...this.decode(payload, true))
      payload.close()
    }
    return decoded
  }

  #rows(body: unknown): number {
    const event = body as RowsEvent
    const map = this.#maps.get(event.tableId)
    if (map === undefined) return 0
    const reader = new RowReader(map)
    reader.open(event)
    let count = 0
    while (reader.next()) count++
    return count
  }
}
