import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batchOf } from '../../test/fixtures/numbered-batch.ts'
import { nodeDisk } from './disk.ts'
import { FileCache } from './file-cache.ts'
import { partitionConfig } from './partition-config.ts'
import { PartitionLog } from './partition-log.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A disk that counts what is open. */
function countingDisk() {
  const open = new Set<number>()
  let most = 0
  return {
    open,
    most: () => most,
    disk: {
      ...nodeDisk,
      async open(path: string, flags: string) {
        const fd = await nodeDisk.open(path, flags)
        open.add(fd)
        most = Math.max(most, open.size)
        return fd
      },
      async close(fd: number) {
        open.delete(fd)
        await nodeDisk.close(fd)
      },
    },
  }
}

describe('FileCache', () => {
  it('holds a bounded number of files for many partitions, and none after closing', async () => {
    const { disk, open, most } = countingDisk()
    const files = new FileCache({ disk, maxOpen: 10 })
    const logs: PartitionLog[] = []
    for (let i = 0; i < 40; i++)
      logs.push(
        await PartitionLog.open({
          topic: 't',
          partition: i,
          folder: join(folder, `t-${i}`),
          config: partitionConfig({}),
          files,
        }),
      )
    for (let round = 0; round < 3; round++)
      for (const log of logs) {
        log.append(batchOf(round, 1))
        await log.flush()
        expect((await log.read(round, 1)).length).toBeGreaterThan(0)
      }
    expect(most()).toBeLessThanOrEqual(12)
    for (const log of logs) await log.close()
    expect(open.size).toBe(0)
  })

  it('tries a file again that could not be opened, and tells why', async () => {
    const files = new FileCache()
    await expect(files.use(join(folder, 'a'), async () => 1)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(files.openFiles).toBe(0)
    expect(await files.use(join(folder, 'a'), async () => 1, true)).toBe(1)
    expect(await files.use(join(folder, 'a'), async () => 2)).toBe(2)
    expect(files.openFiles).toBe(1)
    await files.close()
  })

  it('closes a dropped file when its last user is done', async () => {
    const { disk, open } = countingDisk()
    const files = new FileCache({ disk })
    const go = Promise.withResolvers<void>()
    const using = files.use(join(folder, 'a'), () => go.promise, true)
    await files.use(join(folder, 'a'), async () => undefined)
    await files.drop(join(folder, 'a'))
    expect(open.size).toBe(1)
    go.resolve()
    await using
    expect(open.size).toBe(0)
  })
})
