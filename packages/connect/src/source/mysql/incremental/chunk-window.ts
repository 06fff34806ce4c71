// The rows of one chunk between reading and sending: a change of the stream takes the row out, because the log has it newer.
import type { CellColumn, CellRow, ChangeRow } from '../../../data/change-row.ts'
import type { ConnectSchema } from '../../../data/schema.ts'
import { isStruct } from '../../../data/struct.ts'
import { structOfCells } from '../../../data/to-record.ts'
import type { TableShape } from '../shape.ts'
import { HeldRow } from '../snapshot/held-row.ts'

/** See the file's head. Rows of a table without a key are compared whole. */
export class ChunkWindow {
  #shape: TableShape | null = null
  #rows = new Map<string, HeldRow[]>()

  /** The shape of the rows; null while there is no chunk. */
  get shape(): TableShape | null {
    return this.#shape
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  /** Begins a chunk. */
  open(shape: TableShape): void {
    this.#shape = shape
    this.#rows = new Map()
  }

  /** Takes a copy of a row. */
  add(row: CellRow): void {
    const shape = this.#shape!
    const held = new HeldRow()
    held.fill(row)
    const key = identity(shape, held)
    const others = this.#rows.get(key)
    if (others === undefined || shape.keySchema !== null) this.#rows.set(key, [held])
    else others.push(held)
  }

  /** A change of the stream. */
  see(change: ChangeRow): void {
    const shape = this.#shape
    if (shape === null || this.#rows.size === 0) return
    const seen = change.shape as TableShape
    if (seen.model.database !== shape.model.database || seen.model.name !== shape.model.name) return
    if (shape.keySchema !== null) {
      if (seen.keySchema !== null) this.#rows.delete(identity(seen, change.keyRow))
      return
    }
    for (const image of [change.before, change.after]) {
      if (image === null) continue
      const key = identity(seen, image)
      const equal = this.#rows.get(key)
      equal?.pop()
      if (equal?.length === 0) this.#rows.delete(key)
    }
  }

  /** What is left, in the order of reading; the window is empty then. */
  take(): readonly HeldRow[] {
    const rows = [...this.#rows.values()].flat()
    this.clear()
    return rows
  }

  clear(): void {
    this.#shape = null
    this.#rows = new Map()
  }
}

/** The same text for the same row, whichever way it was read. */
function identity(shape: TableShape, row: CellRow): string {
  const { keySchema, rowSchema } = shape
  return keySchema === null ? textOf(rowSchema, shape.columns, row) : textOf(keySchema, shape.keyColumns, row)
}

function textOf(schema: ConnectSchema, columns: readonly CellColumn[], row: CellRow): string {
  return JSON.stringify(structOfCells(schema, columns, row).values, plain)
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return isStruct(value) ? value.values : value
}
