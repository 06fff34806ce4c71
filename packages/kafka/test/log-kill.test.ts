import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FileCache } from '../src/log/file-cache.ts'
import { partitionConfig } from '../src/log/partition-config.ts'
import { PartitionLog } from '../src/log/partition-log.ts'
import { readBatches } from '../src/record/batch-reader.ts'

/** Runs an appender until it has reported `reports` durable batches, kills it, and gives the last number it reported. */
function appendAndKill(folder: string, first: number, reports: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'fixtures/log-appender.ts'), folder, String(first)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let text = ''
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').length > reports) child.kill('SIGKILL')
    })
    child.on('close', () => resolve(Number(text.trim().split('\n').at(-1))))
  })
}

describe('kill -9 while appending', () => {
  it('loses nothing acknowledged, repeats nothing, and goes on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-kill-'))
    let next = 0
    try {
      for (let round = 0; round < 5; round++) {
        const acknowledged = await appendAndKill(folder, next, 40 + round * 37)
        const log = await PartitionLog.open({
          topic: 't',
          partition: 0,
          folder,
          config: partitionConfig({ 'segment.bytes': '200000' }),
          files: new FileCache(),
        })
        let offset = 0
        while (offset < log.highWatermark) {
          for (const batch of readBatches(await log.read(offset, 1_000_000), { check: true })) {
            for (const record of batch.records()) {
              expect(record.offset).toBe(offset)
              expect(record.value!.toString('latin1', 0, 12)).toMatch(new RegExp(`^${offset}:`))
              offset++
            }
          }
        }
        expect(offset).toBeGreaterThan(acknowledged)
        expect(
          log.producers.check({
            ...EMPTY_HEADER,
            producerId: 9,
            producerEpoch: 0,
            baseSequence: offset - 20,
            lastOffsetDelta: 19,
          }),
        ).toMatchObject({ baseOffset: offset - 20 })
        next = offset
        await log.close()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    expect(next).toBeGreaterThan(1000)
  }, 60_000)
})

const EMPTY_HEADER = {
  baseOffset: 0,
  sizeBytes: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  attributes: 0,
  baseTimestamp: 0,
  maxTimestamp: 0,
  recordCount: 20,
}
