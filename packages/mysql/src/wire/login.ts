// Connects and logs in: greeting, TLS, authentication. What comes out is a packet reader on which commands can be sent.
import { connect, type Socket } from 'node:net'
import { MysqlError, MysqlProtocolError } from '../error.ts'
import { authUnsupported } from './auth/auth-error.ts'
import type { AuthExchange } from './auth/auth-method.ts'
import { authMethods } from './auth/auth-methods.ts'
import type { ConnectionOptions, TlsOptions } from './connection-options.ts'
import { Capability, type Greeting, loginAnswer, readGreeting, readMethodSwitch, tlsRequest } from './login-packets.ts'
import { MAX_PACKET_BYTES } from './packet-buffer.ts'
import { abortError, PacketReader } from './packet-reader.ts'
import { Intake, type RawSocket, rawSocketOf } from './raw-socket.ts'
import { serverErrorFrom } from './server-error.ts'
import { secureSocket } from './tls-upgrade.ts'

/** A logged-in connection. */
export interface Login {
  /** Nothing is under way on it. */
  readonly packets: PacketReader
  readonly serverVersion: string
  /** The server's connection id (`KILL` takes it). */
  readonly connectionId: number
}

const CONNECT_TIMEOUT_MS = 30_000
const TCP_KEEP_ALIVE_MS = 30_000
/** What a login needs is far below; whoever says more is no server. */
const LOGIN_PACKET_BYTES = 64 * 1024
const LOGIN_ROUNDS = 16
const PACKET_OK = 0x00
const PACKET_MORE = 0x01
const PACKET_SWITCH = 0xfe
const PACKET_ERR = 0xff
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i
const UNVERIFIED: TlsOptions = { verifyCertificate: false, verifyIdentity: false, isOptional: true }

/**
 * Connects and logs in; the session's character set is utf8mb4. Where TLS is optional and does not come about, a second time without.
 *
 * Errors: MysqlServerError (refused), MysqlError MYSQL_CONNECTION_*, MYSQL_HOST_UNKNOWN, MYSQL_TLS_*, MYSQL_AUTH_*, MYSQL_PROTOCOL_*,
 * MYSQL_ABORTED.
 */
export async function login(options: ConnectionOptions): Promise<Login> {
  const asked = options.tls ?? 'preferred'
  const tls = asked === 'off' ? null : asked === 'preferred' ? UNVERIFIED : asked
  try {
    return await tryLogin(options, tls)
  } catch (error) {
    if (tls?.isOptional === true && error instanceof MysqlError && error.code === 'MYSQL_TLS_FAILED')
      return await tryLogin(options, null)
    throw error
  }
}

