// A pull reader of a server's binary log: logs in, becomes a replica, and hands out chunks of whole events.
import { MysqlError, MysqlProtocolError } from '../error.ts'
import { EventStream } from '../event/event-stream.ts'
import type { EventView } from '../event/event-view.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { binlogDump, binlogDumpGtid, DumpFlag, registerReplica } from './dump-command.ts'
import { type DumpServer, prepareDumpSession } from './dump-session.ts'
import { login } from './login.ts'
import type { PacketReader } from './packet-reader.ts'
import { MysqlServerError, serverErrorFrom } from './server-error.ts'
import { startTextQuery } from './text-query.ts'
import { collectRows, type SessionQuery } from './text-session.ts'

/** Where to start reading. */
export type BinlogStart =
  | { readonly kind: 'position'; readonly file: string; readonly position: number }
  /** MySQL: `encoded` is the set of transactions that we have (GtidSet.encode). */
  | { readonly kind: 'gtid'; readonly encoded: Buffer }
  /** MariaDB: `domain-server-sequence` list. */
  | { readonly kind: 'mariadb-gtid'; readonly state: string }

/** What a dump needs besides a login. */
export interface BinlogOptions extends ConnectionOptions {
  readonly start: BinlogStart
  /**
   * Replica server id, 1 to 2^32-1, used once in the topology. 0: no replica, as mysqlbinlog does it: other dumps of the program go on, and the
   * server ends this one where its log ends (MYSQL_CONNECTION_LOST); only from a position.
   */
  readonly serverId: number
  /** Period in which an idle server gives a sign of life; default 10,000. Silence of three periods ends the connection. */
  readonly heartbeatMs?: number
  /** Default: none, so that two readers with one server id are noticed. */
  readonly replicaUuid?: string
  readonly netWriteTimeoutSec?: number
  readonly netReadTimeoutSec?: number
  /** MariaDB: whether ANNOTATE_ROWS events come; default no. */
  readonly sendsAnnotations?: boolean
  /** False hands out events that no change can be read from instead of MYSQL_EVENT_UNSUPPORTED; for tools. Default true. */
  readonly stopsAtUnsupported?: boolean
}

/** Whole events that were in the buffer. Iterated once, synchronously, before the next chunk is asked for. */
export interface EventChunk {
  /**
   * The next event, a reused view; null at the end. Throws MysqlProtocolError, MysqlUnsupportedError. An end of the dump that the server
   * announces comes from the reader's next `next`: what stands before it is whole.
   */
  next(): EventView | null
  /** Whether the socket had nothing more when this chunk was taken: what was made of it should be flushed. */
  readonly isDrained: boolean
}

/** Largest chunk; an event larger than this comes alone. */
const CHUNK_BYTES = 256 * 1024
const HEARTBEAT_MS = 10_000
/** Heartbeats in a row that may be missing: one may be late, two are the network, three are the end. */
const SILENT_HEARTBEATS = 3
/** Patience at least, however short the period: a busy machine is no dead connection. */
const LEAST_SILENCE_MS = 2000
/** Before the first event the server looks for it in its logs and says nothing meanwhile, for long where there are many. */
const SEEK_SILENCE_MS = 120_000
const ACCESS_DENIED = 1045
const SPECIFIC_ACCESS_DENIED = 1227
const PACKET_OK = 0x00
const PACKET_EOF = 0xfe
const PACKET_ERR = 0xff

/**
 * Opens a connection, registers as a replica and starts the dump.
 * Errors: MysqlServerError (refused, missing privilege), MysqlError MYSQL_CONNECTION_*, MYSQL_POSITION_TOO_LARGE. What the server says
 * against the start position comes from the first `next`.
 */
export async function openBinlog(options: BinlogOptions): Promise<BinlogReader> {
  const { start, serverId } = options
  if (!Number.isInteger(serverId) || serverId < 0 || serverId > 0xffffffff) {
    throw new MysqlError({
      code: 'MYSQL_SERVER_ID',
      message: `Replica server id ${serverId} is not between 0 and 4294967295`,
    })
  }
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
  const command = dumpCommand(options)
  const { packets, connectionId } = await login(options)
  packets.silenceMs = SEEK_SILENCE_MS
  try {
    const query: SessionQuery = async (sql) => collectRows(await startTextQuery(packets, sql))
    const server = await prepareDumpSession(query, {
      heartbeatMs,
      replicaUuid: options.replicaUuid ?? null,
      netWriteTimeoutSec: options.netWriteTimeoutSec ?? 0,
      netReadTimeoutSec: options.netReadTimeoutSec ?? 0,
      mariaDbState: start.kind === 'mariadb-gtid' ? start.state : null,
    })
    if (serverId > 0) {
      packets.send(registerReplica(serverId))
      await packets.next(CHUNK_BYTES)
      throwIfRefused(packets.buffer.bytes, packets.buffer.starts[0]!, packets.buffer.ends[0]!)
    }
    packets.send(command)
    return new BinlogReader(packets, connectionId, options, server)
  } catch (error) {
    packets.close()
    throw error
  }
}

