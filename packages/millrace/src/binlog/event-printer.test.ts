// Lines of `millrace binlog cat` for recorded logs, and what it says of files that are not whole.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { MysqlError } from '@millrace/mysql'
import { afterAll, describe, expect, test } from 'vitest'
import { EventPrinter, type PrintChoice } from './event-printer.ts'
import { fileEvents } from './file-events.ts'

interface Line {
  readonly type: string
  readonly pos: number
  readonly end: number
  readonly inner?: number
  readonly stopsAConnector?: boolean
  readonly body?: Record<string, unknown>
  readonly rows?: readonly { before?: Record<string, unknown>; after?: Record<string, unknown> }[] | number
  readonly hexdump?: readonly string[]
}

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-binlog-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ALL: PrintChoice = {
  startSec: 0,
  stopSec: Number.MAX_SAFE_INTEGER,
  databases: new Set(),
  tables: new Set(),
  hidesRows: false,
  hexdump: false,
}

function recorded(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../../../mysql/test/fixtures/${name}.gz`, import.meta.url)))
}

async function cat(bytes: Buffer, choice: Partial<PrintChoice> = {}): Promise<{ lines: Line[]; error: unknown }> {
  const file = path.join(folder, 'binlog.000002')
  writeFileSync(file, bytes)
  const lines: Line[] = []
  const printer = new EventPrinter({ ...ALL, ...choice }, (line) => {
    lines.push(JSON.parse(line) as Line)
  })
  try {
    for await (const view of fileEvents(file)) await printer.take(view, true)
  } catch (error) {
    return { lines, error }
  }
  return { lines, error: null }
}

describe.each([
  'mysql-9.7',
  'mysql-9.7-no-checksum',
  'mariadb-11.8',
  'mariadb-11.8-compressed',
  'mariadb-10.11-compressed',
])('%s', (name) => {
  test('every event is a line, and the lines join', async () => {
    const bytes = recorded(name)
    const { lines, error } = await cat(bytes)
    expect(error).toBeNull()
    const outer = lines.filter(({ inner }) => inner === undefined)
    expect(outer[0]).toMatchObject({ pos: 4, type: 'FORMAT_DESCRIPTION_EVENT' })
    for (const [i, line] of outer.entries()) expect(line.pos).toBe(i === 0 ? 4 : outer[i - 1]!.end)
    expect(outer.at(-1)!.end).toBe(bytes.length)
  })

  test('values of the first row', async () => {
    const { lines } = await cat(recorded(name), { tables: new Set(['fx.t']) })
    const rows = lines.find(({ type }) => type.startsWith('WRITE_ROWS'))!.rows as { after: object }[]
    const values = Object.values(rows[0]!.after)
    const unsigned = name === 'mariadb-10.11-compressed' || name === 'mariadb-11.8' ? [] : ['18446744073709551615']
    expect(values.slice(0, 9)).toEqual([
      1,
      'one',
      'uno',
      '-12.345',
      '2026-11-24T10:11:12.345',
      '2026-11-24T10:11:12.345678Z',
      '-838:59:58.25',
      2026,
      '2026-11-24',
    ])
    // Labels where the log has them (binlog_row_metadata=FULL), else numbers.
    const labels = Object.keys(rows[0]!.after)[0]!.startsWith('@') ? [2, 5] : ['b', 'x,z']
    expect(values.slice(9, 16)).toEqual(['AP8Q', 'çift kapı', ...labels, '00000010101', 1.5, -2.25])
    for (const text of unsigned) expect(String(BigInt(values[16] as number))).toBe(String(BigInt(Number(text))))
  })
})

test('names of columns come from FULL metadata, else @n', async () => {
  const named = await cat(recorded('mysql-9.7'), { tables: new Set(['k']) })
  const plain = await cat(recorded('mysql-9.7-no-checksum'), { tables: new Set(['k']) })
  const keys = ({ lines }: { lines: Line[] }) =>
    Object.keys((lines.find(({ type }) => type === 'WRITE_ROWS_EVENT')!.rows as { after: object }[])[0]!.after)
  expect(keys(named)).toEqual(['id', 'j'])
  expect(keys(plain)).toEqual(['@1', '@2'])
})

test('what stands around statements has a body', async () => {
  const { lines } = await cat(recorded('mysql-9.7'))
  const seed = expect.any(Number)
  expect(lines.find(({ type }) => type === 'RAND_EVENT')!.body).toEqual({ seeds: [seed, seed] })
})

test('events inside compressed transactions, partial documents, and events that stop a connector', async () => {
  const { lines } = await cat(recorded('mysql-9.7'))
  const inner = lines.filter((line) => line.inner !== undefined)
  expect(inner.filter(({ inner: number }) => number === 1).length).toBe(2)
  expect(inner.some(({ type }) => type === 'DELETE_ROWS_EVENT')).toBe(true)
  const partial = lines.find(({ type }) => type === 'PARTIAL_UPDATE_ROWS_EVENT')!
  const [change] = partial.rows as { after: { j: string } }[]
  expect(JSON.parse(change!.after.j)).toMatchObject({ b: { c: 'changed' }, new: 7 })
  expect(lines.filter(({ stopsAConnector }) => stopsAConnector)).toEqual([])
})

test('filters: a table, a database, rows counted', async () => {
  const { lines } = await cat(recorded('mysql-9.7'), { tables: new Set(['sel']), hidesRows: true })
  expect(lines.map(({ type }) => type)).toEqual([
    'QUERY_EVENT',
    'TABLE_MAP_EVENT',
    'WRITE_ROWS_EVENT',
    'QUERY_EVENT',
    'QUERY_EVENT',
  ])
  expect(lines[2]!.rows).toBe(5)
  expect((await cat(recorded('mysql-9.7'), { databases: new Set(['other']) })).lines).toEqual([])
})

test('times, hexdump', async () => {
  const { lines } = await cat(recorded('mysql-9.7'))
  expect((await cat(recorded('mysql-9.7'), { stopSec: 1_000_000 })).lines).toEqual([])
  const dumped = await cat(recorded('mysql-9.7'), { hexdump: true })
  expect(dumped.lines).toHaveLength(lines.length)
  const size = dumped.lines[0]!.end - 4
  expect(dumped.lines[0]!.hexdump).toHaveLength(Math.ceil(size / 16))
})

describe('files that are not whole', () => {
  const whole = recorded('mysql-9.7')
  test.each([
    ['cut inside a body', whole.subarray(0, 5000), 'MYSQL_FILE_TORN', /position 4915.*9047 bytes, 85 are/],
    ['cut inside a header', whole.subarray(0, 4920), 'MYSQL_FILE_TORN', /position 4915/],
    ['no log', Buffer.from('hello world'), 'MYSQL_PROTOCOL_FILE', /binlog.000002/],
    ['empty', Buffer.alloc(0), 'MYSQL_PROTOCOL_FILE', /binlog.000002/],
    ['encrypted by MySQL', Buffer.from('fd62696e00000000', 'hex'), 'MYSQL_FILE_ENCRYPTED', /position 0/],
  ])('%s', async (_, bytes, code, message) => {
    const { error } = await cat(bytes)
    expect(error).toBeInstanceOf(MysqlError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('what is whole before the cut is printed', async () => {
    const { lines } = await cat(whole.subarray(0, 5000))
    expect(lines.at(-1)).toMatchObject({ end: 4915 })
  })

  test('a damaged byte, and a damaged length', async () => {
    const damaged = Buffer.from(whole)
    damaged[4800]! ^= 4
    expect((await cat(damaged)).error).toMatchObject({ code: 'MYSQL_PROTOCOL_CHECKSUM' })
    const long = Buffer.from(whole)
    long.writeUInt32LE(3, 4915 + 9)
    expect((await cat(long)).error).toMatchObject({
      code: 'MYSQL_PROTOCOL_EVENT',
      message: expect.stringContaining('4915'),
    })
  })
})
