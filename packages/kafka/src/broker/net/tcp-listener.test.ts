import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isLoopback, TcpListener } from './tcp-listener.ts'

const options = { host: '127.0.0.1', port: 0, maxConnections: 10, maxFrameBytes: 1000 }

describe('the listener', () => {
  it.each(['0.0.0.0', '::', '192.168.1.4', 'example.org'])('refuses %s without consent', async (host) => {
    await expect(TcpListener.open({ ...options, host }, () => {})).rejects.toMatchObject({ code: 'LISTEN_REFUSED' })
  })

  it('listens on every address with consent', async () => {
    const listener = await TcpListener.open({ ...options, host: '0.0.0.0', allowUnauthenticated: true }, () => {})
    expect(listener.address.port).toBeGreaterThan(0)
    await listener.close()
  })

  it('says who has the port, and which flag gives another', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const failure = await TcpListener.open({ ...options, port, flag: '--kafka-port' }, () => {}).catch(
      (error: Error) => error,
    )
    expect(failure).toMatchObject({ code: 'PORT_IN_USE', hint: expect.stringContaining('--kafka-port') })
    expect((failure as Error).message).toContain(`port ${port}`)
    if (process.platform === 'linux') expect((failure as Error).message).toContain(`process ${process.pid}`)
    other.close()
  })

  it('gives the port free when closed', async () => {
    const first = await TcpListener.open(options, () => {})
    const { port } = first.address
    await first.close()
    const second = await TcpListener.open({ ...options, port }, () => {})
    expect(second.address.port).toBe(port)
    await second.close()
  })
})

describe('loopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['127.evil.example', false],
  ])('%s: %s', (host, isLocal) => expect(isLoopback(host)).toBe(isLocal))
})
