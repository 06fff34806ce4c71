// Signals from the table `signal.data.collection`: rows of it that pass in the stream.
import type { CellColumn, CellRow, ChangeRow, SourceItem } from '../../../data/change-row.ts'
import type { TableShape } from '../shape.ts'
import type { Signal } from './signal.ts'

type Visit = (item: SourceItem) => void

/** What is seen of the stream. */
export interface SourceChannelOptions {
  /** Null: no row is a signal. */
  readonly table: { readonly database: string; readonly name: string } | null
  /** Every row change of the stream. */
  readonly see: (change: ChangeRow) => void
}

/** Rows deleted from the signal table, as signals of a type that no user can send. */
export const DELETED = '\0deleted'

/** See the file's head. */
export class SourceChannel {
  readonly #options: SourceChannelOptions
  readonly #id: string | null
  #signals: Signal[] = []
  #lastShape: unknown = null
  #isSignalTable = false

  constructor(options: SourceChannelOptions) {
    this.#options = options
    const { table } = options
    this.#id = table === null ? null : `${table.database}.${table.name}`.toLowerCase()
  }

  /** Whether the stream has to stop for what came. */
  get hasSignals(): boolean {
    return this.#signals.length > 0
  }

  /** The signals that came since the last call. */
  take(): readonly Signal[] {
    const signals = this.#signals
    this.#signals = []
    return signals
  }

  /** The visitor, with what passes through it seen. */
  watch(visit: Visit): Visit {
    return (item) => {
      if (item.kind === 'change') this.#look(item)
      visit(item)
    }
  }

  #look(change: ChangeRow): void {
    const { shape, op } = change
    if (shape !== this.#lastShape) {
      const { database, name } = (shape as TableShape).model
      this.#lastShape = shape
      this.#isSignalTable = `${database}.${name}`.toLowerCase() === this.#id
    }
    if (!this.#isSignalTable) {
      this.#options.see(change)
      return
    }
    const [id, type, data] = shape.columns
    if (id === undefined) return
    if (op === 'c') {
      const row = change.after!
      this.#signals.push({ id: textOf(row, id), type: textOf(row, type), data: textOf(row, data) })
    } else if (op === 'd') this.#signals.push({ id: textOf(change.before!, id), type: DELETED, data: '' })
  }
}

function textOf({ bytes, starts, ends }: CellRow, column: CellColumn | undefined): string {
  if (column === undefined) return ''
  const end = ends[column.cell]!
  if (end < 0) return ''
  const value = column.read(bytes, starts[column.cell]!, end)
  return typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString('utf8') : String(value)
}
