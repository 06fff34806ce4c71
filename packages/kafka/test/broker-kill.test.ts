import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Admin } from '../src/client/admin.ts'
import { Cluster } from '../src/client/cluster.ts'
import { Producer } from '../src/client/producer.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { readToEnd } from '../src/client/topic-reader.ts'
import { encodeHeaders } from '../src/record/headers.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startBroker(folder: string, port: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'fixtures/broker-process.ts'), [folder, String(port)])
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('the broker ended before it served')))
  })
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

const PARTITIONS = 3
const PER_ROUND = 20_000
const HEADERS = encodeHeaders([])

describe('kill -9 of the broker while a producer writes', () => {
  it('loses nothing, repeats nothing, keeps the order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'broker-kill-'))
    const port = await freePort()
    let broker = await startBroker(folder, port)
    const cluster = new Cluster({ bootstrap: [`127.0.0.1:${port}`], open: connectTcp, clientId: 'test' })
    try {
      await new Admin(cluster).createTopic({ name: 't', partitions: PARTITIONS })
      const producer = await Producer.open({ cluster, batchBytes: 16 * 1024 })
      await producer.resolve(['t'])
      let next = 0
      for (let round = 0; round < 4; round++) {
        const killAt = next + 5000
        for (const end = next + PER_ROUND; next < end; next++) {
          const appender = producer.appender('t', next % PARTITIONS)
          appender.begin(1)
          appender.nullKey()
          appender.beginValue()
          appender.sink.reserve(200)
          appender.sink.pos += appender.sink.bytes.write(`${next}:`.padEnd(180, 'x'), appender.sink.pos, 'latin1')
          appender.endValue()
          appender.end(HEADERS)
          if (next % 500 === 0) {
            await producer.room()
            await new Promise((resolve) => setImmediate(resolve))
          }
          if (next === killAt) {
            await kill(broker)
            broker = await startBroker(folder, port)
          }
        }
      }
      producer.send()
      await producer.checkpoint()
      await producer.close()
      await kill(broker)
      broker = await startBroker(folder, port)
      for (let partition = 0; partition < PARTITIONS; partition++) {
        let expected = partition
        for await (const { records } of readToEnd(cluster, { topic: 't', partition, fromOffset: 0 }))
          for (const record of records) {
            expect(Number.parseInt(record.value!.toString('latin1'), 10)).toBe(expected)
            expected += PARTITIONS
          }
        expect(expected).toBeGreaterThanOrEqual(next)
      }
    } finally {
      await cluster.close()
      await kill(broker)
      await rm(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
