// The rows of a rows event as JSON text: column names where the log has them, else @1, @2 … as mysqlbinlog names them.
import {
  ByteCursor,
  CELL_ABSENT,
  type CellJsonWriter,
  type CellRow,
  type EventView,
  GrowingSink,
  loggedCellWriter,
  RowReader,
  RowsDecoder,
  type RowsEvent,
  type TableMapEvent,
  TableMaps,
  writeString,
} from '@millrace/mysql'

interface KnownTable {
  readonly reader: RowReader
  readonly names: readonly string[]
  readonly writers: readonly CellJsonWriter[]
}

/** Follows table maps and prints rows. */
export class RowPrinter {
  readonly #maps = new TableMaps()
  readonly #tables = new WeakMap<TableMapEvent, KnownTable>()
  readonly #decoder = new RowsDecoder()
  readonly #cursor = new ByteCursor()
  readonly #sink = new GrowingSink(64 * 1024)

  /** Takes a TABLE_MAP event. */
  accept(view: EventView): TableMapEvent {
    return this.#maps.accept(this.#open(view))
  }

  /** The part of a rows event before its rows, valid until the next call, and its table; null where the table map was not read. */
  decode(view: EventView): { readonly event: RowsEvent; readonly map: TableMapEvent | null } {
    const event = this.#decoder.decode(this.#open(view), view)
    return { event, map: this.#maps.get(event.tableId) ?? null }
  }

  /** `[{"before":{…},"after":{…}},…]`. Throws MysqlError for rows that do not fit their table. */
  print(event: RowsEvent, map: TableMapEvent): string {
    const { reader, names, writers } = this.#table(map)
    const sink = this.#sink
    sink.clear()
    put(sink, '[')
    reader.open(event)
    for (let row = 0; reader.next(); row++) {
      put(sink, row === 0 ? '{' : ',{')
      if (reader.before !== null) printImage('before', reader.before, names, writers, sink)
      if (reader.before !== null && reader.after !== null) put(sink, ',')
      if (reader.after !== null) printImage('after', reader.after, names, writers, sink)
      put(sink, '}')
    }
    put(sink, ']')
    return sink.text()
  }

  /** How many rows there are. */
  count(event: RowsEvent, map: TableMapEvent): number {
    const { reader } = this.#table(map)
    reader.open(event)
    let count = 0
    while (reader.next()) count++
    return count
  }

  #open(view: EventView): ByteCursor {
    return this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view)
  }

  #table(map: TableMapEvent): KnownTable {
    const known = this.#tables.get(map)
    if (known !== undefined) return known
    const { columnTypes, columnMeta, optional } = map
    const table = {
      reader: new RowReader(map),
      names: Array.from(columnTypes, (_, i) => JSON.stringify(optional.columnNames?.[i] ?? `@${i + 1}`)),
      writers: Array.from(columnTypes, (typeCode, i) => {
        const collationId = optional.collationIds?.[i]
        const unsigned = optional.unsigned?.[i] ?? false
        const labels = optional.labels?.[i] ?? undefined
        return loggedCellWriter({
          typeCode,
          meta: columnMeta[i]!,
          unsigned,
          ...(collationId === undefined ? {} : { collationId }),
          ...(labels === undefined ? {} : { labels }),
        })
      }),
    }
    this.#tables.set(map, table)
    return table
  }
}

// Columns that are not in the image are left out.
function printImage(
  image: string,
  { bytes, starts, ends }: CellRow,
  names: readonly string[],
  writers: readonly CellJsonWriter[],
  sink: GrowingSink,
): void {
  put(sink, `"${image}":{`)
  let isFirst = true
  for (const [i, write] of writers.entries()) {
    const end = ends[i]!
    if (end === CELL_ABSENT) continue
    put(sink, `${isFirst ? '' : ','}${names[i]}:`)
    isFirst = false
    if (end < 0) put(sink, 'null')
    else printCell(write, bytes, starts[i]!, end, sink)
  }
  put(sink, '}')
}

// A cell that cannot be read is shown by its bytes: the tool is for logs that are not as they should be.
function printCell(write: CellJsonWriter, bytes: Buffer, start: number, end: number, sink: GrowingSink): void {
  const at = sink.pos
  try {
    write(bytes, start, end, sink)
  } catch {
    sink.pos = at
    writeString(`0x${bytes.toString('hex', start, end)}`, sink)
  }
}

function put(sink: GrowingSink, text: string): void {
  sink.reserve(text.length * 3)
  sink.pos += sink.bytes.write(text, sink.pos, 'utf8')
}
