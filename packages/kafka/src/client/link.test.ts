import { createServer } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameSplitter } from './frame-splitter.ts'
import type { Link } from './link.ts'
import { PortLink } from './port-link.ts'
import { connectTcp, TcpLink } from './tcp-link.ts'

/** A connected pair of links: what one end sends the other gets. */
async function tcpPair(): Promise<{ client: Link; server: Link; end: () => void }> {
  const listener = createServer()
  const accepted = new Promise<Link>((resolve) => listener.once('connection', (socket) => resolve(new TcpLink(socket))))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const client = await connectTcp(
    '127.0.0.1',
    typeof address === 'object' ? (address?.port ?? 0) : 0,
    AbortSignal.timeout(5000),
  )
  const server = await accepted
  return { client, server, end: () => listener.close() }
}

async function portPair(): Promise<{ client: Link; server: Link; end: () => void }> {
  const { port1, port2 } = new MessageChannel()
  return { client: new PortLink(port1), server: new PortLink(port2), end: () => {} }
}

describe.each([
  ['TCP', tcpPair],
  ['message port', portPair],
] as const)('a link over %s', (_name, pair) => {
  test('moves frames of any size, in order, both ways', async () => {
    const { client, server, end } = await pair()
    const sizes = [0, 1, 5, 70_000, 3_000_000, 2]
    const got: Buffer[] = []
    const done = new Promise<void>((resolve) => {
      client.onFrame = (frame) => {
        got.push(frame)
        if (got.length === sizes.length) resolve()
      }
    })
    server.onFrame = (frame) => void server.send([frame.subarray(0, 1), frame.subarray(1)])
    for (const [i, size] of sizes.entries()) await client.send([Buffer.alloc(size, i)])
    await done
    expect(got.map((frame) => frame.length)).toEqual(sizes)
    expect(got.every((frame, i) => frame.every((byte) => byte === i))).toBe(true)
    client.close()
    end()
  })

  test('tells the other side of its end, once, and refuses to send afterwards', async () => {
    const { client, server, end } = await pair()
    const ended = new Promise<Error | undefined>((resolve) => {
      server.onClose = resolve
    })
    let closes = 0
    client.onClose = (error) => {
      expect(error).toBeUndefined()
      closes++
    }
    client.close()
    client.close()
    expect(await ended).toMatchObject({ code: 'NETWORK_EXCEPTION' })
    await expect(client.send([Buffer.from('x')])).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' })
    expect(closes).toBeLessThanOrEqual(1)
    end()
  })
})

test('frames come whole however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (frames, cuts) => {
        const stream = Buffer.concat(
          frames.flatMap((frame) => {
            const length = Buffer.alloc(4)
            length.writeInt32BE(frame.length)
            return [length, Buffer.from(frame)]
          }),
        )
        const got: Buffer[] = []
        const splitter = new FrameSplitter((frame) => got.push(frame))
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length] as number
          splitter.push(stream.subarray(at, at + size))
          at += size
        }
        expect(got.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]))
      },
    ),
  )
})

test.each([
  [0x7fffffff, 'FRAME_TOO_LARGE'],
  [-1, 'MALFORMED_FRAME'],
])('a length of %d is refused before anything is allocated', (length, code) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(length)
  expect(() => new FrameSplitter(() => {}).push(bytes)).toThrow(expect.objectContaining({ code }))
})

test('no broker at the address is a named error', async () => {
  await expect(connectTcp('127.0.0.1', 1, AbortSignal.timeout(5000))).rejects.toMatchObject({
    code: 'NETWORK_EXCEPTION',
    message: expect.stringContaining('127.0.0.1:1'),
  })
})

test('released frames of a port link carry the next ones, with nothing of the old content', async () => {
  const { port1, port2 } = new MessageChannel()
  const client = new PortLink(port1)
  const broker = new PortLink(port2)
  const frames: string[] = []
  const buffers = new Set<number>()
  broker.onFrame = (frame) => {
    frames.push(`${frame.length} ${frame.toString('latin1', 0, 2)} ${frame.toString('latin1', frame.length - 1)}`)
    buffers.add(frame.buffer.byteLength)
    broker.release(frame)
    expect(frame.length).toBe(0)
    // Behind the returned buffer: when the answer is there, that is too.
    void broker.send([Buffer.from('ok')])
  }
  const sizes = [100_000, 99_000, 105_000, 90_000]
  for (const [i, size] of sizes.entries()) {
    const answered = new Promise<void>((resolve) => {
      client.onFrame = () => resolve()
    })
    await client.send([Buffer.from(String(i)), Buffer.alloc(size, 'abcd'[i])])
    await answered
  }
  client.close()
  expect(frames).toEqual(['100001 0a a', '99001 1b b', '105001 2c c', '90001 3d d'])
  // All four came in the first buffer, which has an eighth more than the first frame.
  expect([...buffers]).toEqual([112_501])
})
