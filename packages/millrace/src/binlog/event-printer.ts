// Events to lines of JSON, chosen by place, time, database and table; compressed transactions with the events inside them.
import {
  ByteCursor,
  decodeQuery,
  EVENT_HEADER_BYTES,
  EventType,
  type EventView,
  isRowsEvent,
  PayloadEvents,
  type TableMapEvent,
} from '@millrace/mysql'
import { bodyJson, headJson, hexdump, tableMapJson } from './event-json.ts'
import { RowPrinter } from './row-json.ts'

/** Which events to print, and how. */
export interface PrintChoice {
  /** Epoch seconds; from this on, and before that. */
  readonly startSec: number
  readonly stopSec: number
  /** Empty: all. With one of them only statements, table maps and rows of these are printed. */
  readonly databases: ReadonlySet<string>
  /** `table` or `database.table`. */
  readonly tables: ReadonlySet<string>
  /** Count rows instead of printing them. */
  readonly hidesRows: boolean
  readonly hexdump: boolean
}

/** See the file's head. */
export class EventPrinter {
  readonly #choice: PrintChoice
  readonly #rows = new RowPrinter()
  readonly #write: (line: string) => void | Promise<void>
  /** Events read. */
  events = 0
  /** Events whose checksum was right; a wrong one ends reading. */
  checksums = 0

  /** `write` takes lines without their end and may ask to wait. */
  constructor(choice: PrintChoice, write: (line: string) => void | Promise<void>) {
    this.#choice = choice
    this.#write = write
  }

  /** Takes the next event; `isInRange` false: only what later events need of it. Throws MysqlError for events that cannot be decoded. */
  async take(view: EventView, isInRange: boolean): Promise<void> {
    this.events++
    if (hasChecksum(view)) this.checksums++
    await this.#print(view, null, isInRange)
    if (view.header.typeCode !== EventType.TRANSACTION_PAYLOAD_EVENT) return
    const cursor = new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view)
    const payload = new PayloadEvents(view, cursor, { stopsAtUnsupported: false })
    for (let inner = 1; ; ) {
      while (payload.next()) await this.#print(payload, inner++, isInRange)
      if (!payload.needsMore) return
      await payload.fill()
    }
  }

  async #print(view: EventView, inner: number | null, isInRange: boolean): Promise<void> {
    const { typeCode, timestampSec } = view.header
    const map = typeCode === EventType.TABLE_MAP_EVENT ? this.#rows.accept(view) : null
    const { startSec, stopSec } = this.#choice
    if (!isInRange || timestampSec < startSec || timestampSec >= stopSec) return
    const text = isRowsEvent(typeCode) ? this.#rowsText(view) : this.#bodyText(view, map)
    if (text === null) return
    const head = JSON.stringify(headJson(view, inner)).slice(0, -1)
    const hex = this.#choice.hexdump ? `,"hexdump":${JSON.stringify(hexdump(view))}` : ''
    await this.#write(`${head}${text}${hex}}`)
  }

  // Null: not of the chosen databases and tables.
  #bodyText(view: EventView, map: TableMapEvent | null): string | null {
    const { databases, tables } = this.#choice
    if (map !== null) {
      return this.#isChosen(map.database, map.table) ? `,"body":${JSON.stringify(tableMapJson(map))}` : null
    }
    if (databases.size > 0 || tables.size > 0) {
      const { typeCode } = view.header
      // A compressed transaction is not shown itself, but what is chosen inside it.
      if (typeCode !== EventType.QUERY_EVENT && typeCode !== EventType.MARIADB_QUERY_COMPRESSED_EVENT) return null
      const cursor = new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view)
      const { database, sql } = decodeQuery(cursor, typeCode !== EventType.QUERY_EVENT)
      if (databases.size > 0 && !databases.has(database)) return null
      if (tables.size > 0 && ![...tables].some((table) => sql.includes(table.slice(table.indexOf('.') + 1))))
        return null
    }
    const body = bodyJson(view)
    return body === null ? '' : `,"body":${JSON.stringify(body)}`
  }

  #rowsText(view: EventView): string | null {
    const { event, map } = this.#rows.decode(view)
    if (map !== null && !this.#isChosen(map.database, map.table)) return null
    const { kind, tableId, flags, columnCount } = event
    const body = JSON.stringify({
      op: kind,
      tableId,
      ...(map === null ? {} : { database: map.database, table: map.table }),
      flags,
      columns: columnCount,
      ...(event.isPartial ? { partial: true } : {}),
    })
    // Reading began behind its table map.
    if (map === null) return `,"body":${body}`
    const rows = this.#choice.hidesRows ? this.#rows.count(event, map) : this.#rows.print(event, map)
    return `,"body":${body},"rows":${rows}`
  }

  #isChosen(database: string, table: string): boolean {
    const { databases, tables } = this.#choice
    if (databases.size > 0 && !databases.has(database)) return false
    return tables.size === 0 || tables.has(table) || tables.has(`${database}.${table}`)
  }
}

// A format description always has one, which its body includes.
function hasChecksum({ header, bodyStart, bodyEnd }: EventView): boolean {
  const isWhole = bodyEnd - bodyStart + EVENT_HEADER_BYTES === header.lengthBytes
  return !isWhole || header.typeCode === EventType.FORMAT_DESCRIPTION_EVENT
}
