// `millrace binlog cat` as it is typed: files on disk and the same over the wire, on MySQL and MariaDB.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname
const run = promisify(execFile)
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-cat-'))

afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function cat(...args: string[]): Promise<{ lines: Record<string, unknown>[]; err: string }> {
  const { stdout, stderr } = await run(process.execPath, [MAIN, 'binlog', 'cat', ...args], { maxBuffer: 64 << 20 })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), err: stderr }
}

describe.each([
  ['MySQL', () => startMysql()],
  ['MariaDB', () => startMariadb({ args: ['--log-bin-compress=ON', '--log-bin-compress-min-len=20'] })],
] as const)('%s', (name, start) => {
  let server: MysqlServer
  let files: string[]
  beforeAll(async () => {
    server = await start()
    await server.sql(`CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, v TEXT); CREATE TABLE d.u (id INT);
      INSERT INTO d.t VALUES (1,'çift kapı'),(2,NULL); FLUSH BINARY LOGS;
      ${name === 'MySQL' ? 'SET binlog_transaction_compression=ON;' : ''} INSERT INTO d.t SELECT id+10,REPEAT('x',300) FROM d.t;
      UPDATE d.t SET v='new' WHERE id=1; INSERT INTO d.u VALUES (7); FLUSH BINARY LOGS`)
    files = readdirSync(path.join(server.dataFolder, 'data'))
      .filter((file) => /^binlog\.\d+$/.test(file))
      .sort()
  })
  afterAll(async () => {
    await server?.stop()
  })
  const login = () => ['--host', server.host, '--port', String(server.port), '--user', server.rootUser]
  const onDisk = (file: string) => path.join(server.dataFolder, 'data', file)
  const inFiles = (lines: Record<string, unknown>[]) => lines.filter((line) => line['artificial'] !== true)

  test('a file on disk and the same file from the server', async () => {
    const file = files.at(-2)!
    const disk = await cat(onDisk(file), '--verify-checksum')
    const wire = await cat(...login(), file)
    const essence = (lines: Record<string, unknown>[]) =>
      inFiles(lines)
        // The server clears times in the format description, and MariaDB fills in positions.
        .filter(({ type }) => type !== 'FORMAT_DESCRIPTION_EVENT')
        .map(({ pos, end, type, inner, body, rows }) => ({ pos, end, type, inner, body, rows }))
    expect(essence(wire.lines).filter(({ pos }) => (pos as number) > 4)).toEqual(essence(disk.lines))
    expect(disk.err).toMatch(/^\d+ events, \d+ checksums, all of them right/)
    const table = await cat(onDisk(file), '--table', 'd.t', '--no-rows')
    const counted = table.lines.flatMap(({ type, rows }) => (/WRITE|UPDATE/.test(String(type)) ? [rows] : []))
    expect(counted).toEqual([2, 1])
  })

  test('all files of the server, from the first to the end of the last', async () => {
    const { lines } = await cat(...login())
    expect(new Set(inFiles(lines).map(({ file }) => file))).toEqual(new Set(files))
    const from = inFiles(lines).find(({ type }) => String(type).includes('WRITE_ROWS'))!
    const part = await cat(
      ...login(),
      files[0]!,
      '--start-position',
      String(from['pos']),
      '--stop-position',
      String(from['end']),
    )
    expect(inFiles(part.lines).map(({ pos, type }) => [pos, type])).toContainEqual([from['pos'], from['type']])
  })

  test('errors: exit code 1, one sentence, a remedy', async () => {
    const torn = path.join(folder, 'binlog.000001')
    writeFileSync(torn, readFileSync(onDisk(files[0]!)).subarray(0, 600))
    await server.stop()
    await expect(cat(torn)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ends inside the event at position \d+/),
    })
    await expect(cat(...login())).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: /) })
    await expect(cat()).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/--host/) })
  })
})