async function tryLogin(options: ConnectionOptions, tls: TlsOptions | null): Promise<Login> {
  const { signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options
  if (signal?.aborted) throw abortError(signal)
  const intake = new Intake()
  const plain = openSocket(options, intake)
  const raw = rawSocketOf(plain, intake)
  const packets = new PacketReader(raw, signal === undefined ? {} : { signal })
  packets.buffer.maxPacketBytes = LOGIN_PACKET_BYTES
  const timer = setTimeout(() => packets.fail(timedOut(options, connectTimeoutMs)), connectTimeoutMs)
  try {
    const greeting = readGreeting(await nextPacket(packets))
    const usesTls = tls !== null && (await startTls(packets, plain, raw, greeting, tls, options))
    await authenticate(packets, greeting, options, usesTls ? tls : null)
    packets.buffer.maxPacketBytes = MAX_PACKET_BYTES
    return { packets, serverVersion: greeting.serverVersion, connectionId: greeting.connectionId }
  } catch (error) {
    packets.close()
    plain.destroy()
    throw packets.failure ?? error
  } finally {
    clearTimeout(timer)
  }
}

function openSocket(options: ConnectionOptions, intake: Intake): Socket {
  const { host, port, socketPath, tcpKeepAliveMs = TCP_KEEP_ALIVE_MS } = options
  const { onread } = intake
  const socket = socketPath === undefined ? connect({ host, port, onread }) : connect({ path: socketPath, onread })
  socket.setNoDelay(true)
  if (tcpKeepAliveMs > 0) socket.setKeepAlive(true, tcpKeepAliveMs)
  return socket
}

/** Answers whether TLS is on. */
async function startTls(
  packets: PacketReader,
  plain: Socket,
  raw: RawSocket,
  { capabilities }: Greeting,
  tls: TlsOptions,
  { host }: ConnectionOptions,
): Promise<boolean> {
  if ((capabilities & Capability.SSL) === 0) {
    if (tls.isOptional === true) return false
    throw new MysqlError({
      code: 'MYSQL_TLS_UNAVAILABLE',
      message: 'The server does not offer TLS',
      hint: 'Switch TLS on in the server, or allow plain connections (database.ssl.mode).',
    })
  }
  // Bytes that came before TLS would later be taken for the server's.
  if (packets.buffer.pendingBytes > 0) {
    throw new MysqlProtocolError({
      code: 'MYSQL_PROTOCOL_GREETING',
      message: 'The server sent more than its greeting before TLS was set up',
    })
  }
  packets.reply(tlsRequest())
  raw.onBytes = () => true
  raw.onEnd = () => {}
  packets.attach(rawSocketOf(await secureSocket(plain, host, tls), null))
  return true
}

async function authenticate(
  packets: PacketReader,
  greeting: Greeting,
  options: ConnectionOptions,
  tls: TlsOptions | null,
): Promise<void> {
  const { user, password = '', database = '', host, socketPath } = options
  const isLocalSocket = socketPath !== undefined
  const context = {
    password,
    isPrivate: tls !== null || isLocalSocket,
    isTrusted: tls?.verifyCertificate === true || isLocalSocket,
    mayFetchPublicKey: options.mayFetchPublicKey ?? LOOPBACK.test(host),
    serverPublicKey: options.serverPublicKey ?? null,
  }
  const start = (method: string, challenge: Buffer): AuthExchange => {
    const begin = authMethods.get(method)
    if (begin === undefined) throw authUnsupported(method)
    return begin({ ...context, challenge })
  }
  // A method that we do not know is only the server's proposal: it will name that of the account. An unknown account's proof is empty.
  const isKnown = authMethods.has(greeting.method) && greeting.method !== 'mysql_clear_password'
  const method = isKnown ? greeting.method : 'mysql_native_password'
  let exchange = start(method, greeting.challenge)
  const attributes = { _client_name: 'millrace', program_name: 'millrace', _pid: String(process.pid) }
  packets.reply(loginAnswer({ usesTls: tls !== null, user, database, method, proof: exchange.first, attributes }))
  for (let round = 0; round < LOGIN_ROUNDS; round++) {
    const packet = await nextPacket(packets)
    switch (packet[0]) {
      case PACKET_OK:
        return
      case PACKET_SWITCH: {
        if (packet.length === 1) throw authUnsupported('mysql_old_password')
        const { method: next, challenge } = readMethodSwitch(packet)
        exchange = start(next, challenge)
        packets.reply(exchange.first)
        break
      }
      default: {
        // MariaDB marks the data of a method only where their first byte could be mistaken.
        const answer = exchange.more(packet[0] === PACKET_MORE ? packet.subarray(1) : packet)
        if (answer !== null) packets.reply(answer)
      }
    }
  }
  throw new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_AUTH',
    message: `The server has not ended the login after ${LOGIN_ROUNDS} rounds`,
  })
}

/** A copy of the next packet's payload; throws what the server refuses. */
async function nextPacket(packets: PacketReader): Promise<Buffer> {
  await packets.next(1)
  const { bytes, starts, ends } = packets.buffer
  const packet = Buffer.from(bytes.subarray(starts[0]!, ends[0]!))
  if (packet[0] === PACKET_ERR) throw serverErrorFrom(packet, 0, packet.length)
  return packet
}

function timedOut({ host, port }: ConnectionOptions, ms: number): MysqlError {
  return new MysqlError({
    code: 'MYSQL_CONNECTION_TIMEOUT',
    message: `No login at ${host}:${port} within ${ms} ms`,
    retriable: true,
    hint: 'Check host, port, firewall and that the server runs.',
  })
}
