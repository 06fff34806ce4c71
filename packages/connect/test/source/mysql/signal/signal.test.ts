import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../../../src/base/logger.ts'
import { FileChannel } from '../../../../src/source/mysql/signal/file-channel.ts'
import { positionOf } from '../../../../src/source/mysql/signal/log-position.ts'
import { conditionOf, snapshotRequest, tablesOf } from '../../../../src/source/mysql/signal/signal.ts'

const request = (data: unknown) =>
  snapshotRequest({ id: 's', type: 'execute-snapshot', data: typeof data === 'string' ? data : JSON.stringify(data) })

describe('snapshot signals', () => {
  test('are incremental unless they say something else, in any case', () => {
    expect(request({ 'data-collections': [' d.t '] })).toMatchObject({ kind: 'incremental', collections: ['d.t'] })
    expect(request({ type: 'Blocking' }).kind).toBe('blocking')
    expect(request('').collections).toBeNull()
  })

  test.each([
    'no json',
    '[]',
    '{"type":"other"}',
    '{"data-collections":"d.t"}',
    '{"data-collections":[1]}',
    '{"additional-conditions":[{}]}',
  ])('%s is refused', (data) => {
    expect(() => request(data)).toThrow('The signal cannot be read')
  })

  test('patterns are matched against whole names; one that matches nothing is a name', () => {
    expect(tablesOf('d\\..*', ['d.t', 'd.u', 'dd.t'])).toEqual(['d.t', 'd.u'])
    expect(tablesOf('d.none', ['d.t'])).toEqual(['d.none'])
  })

  test('a condition belongs to the tables of its pattern', () => {
    const conditions = [{ 'data-collection': 'd.t.*', filter: 'v > 2' }]
    const made = request({ 'data-collections': ['d.t'], 'additional-conditions': conditions })
    expect([conditionOf(made, 'd.t1'), conditionOf(made, 'd.u')]).toEqual(['v > 2', null])
  })
})

test('a file is read line by line and emptied; what is no signal is left out', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-signal-'))
  try {
    const file = path.join(folder, 'signals')
    const channel = new FileChannel(file, silentLogger)
    expect(await channel.poll()).toEqual([])
    await writeFile(file, '{"id":"a","type":"log","data":{"message":"m"}}\nnothing\n\n{"type":"pause-snapshot"}\n')
    const signals = await channel.poll()
    expect(signals[0]).toEqual({ id: 'a', type: 'log', data: '{"message":"m"}' })
    expect(signals[1]).toMatchObject({ type: 'pause-snapshot', data: '' })
    expect(signals).toHaveLength(2)
    expect(await readFile(file, 'utf8')).toBe('')
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('set-binlog-position', () => {
  const present = { tsSec: 1, file: 'b.000001', pos: 4, gtids: 'x', row: 1, serverId: 2, event: 2, snapshot: null }

  test('by file or by transactions', () => {
    const named = positionOf({ binlog_filename: 'mysql-bin.000003', binlog_position: 154 }, 'mysql', present)
    expect(named).toMatchObject({ file: 'mysql-bin.000003', pos: 154, gtids: null, row: 0, event: 0 })
    const set = '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5'
    expect(positionOf({ gtid_set: set }, 'mysql', present)).toMatchObject({ file: 'b.000001', gtids: set })
  })

  test.each([
    {},
    { binlog_filename: 'mysql-bin', binlog_position: 4 },
    { binlog_filename: 'mysql-bin.000003', binlog_position: -1 },
    { gtid_set: 'nothing' },
    { gtid_set: '3e11fa47-71ca-11e1-9e33-c80aa9429562:1', binlog_position: 4 },
  ])('%j is refused', (data) => {
    expect(() => positionOf(data, 'mysql', present)).toThrow('The signal cannot be read')
  })
})
