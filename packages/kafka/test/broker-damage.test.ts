// Damage that the broker must not pass over in silence when it opens.

import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { batchOf, Embedded, ensureTopic, produce } from './fixtures/embedded.ts'

let embedded: Embedded
let partition: string

beforeEach(async () => {
  embedded = await new Embedded().start()
  const connection = await embedded.connect()
  await ensureTopic(connection, 't')
  await produce(connection, 't', batchOf(['precious']))
  await embedded.stop()
  partition = join(embedded.folder, 'topics', 't-0')
})
afterEach(() => embedded[Symbol.asyncDispose]())

it('a partition whose folder is gone', async () => {
  rmSync(partition, { recursive: true })
  await expect(embedded.start()).rejects.toMatchObject({
    code: 'DATA_CORRUPT',
    message: expect.stringContaining('t-0'),
  })
})

it('a partition whose files are gone', async () => {
  for (const name of readdirSync(partition)) rmSync(join(partition, name), { recursive: true })
  await expect(embedded.start()).rejects.toMatchObject({
    code: 'DATA_CORRUPT',
    message: expect.stringContaining('t-0'),
  })
})

it('a log that lost its end', async () => {
  truncateSync(join(partition, '00000000000000000000.log'), 10)
  await expect(embedded.start()).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
})
