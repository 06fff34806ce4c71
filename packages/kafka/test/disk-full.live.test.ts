// A disk that is really full: a small memory file system, where it can be mounted (as root on Linux). Records are refused and said to be,
// what was acknowledged stays, and the broker takes records again as soon as there is room, without a restart.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Broker } from '../src/broker/broker.ts'
import { Connection } from '../src/client/connection.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { errorNumber } from '../src/error.ts'
import { batchOf, ensureTopic, fetchFrom, produce, valuesIn } from './fixtures/embedded.ts'

const folder = mkdtempSync(join(tmpdir(), 'full-'))
const isMounted = mount()
afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', folder])
  rmSync(folder, { recursive: true, force: true })
})

function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const connect = async (broker: Broker): Promise<Connection> => {
  const { host, port } = await broker.listen('127.0.0.1', 0)
  return Connection.open(await connectTcp(host, port, new AbortController().signal), { clientId: 'full' })
}

it.skipIf(!isMounted)(
  'a full disk refuses by name, loses nothing, and is left behind',
  { timeout: 120_000 },
  async () => {
    const lines: string[] = []
    const options = {
      dataFolder: join(folder, 'data'),
      log: (level: string, line: string) => void lines.push(`${level} ${line}`),
    }
    let broker = await Broker.open(options)
    let connection = await connect(broker)
    await ensureTopic(connection, 't')
    const ballast = join(folder, 'ballast')
    writeFileSync(ballast, Buffer.alloc(2_000_000))
    const acknowledged: string[] = []
    const write = async (): Promise<number> => {
      const value = `${acknowledged.length}:`.padEnd(100_000, 'x')
      const { errorCode } = await produce(connection, 't', batchOf([value]))
      if (errorCode === 0) acknowledged.push(value)
      return errorCode
    }
    let code = 0
    for (let attempt = 0; code === 0 && attempt < 50; attempt++) code = await write()
    expect(code).toBe(errorNumber('KAFKA_STORAGE_ERROR'))
    expect(lines.some((line) => /^error t-0: .*(ENOSPC|no space)/.test(line))).toBe(true)
    rmSync(ballast)
    await expect.poll(write, { timeout: 30_000 }).toBe(0)
    expect(lines).toContain('info t-0: the log can be written again')
    connection.close()
    await broker.close()
    broker = await Broker.open(options)
    connection = await connect(broker)
    const { records } = await fetchFrom(connection, 't', 0, { partitionMaxBytes: 10_000_000 })
    expect(valuesIn(records)).toEqual(acknowledged)
    connection.close()
    await broker.close()
  },
)
