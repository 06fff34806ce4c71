import { describe, expect, it } from 'vitest'
import type { Link } from '../../client/link.ts'
import { Metadata } from '../../protocol/metadata.ts'
import { Produce } from '../../protocol/produce.ts'
import { ClientConnection } from './client-connection.ts'

function frame(apiKey: number, id: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt16BE(apiKey, 0)
  bytes.writeInt32BE(id, 4)
  return bytes
}

function setUp(sizeBytes = 8) {
  const sent: number[] = []
  const started: number[] = []
  const finish = new Map<number, (answer: Uint8Array[] | undefined | Error) => void>()
  const flow: string[] = []
  let isClosed = false
  const link: Link = {
    send: (parts) => {
      sent.push(Buffer.concat(parts).readInt32BE(0))
      return Promise.resolve()
    },
    onFrame: () => {},
    onClose: () => {},
    peer: 'test',
    close: () => {
      isClosed = true
      link.onClose()
    },
  }
  const serve = (request: Buffer): Promise<Uint8Array[] | undefined> => {
    const id = request.readInt32BE(4)
    started.push(id)
    return new Promise((resolve, reject) => {
      finish.set(id, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)))
    })
  }
  new ClientConnection(
    link,
    serve,
    () => {},
    () => {},
    { pause: () => flow.push('pause'), resume: () => flow.push('resume') },
  )
  const receive = (apiKey: number, id: number): void =>
    link.onFrame(Buffer.concat([frame(apiKey, id), Buffer.alloc(sizeBytes - 8)]))
  const answer = async (id: number): Promise<void> => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(id)
    finish.get(id)?.([bytes])
    await new Promise(setImmediate)
  }
  return { sent, started, receive, answer, finish, flow, isClosed: () => isClosed }
}

describe('a connection', () => {
  it('carries out one request after the other', async () => {
    const { sent, started, receive, answer } = setUp()
    receive(Metadata.key, 1)
    receive(Metadata.key, 2)
    expect(started).toEqual([1])
    await answer(1)
    expect(started).toEqual([1, 2])
    await answer(2)
    expect(sent).toEqual([1, 2])
  })

  it('lets Produce requests overlap and answers them in order', async () => {
    const { sent, started, receive, answer } = setUp()
    for (const id of [1, 2, 3]) receive(Produce.key, id)
    receive(Metadata.key, 4)
    receive(Produce.key, 5)
    expect(started).toEqual([1, 2, 3])
    await answer(3)
    await answer(1)
    expect(sent).toEqual([1])
    await answer(2)
    expect(sent).toEqual([1, 2, 3])
    expect(started).toEqual([1, 2, 3, 4])
    await answer(4)
    expect(started).toEqual([1, 2, 3, 4, 5])
  })

  it('ends when a request cannot be answered, without carrying out what waits', async () => {
    const { started, receive, finish, isClosed } = setUp()
    receive(Metadata.key, 1)
    receive(Metadata.key, 2)
    finish.get(1)?.(new Error('no'))
    await new Promise(setImmediate)
    expect(isClosed()).toBe(true)
    expect(started).toEqual([1])
  })

  it('pauses a client that sends more than is waiting for, and lets it go on', async () => {
    const { receive, answer, flow } = setUp(12 * 1024 * 1024)
    for (const id of [1, 2, 3, 4]) receive(Metadata.key, id)
    expect(flow).toEqual(['pause'])
    for (const id of [1, 2, 3]) await answer(id)
    expect(flow).toEqual(['pause', 'resume'])
  })
})
