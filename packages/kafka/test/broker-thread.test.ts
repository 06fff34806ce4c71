import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrokerThread, startBrokerThread } from '../src/broker/broker-thread.ts'
import { Connection } from '../src/client/connection.ts'
import { PortLink } from '../src/client/port-link.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { batchOf, ensureTopic, fetchFrom, produce, valuesIn } from './fixtures/embedded.ts'

let folder: string
const threads: BrokerThread[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-broker-thread-'))
})
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close().catch(() => {})
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startBrokerThread>[0], log?: Parameters<typeof startBrokerThread>[1]) {
  const thread = await startBrokerThread(options, log)
  threads.push(thread)
  return thread
}

describe('the broker thread', { timeout: 60_000 }, () => {
  it('serves over ports and over TCP at once, logs, closes, and has everything after the next start', async () => {
    const lines: string[] = []
    const listen = { host: '127.0.0.1', port: 0 }
    const thread = await start({ dataFolder: folder, listen }, (_level, line) => lines.push(line))
    const near = await Connection.open(new PortLink(thread.connect()), { clientId: 'near' })
    await ensureTopic(near, 't')
    await produce(near, 't', batchOf(['one']))
    const { host, port } = thread.address ?? expect.unreachable()
    const far = await Connection.open(await connectTcp(host, port, new AbortController().signal), { clientId: 'far' })
    expect(valuesIn((await fetchFrom(far, 't', 0)).records)).toEqual(['one'])
    await thread.close()
    expect(() => thread.connect()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(lines).toContain('topic t created with 1 partition')
    const again = await start({ dataFolder: folder })
    expect(again).toMatchObject({ address: undefined, clusterId: thread.clusterId })
    const back = await Connection.open(new PortLink(again.connect()), { clientId: 'back' })
    expect(valuesIn((await fetchFrom(back, 't', 0)).records)).toEqual(['one'])
    for (const connection of [near, far, back]) connection.close()
  })

  it('fails to start with the error of the broker', async () => {
    const listen = { host: '127.0.0.1', port: 0 }
    const first = await start({ dataFolder: folder, listen })
    await expect(start({ dataFolder: folder })).rejects.toMatchObject({ code: 'DATA_FOLDER_LOCKED' })
    const other = join(folder, 'other')
    const taken = { ...listen, port: first.address?.port ?? 0, flag: '--kafka-port' }
    await expect(start({ dataFolder: other, listen: taken })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      hint: expect.stringContaining('--kafka-port'),
    })
    // the failed start left the folder free
    await start({ dataFolder: other })
  })

  it('refuses a damaged list of topics by name instead of starting empty', async () => {
    const file = join(folder, 'topics.list')
    await (await start({ dataFolder: folder })).close()
    writeFileSync(file, 'damaged')
    await expect(start({ dataFolder: folder })).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
      message: expect.stringContaining('topics.list'),
    })
  })
})
