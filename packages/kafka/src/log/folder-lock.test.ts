import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderLock } from './folder-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const said = (child: ChildProcess) => new Promise<unknown>((resolve) => child.once('message', resolve))
const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()))

describe('FolderLock', () => {
  it('has one holder at a time, also within a process', async () => {
    const lock = FolderLock.acquire(folder)
    expect(() => FolderLock.acquire(folder)).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_LOCKED' }))
    lock.release()
    FolderLock.acquire(folder).release()
    expect(await readdir(folder)).toEqual([])
  })

  it('takes over from dead processes, reused pids, other boots and unreadable files; not from a recently touched one of another container', async () => {
    const lock = FolderLock.acquire(folder)
    const holder = JSON.parse(await readFile(join(folder, 'lock'), 'utf8')) as Record<string, unknown>
    lock.release()
    for (const stale of [{ pid: 2 ** 22 + 1 }, { startTicks: '1' }, { pid: -1 }]) {
      await writeFile(join(folder, 'lock'), JSON.stringify({ ...holder, ...stale }))
      FolderLock.acquire(folder).release()
    }
    for (const text of ['', '{', '{"pid":"x"}']) {
      await writeFile(join(folder, 'lock'), text)
      FolderLock.acquire(folder).release()
    }
    await writeFile(join(folder, 'lock'), JSON.stringify({ ...holder, realm: 'elsewhere' }))
    expect(() => FolderLock.acquire(folder)).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_LOCKED' }))
  })

  it('gives a dead holder’s folder to exactly one of several who want it at once', async () => {
    for (let round = 0; round < 4; round++) {
      const takers = Array.from({ length: 5 }, () =>
        fork(join(import.meta.dirname, '../../test/fixtures/lock-taker.ts'), [folder]),
      )
      await Promise.all(takers.map(said))
      const answers = takers.map(said)
      for (const taker of takers) taker.send('go')
      expect((await Promise.all(answers)).map(String).sort()).toEqual([
        ...Array.from({ length: 4 }, () => 'DATA_FOLDER_LOCKED'),
        'got',
      ])
      // The next round meets the lock of a process that was killed.
      const gone = takers.map(ended)
      for (const taker of takers) taker.kill('SIGKILL')
      await Promise.all(gone)
    }
  }, 60_000)
})
