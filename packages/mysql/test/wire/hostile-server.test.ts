// A server that is none, or that lies: every login ends with a named error, soon, and without the password having left.
import { createServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectControl, MysqlError } from '../../src/index.ts'

type Script = (socket: Socket, received: () => Buffer) => void

let server: Server
let port = 0
let script: Script = () => {}
let received = Buffer.alloc(0)

beforeAll(async () => {
  server = createServer((socket) => {
    received = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
    })
    script(socket, () => received)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as { port: number }).port
})
afterAll(() => {
  server.close()
})

function packet(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUIntLE(payload.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, payload])
}

/** A greeting as MySQL 9 gives it, without TLS. */
function greeting(method = 'caching_sha2_password'): Buffer {
  const body = Buffer.concat([
    Buffer.from('\x0a9.7.0\0', 'latin1'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('abcdefgh\0', 'latin1'),
    Buffer.from([0xff, 0xf7, 45, 2, 0, 0xff, 0xdf, 21]),
    Buffer.alloc(10),
    Buffer.from('ijklmnopqrst\0', 'latin1'),
    Buffer.from(`${method}\0`, 'latin1'),
  ])
  return packet(0, body)
}

async function loginError(run: Script, options: { readonly mayFetchPublicKey?: boolean } = {}): Promise<MysqlError> {
  script = run
  const given = { host: '127.0.0.1', port, user: 'u', password: 'Geheimnis', tls: 'off' as const, ...options }
  const error = await connectControl({ ...given, connectTimeoutMs: 20_000 }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(MysqlError)
  expect(received.includes('Geheimnis')).toBe(false)
  return error as MysqlError
}

/** Says `parts` one by one, each after the client said something new; the first at once. */
function says(...parts: readonly Buffer[]): Script {
  return (socket) => {
    let next = 0
    const say = () => {
      if (next < parts.length) socket.write(parts[next++]!)
    }
    say()
    socket.on('data', say)
  }
}

describe('named errors', () => {
  test.each<[string, Script, string, { mayFetchPublicKey?: boolean }?]>([
    ['another protocol', says(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')), 'MYSQL_PROTOCOL_PACKET_SIZE'],
    ['an old protocol', says(packet(0, Buffer.from('\x093.23\0'))), 'MYSQL_PROTOCOL_GREETING'],
    ['an empty packet', says(packet(0, Buffer.alloc(0))), 'MYSQL_PROTOCOL_GREETING'],
    ['a wrong sequence', says(packet(1, Buffer.from('\x0a9\0'))), 'MYSQL_PROTOCOL_SEQUENCE'],
    ['16 MB declared', says(Buffer.from([0xff, 0xff, 0xff, 0])), 'MYSQL_PROTOCOL_PACKET_SIZE'],
    ['the end at once', (socket) => socket.end(), 'MYSQL_CONNECTION_LOST'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'MYSQL_CONNECTION_LOST'],
    ['half a greeting', (socket) => socket.end(greeting().subarray(0, 30)), 'MYSQL_CONNECTION_LOST'],
    [
      'an unknown method',
      says(greeting(), packet(2, Buffer.from('\xfekerberos\0x', 'latin1'))),
      'MYSQL_AUTH_UNSUPPORTED',
    ],
    [
      'a method called __proto__',
      says(greeting(), packet(2, Buffer.from('\xfe__proto__\0x', 'latin1'))),
      'MYSQL_AUTH_UNSUPPORTED',
    ],
    [
      'the password in the clear',
      says(greeting(), packet(2, Buffer.from('\xfemysql_clear_password\0', 'latin1'))),
      'MYSQL_AUTH_EXPOSED',
    ],
    [
      'the clear method from the start',
      says(greeting('mysql_clear_password'), packet(2, Buffer.from([4]))),
      'MYSQL_PROTOCOL_AUTH',
    ],
    ['the method of 3.23', says(greeting(), packet(2, Buffer.from([0xfe]))), 'MYSQL_AUTH_UNSUPPORTED'],
    [
      'full authentication',
      says(greeting(), packet(2, Buffer.from([1, 4]))),
      'MYSQL_AUTH_EXPOSED',
      { mayFetchPublicKey: false },
    ],
    [
      'a false key',
      says(greeting(), packet(2, Buffer.from([1, 4])), packet(4, Buffer.from('\x01key'))),
      'MYSQL_AUTH_KEY',
    ],
    ['a refusal', says(greeting(), packet(2, Buffer.from('\xff\x15\x04#28000no', 'latin1'))), 'ER_ACCESS_DENIED_ERROR'],
    ['too many connections', says(packet(0, Buffer.from('\xff\x10\x04Too many', 'latin1'))), 'ER_CON_COUNT_ERROR'],
  ])('%s', async (_, run, code, options) => {
    expect((await loginError(run, options)).code).toBe(code)
  })
})

test('a server that says nothing: the timeout of the connection', async () => {
  script = () => {}
  const login = connectControl({ host: '127.0.0.1', port, user: 'u', connectTimeoutMs: 100 })
  await expect(login).rejects.toMatchObject({ code: 'MYSQL_CONNECTION_TIMEOUT', retriable: true })
})

test('TLS that was asked for and is not offered', async () => {
  script = says(greeting())
  const tls = { verifyCertificate: false, verifyIdentity: false }
  const login = connectControl({ host: '127.0.0.1', port, user: 'u', tls })
  // The greeting above offers none: bit 0x800 is clear in 0xf7ff.
  await expect(login).rejects.toMatchObject({ code: 'MYSQL_TLS_UNAVAILABLE' })
})

test('any bytes in place of any part of a login: never anything but a named error', async () => {
  const bytes = fc.uint8Array({ maxLength: 60 })
  const mutation = fc.record({ at: fc.nat(70), flip: fc.integer({ min: 1, max: 255 }), tail: bytes })
  await fc.assert(
    fc.asyncProperty(mutation, bytes, async ({ at, flip, tail }, answer) => {
      const first = greeting()
      first[4 + (at % (first.length - 4))]! ^= flip
      await loginError((socket) => {
        socket.write(first)
        socket.once('data', () => socket.end(Buffer.concat([packet(2, Buffer.from(answer)), Buffer.from(tail)])))
        setTimeout(() => socket.end(), 100)
      }).catch((error: unknown) => {
        // An answer that starts with 0 is a welcome: what follows is then no answer to a query, and that is not asked here.
        if (answer[0] !== 0) throw error
      })
    }),
    { numRuns: 150 },
  )
}, 120_000)
