// Which columns are named for texts that are none, and how often.
import { charsetDecoder, columnType } from '@millrace/mysql'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import type { CellColumn, CellRow } from '../../../src/data/change-row.ts'
import { InvalidText } from '../../../src/source/mysql/invalid-text.ts'
import type { TableShape } from '../../../src/source/mysql/shape.ts'

const BAD = Buffer.from([0x61, 0x81])

/** Cells one after the other; null = NULL. */
function row(cells: readonly (Buffer | null)[]): CellRow {
  const starts = new Int32Array(cells.length)
  const ends = new Int32Array(cells.length)
  let at = 0
  cells.forEach((cell, i) => {
    starts[i] = at
    at += cell?.length ?? 0
    ends[i] = cell === null ? -1 : at
  })
  return { bytes: Buffer.concat(cells.filter((cell) => cell !== null)), starts, ends }
}

function column(name: string, cell: number, charset: string): CellColumn {
  const { decode: read, writeJson } = charsetDecoder(charset)
  return { name, cell, schema: { kind: 'string', optional: true }, read, writeJson }
}

function lab() {
  const told: unknown[] = []
  const time = { nowMs: 5_000_000 }
  const clock: Clock = { nowMs: () => time.nowMs, nowNs: () => 0n, after: () => () => {} }
  const invalidText = new InvalidText({ ...silentLogger, warn: (fields: unknown) => told.push(fields) }, clock)
  const columns = [column('Plain', 0, 'sjis'), column('B', 1, 'utf8mb4')]
  const shape = {
    columns,
    keyColumns: [columns[0]!, column('K', 2, 'gbk')],
    model: {
      database: 'd',
      name: 't',
      columns: [
        { name: 'plain', charset: 'sjis' },
        { name: 'b', charset: null },
        { name: 'k', charset: 'gbk' },
      ],
    },
  } as unknown as TableShape
  return { invalidText, shape, told, time }
}

const named = (column: string, charset: string, values: number) => ({
  database: 'd',
  table: 't',
  column,
  charset,
  values,
})

describe('texts that are none', () => {
  test('name the columns that have them, in rows and in keys, and nothing of the value', () => {
    const { invalidText, shape, told } = lab()
    invalidText.found(shape, null, row([Buffer.from('fine'), BAD, BAD]))
    expect(told).toEqual([named('b', 'utf8mb4', 1), named('k', 'gbk', 1)])
  })

  test('both images count; NULL does not', () => {
    const { invalidText, shape, told } = lab()
    invalidText.found(shape, row([BAD, null, null]), row([BAD, null, null]))
    expect(told).toEqual([named('plain', 'sjis', 2)])
    expect(invalidText.values).toBe(2)
  })

  test('are told at once, then once a minute, and at the end', () => {
    const { invalidText, shape, told, time } = lab()
    const bad = row([BAD, null, null])
    for (let i = 0; i < 1000; i++) invalidText.found(shape, null, bad)
    expect(told).toEqual([named('plain', 'sjis', 1)])
    time.nowMs += 60_000
    invalidText.found(shape, null, bad)
    invalidText.found(shape, null, bad)
    expect(told.slice(1)).toEqual([named('plain', 'sjis', 1001)])
    invalidText.close()
    invalidText.close()
    expect(told.slice(2)).toEqual([named('plain', 'sjis', 1002)])
  })
})

test('columns of both forms count', () => {
  const model = { name: 'a', typeName: 'VARCHAR', charset: 'cp932', isNullable: true, hasDefault: false } as never
  const options = {} as never
  for (const type of [
    columnType(model, 'text', options),
    columnType(model, 'binlog', options, { typeCode: 15, meta: 20, unsigned: false }),
  ])
    expect(type.read(BAD, 0, 2)).toBe('a\uFFFD')
})
