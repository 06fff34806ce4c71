// Everything that can be decoded of an event: its body, the events inside it, and its row images.
import { decodeEvent } from '../../src/event/decode-event.ts'
import { isRowsEvent } from '../../src/event/rows.ts'
import {
  ByteCursor,
  type CellJsonWriter,
  type CellRow,
  EventType,
  type EventView,
  eventTypeName,
  GrowingSink,
  PayloadEvents,
  RowReader,
  type RowsEvent,
  type TableMapEvent,
  TableMaps,
} from '../../src/index.ts'
import { loggedCellWriter } from '../../src/type/logged-type.ts'

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
    const rows = isRowsEvent(typeCode) ? this.#rows(body) : 0
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
    const writers = this.#writers(map)
    const sink = new GrowingSink(256)
    let count = 0
    while (reader.next()) {
      count++
      for (const row of [reader.before, reader.after]) if (row !== null) writeCells(row, writers, sink)
    }
    return count
  }

  #writers(map: TableMapEvent): CellJsonWriter[] {
    const { columnTypes, columnMeta, optional } = map
    return Array.from(columnTypes, (typeCode, i) => {
      const collationId = optional.collationIds?.[i]
      return loggedCellWriter({
        typeCode,
        meta: columnMeta[i]!,
        unsigned: optional.unsigned?.[i] ?? false,
        ...(collationId === undefined ? {} : { collationId }),
      })
    })
  }
}

function writeCells({ bytes, starts, ends }: CellRow, writers: readonly CellJsonWriter[], sink: GrowingSink): void {
  for (const [i, write] of writers.entries()) {
    if (ends[i]! < 0) continue
    sink.pos = 0
    write(bytes, starts[i]!, ends[i]!, sink)
  }
}
