// The packets of logging in: the server's greeting, the request for TLS, and the client's answer.
import { MysqlProtocolError } from '../error.ts'

/** Bits of what a side can do. */
export const Capability = {
  LONG_PASSWORD: 0x1,
  LONG_FLAG: 0x4,
  CONNECT_WITH_DB: 0x8,
  PROTOCOL_41: 0x200,
  SSL: 0x800,
  TRANSACTIONS: 0x2000,
  SECURE_CONNECTION: 0x8000,
  PLUGIN_AUTH: 0x80000,
  CONNECT_ATTRS: 0x100000,
  PLUGIN_AUTH_LENENC: 0x200000,
} as const

/**
 * What we ask for. Not LOCAL_FILES: a hostile server could read files by it. Not MULTI_STATEMENTS and MULTI_RESULTS: one statement, one
 * result. Not DEPRECATE_EOF: results end as wire/text-query.ts reads them.
 */
const WANTED =
  Capability.LONG_PASSWORD |
  Capability.LONG_FLAG |
  Capability.PROTOCOL_41 |
  Capability.TRANSACTIONS |
  Capability.SECURE_CONNECTION |
  Capability.PLUGIN_AUTH |
  Capability.CONNECT_ATTRS |
  Capability.PLUGIN_AUTH_LENENC

const NEEDED = Capability.PROTOCOL_41 | Capability.SECURE_CONNECTION | Capability.PLUGIN_AUTH
const PROTOCOL_VERSION = 10
const UTF8MB4_GENERAL_CI = 45
const MAX_PACKET_BYTES = 0x40000000

/** What the server says of itself before the login. */
export interface Greeting {
  readonly serverVersion: string
  readonly connectionId: number
  readonly capabilities: number
  /** The method the server begins with, and its random bytes. */
  readonly method: string
  readonly challenge: Buffer
}

/**
 * Reads the first packet of a server: `10 | version \0 | connection id (4) | challenge (8) | 0 | capabilities low (2) | charset (1) |
 * status (2) | capabilities high (2) | challenge length (1) | 10 unused | rest of the challenge | method \0`. Throws MYSQL_PROTOCOL_GREETING.
 */
export function readGreeting(packet: Buffer): Greeting {
  const versionEnd = packet.indexOf(0, 1)
  if (packet[0] !== PROTOCOL_VERSION || versionEnd < 0 || packet.length < versionEnd + 32) throw notAServer()
  const at = versionEnd + 1
  const capabilities = packet.readUInt16LE(at + 13) | (packet.readUInt16LE(at + 18) << 16)
  if ((capabilities & NEEDED) !== NEEDED) throw notAServer()
  const restBytes = Math.max(13, packet[at + 20]! - 8)
  const restAt = at + 31
  const challenge = Buffer.concat([packet.subarray(at + 4, at + 12), packet.subarray(restAt, restAt + restBytes)])
  if (challenge.length < 20) throw notAServer()
  const methodAt = restAt + restBytes
  const methodEnd = packet.indexOf(0, methodAt)
  return {
    serverVersion: packet.toString('latin1', 1, versionEnd),
    connectionId: packet.readUInt32LE(at),
    capabilities,
    method: packet.toString('latin1', methodAt, methodEnd < 0 ? packet.length : methodEnd),
    challenge,
  }
}

/** Asks for TLS: the first 32 bytes of what {@link loginAnswer} is. */
export function tlsRequest(): Buffer {
  return answerHead(WANTED | Capability.SSL)
}

/** What a client says of itself and its first proof. */
export interface LoginAnswer {
  readonly usesTls: boolean
  readonly user: string
  /** Empty for none. */
  readonly database: string
  readonly method: string
  readonly proof: Buffer
  /** Shown by performance_schema.session_connect_attrs. */
  readonly attributes: Readonly<Record<string, string>>
}

/** `head (32) | user \0 | proof | database \0 | method \0 | attributes`, lengths as length-encoded integers. */
export function loginAnswer({ usesTls, user, database, method, proof, attributes }: LoginAnswer): Buffer {
  const flags = WANTED | (usesTls ? Capability.SSL : 0) | (database === '' ? 0 : Capability.CONNECT_WITH_DB)
  const pairs = Object.entries(attributes).flatMap(([name, value]) => [counted(name), counted(value)])
  return Buffer.concat([
    answerHead(flags),
    Buffer.from(`${user}\0`, 'utf8'),
    counted(proof),
    ...(database === '' ? [] : [Buffer.from(`${database}\0`, 'utf8')]),
    Buffer.from(`${method}\0`, 'latin1'),
    counted(Buffer.concat(pairs)),
  ])
}

/** Reads the body of a switch to another method, behind its first byte: `method \0 challenge`. Throws MYSQL_PROTOCOL_GREETING. */
export function readMethodSwitch(packet: Buffer): { readonly method: string; readonly challenge: Buffer } {
  const end = packet.indexOf(0, 1)
  if (end < 0) throw notAServer()
  return { method: packet.toString('latin1', 1, end), challenge: packet.subarray(end + 1) }
}

function answerHead(capabilities: number): Buffer {
  const head = Buffer.alloc(32)
  head.writeUInt32LE(capabilities, 0)
  head.writeUInt32LE(MAX_PACKET_BYTES, 4)
  head[8] = UTF8MB4_GENERAL_CI
  return head
}

function counted(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  if (bytes.length < 251) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  return Buffer.concat([Buffer.from([0xfc, bytes.length & 0xff, bytes.length >> 8]), bytes])
}

function notAServer(): MysqlProtocolError {
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_GREETING',
    message: 'What answers there does not greet as a MySQL server of version 5.7 or later or a MariaDB server does',
    hint: 'Check host and port: it may be the port of another program, or of the X protocol (33060).',
  })
}
