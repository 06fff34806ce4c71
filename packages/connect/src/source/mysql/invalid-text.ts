// Texts with bytes that are no characters of their column's character set: the record holds U+FFFD for them, as Debezium's does, and the
// log says where. Rows come here only after a decoder has found such bytes; then their cells are read once more to find out the columns.
import { GrowingSink, malformedText } from '@millrace/mysql'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { CellColumn, CellRow } from '../../data/change-row.ts'
import type { TableShape } from './shape.ts'

/** A column is named at once when it is found first, later at most so often. */
const REPEAT_MS = 60_000

/** One column with such texts. */
interface FoundColumn {
  readonly database: string
  readonly table: string
  readonly column: string
  readonly charset: string
  /** Texts since the task's start. */
  values: number
  /** How many of them the log has told. */
  told: number
  toldMs: number
}

/** Counts such texts per column for one run of a task. */
export class InvalidText {
  readonly #log: Logger
  readonly #clock: Clock
  readonly #columns = new Map<string, FoundColumn>()
  readonly #sink = new GrowingSink(1024)

  constructor(log: Logger, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** Texts so far, over all columns. */
  get values(): number {
    let values = 0
    for (const column of this.#columns.values()) values += column.values
    return values
  }

  /** A row in which a decoder has met bytes that are no character. */
  found(shape: TableShape, before: CellRow | null, after: CellRow | null): void {
    const hidden = shape.keyColumns.filter((key) => !shape.columns.some(({ cell }) => cell === key.cell))
    for (const column of [...shape.columns, ...hidden]) {
      const values = this.#count(column, before) + this.#count(column, after)
      if (values > 0) this.#add(shape, column, values)
    }
  }

  /** The task ends: tells what was not told yet. */
  close(): void {
    for (const column of this.#columns.values()) if (column.values > column.told) this.#tell(column)
  }

  #count({ cell, writeJson }: CellColumn, row: CellRow | null): number {
    const end = row?.ends[cell] ?? -1
    if (row === null || end < 0) return 0
    const { count } = malformedText
    this.#sink.pos = 0
    writeJson(row.bytes, row.starts[cell]!, end, this.#sink)
    return malformedText.count === count ? 0 : 1
  }

  #add({ model }: TableShape, { cell }: CellColumn, values: number): void {
    const { database, name: table, columns } = model
    const { name: column, charset } = columns[cell]!
    const id = JSON.stringify([database, table, column, charset])
    let found = this.#columns.get(id)
    if (found === undefined) {
      found = { database, table, column, charset: charset ?? 'utf8mb4', values: 0, told: 0, toldMs: 0 }
      this.#columns.set(id, found)
    }
    found.values += values
    if (found.told === 0 || this.#clock.nowMs() - found.toldMs >= REPEAT_MS) this.#tell(found)
  }

  #tell(found: FoundColumn): void {
    const { database, table, column, charset, values } = found
    found.told = values
    found.toldMs = this.#clock.nowMs()
    this.#log.warn(
      { database, table, column, charset, values },
      'text with bytes that are no characters of its character set: records hold U+FFFD in their place',
    )
  }
}
