// Markers and values of snapshot rows, however the rows fall into tables and the tables into chunks.
import type { CellRow, TextChunk } from '@millrace/mysql'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SourceInfo, SourceItem } from '../../../src/data/change-row.ts'
import type { TableShape } from '../../../src/source/mysql/shape.ts'
import { type ReadTable, RowEmitter } from '../../../src/source/mysql/snapshot/row-emitter.ts'

/** A chunk over rows of one text cell each, in one buffer that is overwritten for every chunk, as a connection's is. */
class FakeChunk implements TextChunk {
  readonly #row: { bytes: Buffer; starts: Int32Array; ends: Int32Array }
  readonly #cells: readonly (string | null)[]
  readonly #hasEnd: boolean
  #index = 0

  constructor(buffer: Buffer, cells: readonly (string | null)[], hasEnd: boolean) {
    this.#row = { bytes: buffer, starts: new Int32Array(1), ends: new Int32Array(1) }
    this.#cells = cells
    this.#hasEnd = hasEnd
  }

  get remaining(): number {
    return this.#cells.length - this.#index + (this.#hasEnd ? 1 : 0)
  }

  next(): CellRow | null {
    const cell = this.#cells[this.#index]
    if (cell === undefined) {
      if (this.#index === this.#cells.length) this.#index += this.#hasEnd ? 1 : 0
      return null
    }
    const at = 5 + this.#index * 20
    this.#row.starts[0] = at
    this.#row.ends[0] = cell === null ? -1 : at + this.#row.bytes.write(cell, at, 'utf8')
    this.#index++
    return this.#row
  }
}

/** Runs tables, each a list of chunks, and answers `marker:table:value` of every row as it was handed over. */
function run(tables: readonly (readonly (readonly (string | null)[])[])[]): string[] {
  const buffer = Buffer.alloc(4096)
  const emitter = new RowEmitter([], null)
  const seen: string[] = []
  const visit = (item: SourceItem) => {
    if (item.kind !== 'change') throw new Error('no row')
    const { bytes, starts, ends } = item.after as CellRow
    const end = ends[0] as number
    const value = end < 0 ? 'NULL' : bytes.toString('utf8', starts[0], end)
    expect(item.keyRow).toBe(item.after)
    seen.push(`${(item.source as unknown as { text: string }).text}:${value}`)
  }
  tables.forEach((chunks, table) => {
    const read: ReadTable = {
      shape: {} as TableShape,
      order: null,
      source: (marker) => ({ text: `${marker}:${table}` }) as unknown as SourceInfo,
    }
    emitter.beginTable()
    chunks.forEach((cells, index) => {
      buffer.fill(0)
      emitter.emitChunk(new FakeChunk(buffer, cells, index === chunks.length - 1), read, visit)
    })
  })
  emitter.finish(visit)
  return seen
}

/** The same by looking at all rows at once. */
function wanted(tables: readonly (readonly (string | null)[])[]): string[] {
  const rows = tables.flatMap((cells, table) =>
    cells.map((cell, i) => {
      const isLast = i === cells.length - 1
      const marker =
        i === 0 && table === 0
          ? 'first'
          : isLast
            ? 'last_in_data_collection'
            : i === 0
              ? 'first_in_data_collection'
              : 'true'
      return { marker, table, cell }
    }),
  )
  const last = rows.at(-1)
  if (last !== undefined) last.marker = 'last'
  return rows.map(({ marker, table, cell }) => `${marker}:${table}:${cell ?? 'NULL'}`)
}

describe('rows of a snapshot', () => {
  it('have the markers of their places', () => {
    const cell = fc.option(fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'é', '0') }), { nil: null })
    const chunk = fc.array(cell, { maxLength: 4 })
    // A table's answer has at least the chunk that its end comes in.
    const table = fc.array(chunk, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(table, { maxLength: 5 }), (tables) => {
        expect(run(tables)).toEqual(wanted(tables.map((chunks) => chunks.flat())))
      }),
    )
  })

  it('let the last schema change be the last record where there are none', () => {
    const emitter = new RowEmitter([], (marker) => ({ kind: 'record', record: { topic: marker } as never }))
    const seen: string[] = []
    emitter.beginTable()
    emitter.finish((item) => seen.push(item.kind === 'record' ? item.record.topic : 'row'))
    expect(seen).toEqual(['last'])
  })
})