function dumpCommand({ start, serverId, sendsAnnotations }: BinlogOptions): Buffer {
  const flags = (serverId === 0 ? DumpFlag.NON_BLOCK : 0) | (sendsAnnotations ? DumpFlag.SEND_ANNOTATE_ROWS : 0)
  if (start.kind === 'gtid') return binlogDumpGtid(start.encoded, serverId)
  if (start.kind === 'position') return binlogDump(start.file, start.position, serverId, flags)
  return binlogDump('', 4, serverId, flags)
}

/** Place of an event's length: behind the status byte, time, type and server id. */
const LENGTH_AT = 1 + 9

/** What the header of an event says of its packet's length; 0 where there is none yet. */
function announcedEventBytes(bytes: Buffer, start: number, end: number): number {
  if (end - start < LENGTH_AT + 4 || bytes[start] !== PACKET_OK) return 0
  return 1 + bytes.readUInt32LE(start + LENGTH_AT)
}

/** See {@link openBinlog}. Not reading is the back-pressure: the socket is paused once the buffer is full. */
export class BinlogReader {
  readonly server: DumpServer
  /** Checksums, file and position of the stream. */
  readonly stream: EventStream
  readonly connectionId: number
  readonly #packets: PacketReader
  readonly #chunk: PacketChunk
  readonly #signal: AbortSignal | undefined
  readonly #silenceMs: number

  constructor(packets: PacketReader, connectionId: number, options: BinlogOptions, server: DumpServer) {
    const { start } = options
    this.#packets = packets
    this.#signal = options.signal
    this.#silenceMs = Math.max(LEAST_SILENCE_MS, (options.heartbeatMs ?? HEARTBEAT_MS) * SILENT_HEARTBEATS)
    this.server = server
    this.connectionId = connectionId
    const stops = { stopsAtUnsupported: options.stopsAtUnsupported ?? true }
    this.stream =
      start.kind === 'position' ? new EventStream(start.file, start.position, stops) : new EventStream('', 0, stops)
    this.#chunk = new PacketChunk(packets, this.stream)
    packets.buffer.announcedBytes = announcedEventBytes
  }

  /**
   * Waits for the next chunk, a reused object that ends the life of the one before; null once the signal has aborted.
   * Errors: MYSQL_CONNECTION_LOST, MYSQL_CONNECTION_SILENT (retriable), MYSQL_PROTOCOL_*, MysqlServerError with what the server says.
   */
  async next(): Promise<EventChunk | null> {
    const { ending } = this.#chunk
    if (ending !== null) throw ending
    try {
      await this.#packets.next(CHUNK_BYTES)
      this.#packets.silenceMs = this.#silenceMs
    } catch (error) {
      if (this.#signal?.aborted) return null
      throw error
    }
    this.#chunk.index = 0
    return this.#chunk
  }

  /** Ends the connection. */
  close(): void {
    this.#packets.close()
  }
}

class PacketChunk implements EventChunk {
  index = 0
  /** How the server ended the dump, once that was read. */
  ending: MysqlError | null = null
  readonly #packets: PacketReader
  readonly #stream: EventStream

  constructor(packets: PacketReader, stream: EventStream) {
    this.#packets = packets
    this.#stream = stream
  }

  get isDrained(): boolean {
    return this.#packets.isDrained
  }

  next(): EventView | null {
    const { buffer } = this.#packets
    if (this.index >= buffer.count || this.ending !== null) return null
    const start = buffer.starts[this.index]!
    const end = buffer.ends[this.index]!
    this.index++
    if (buffer.bytes[start] !== PACKET_OK || start === end) {
      this.ending = errorOf(buffer.bytes, start, end)
      return null
    }
    return this.#stream.accept(buffer.bytes, start + 1, end)
  }
}

/** The server answers the registration of an account without the privilege as if its password were wrong. */
function throwIfRefused(bytes: Buffer, start: number, end: number): void {
  if (end > start && bytes[start] === PACKET_OK) return
  const error = errorOf(bytes, start, end)
  if (!(error instanceof MysqlServerError) || error.errno !== ACCESS_DENIED) throw error
  const text = 'Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation'
  throw new MysqlServerError(SPECIFIC_ACCESS_DENIED, '42000', text, error)
}

/** What a packet that is no event means. */
function errorOf(bytes: Buffer, start: number, end: number): MysqlError {
  const first = end > start ? bytes[start]! : -1
  if (first === PACKET_ERR) return serverErrorFrom(bytes, start, end)
  if (first === PACKET_EOF)
    return new MysqlError({ code: 'MYSQL_CONNECTION_LOST', message: 'The server ended the dump', retriable: true })
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_PACKET',
    message: `Packet of ${end - start} bytes with the unknown first byte ${first}`,
  })
}
