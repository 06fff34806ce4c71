// Joins a socket with a packet buffer: waits for packets, pauses the socket when nobody asks, notices silence and the end.
import { MysqlError } from '../error.ts'
import { PacketBuffer } from './packet-buffer.ts'
import type { RawSocket } from './raw-socket.ts'
import { mysqlErrorFrom } from './server-error.ts'

/** A command of this size would need more than one packet. */
const MAX_SENT_BYTES = 0xffffff

/** How long a server may take to close behind the last command. */
const GOODBYE_MS = 1000

/** What {@link PacketReader} may be told. */
export interface PacketReaderOptions {
  readonly signal?: AbortSignal
  /** Milliseconds without a byte, while waiting, after which the connection counts as dead; 0 = never. */
  readonly silenceMs?: number
}

/** Pull reader of packets. One caller; `next` is not called again before it has resolved. */
export class PacketReader {
  readonly buffer: PacketBuffer = new PacketBuffer()
  /** Milliseconds without a byte, while waiting, after which the connection counts as dead; 0 = never. */
  silenceMs: number
  /** Whether the system had nothing more when the last bytes came, and no whole packet is left: the sign to flush. */
  isDrained = false

  #isSocketEmpty = false
  #isPaused = false
  #hasEnded = false
  #error: MysqlError | null = null
  #wake: (() => void) | null = null
  #silence: NodeJS.Timeout | null = null
  #lastCheck: NodeJS.Immediate | null = null
  #socket!: RawSocket
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void

  constructor(socket: RawSocket, options: PacketReaderOptions = {}) {
    this.silenceMs = options.silenceMs ?? 0
    this.#signal = options.signal
    this.attach(socket)
    this.#onAbort = () => this.fail(abortError(this.#signal!))
    if (this.#signal?.aborted) this.#onAbort()
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Why the connection ended; null while it has not, or when the server just closed it. */
  get failure(): MysqlError | null {
    return this.#error
  }

  /** Goes on with another socket, as TLS needs it; what the old one still receives is not ours. */
  attach(socket: RawSocket): void {
    this.#socket = socket
    socket.onBytes = (bytes, count, isDrained) => {
      this.buffer.append(bytes, count)
      this.#isSocketEmpty = isDrained
      // TLS hands over a record at a time: wait for the rest of this turn, so that a chunk is more than 16 KiB.
      if (socket.isTls) setImmediate(this.#wakeUp)
      else this.#wakeUp()
      if (!this.buffer.isFull) return true
      this.#isPaused = true
      return false
    }
    socket.onEnd = (error) => {
      this.#error ??= error === null ? null : mysqlErrorFrom(error)
      this.#hasEnded = true
      this.#wakeUp()
    }
  }

  /** Sends one command: payload without header, below 16 MiB. */
  send(payload: Buffer): void {
    this.#write(payload, 0)
  }

  /** Answers within a dialogue, such as a login: the next packet in its sequence. */
  reply(payload: Buffer): void {
    this.#write(payload, this.buffer.nextSequence)
  }

  #write(payload: Buffer, sequence: number): void {
    if (payload.length >= MAX_SENT_BYTES) {
      throw new MysqlError({
        code: 'MYSQL_STATEMENT_TOO_LARGE',
        message: `A command of ${payload.length} bytes does not fit one packet`,
      })
    }
    const packet = Buffer.allocUnsafe(payload.length + 4)
    packet.writeUIntLE(payload.length, 0, 3)
    packet[3] = sequence
    payload.copy(packet, 4)
    this.buffer.expectSequence((sequence + 1) & 0xff)
    this.#socket.write(packet)
  }

  /**
   * Waits until whole packets are there and answers how many `buffer` now lists (at least one, about `maxBytes` at most).
   * Throws MYSQL_CONNECTION_LOST when the connection ended, MYSQL_CONNECTION_SILENT, MYSQL_ABORTED, MYSQL_PROTOCOL_*.
   */
  async next(maxBytes: number): Promise<number> {
    for (;;) {
      const count = this.buffer.collect(maxBytes)
      if (count > 0) {
        this.isDrained = this.#isSocketEmpty && !this.#isPaused && this.buffer.pendingBytes === 0
        return count
      }
      if (this.#hasEnded) throw this.#error ?? connectionLost()
      const received = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      if (this.#isPaused) {
        this.#isPaused = false
        this.#socket.resume()
      }
      this.#watchSilence()
      await received
    }
  }

  /** Ends the connection; waiting calls throw. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#clearSilence()
    this.#socket.destroy()
  }

  /** Sends a last command and closes once it is out; waiting calls throw. */
  quit(payload: Buffer): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#clearSilence()
    this.#hasEnded = true
    this.#write(payload, 0)
    const socket = this.#socket
    socket.end()
    // A server that no longer answers must not hold up a shutdown.
    setTimeout(() => socket.destroy(), GOODBYE_MS).unref()
    this.#wakeUp()
  }

  /** Ends the connection for a reason that waiting and later calls throw. */
  fail(error: MysqlError): void {
    this.#error ??= error
    this.#hasEnded = true
    this.close()
    this.#wakeUp()
  }

  readonly #wakeUp = (): void => {
    const wake = this.#wake
    if (wake === null) return
    this.#wake = null
    this.#clearSilence()
    wake()
  }

  #watchSilence(): void {
    const { silenceMs } = this
    if (silenceMs === 0) return
    this.#silence = setTimeout(() => {
      // A busy process comes late to its timers and its socket alike: bytes that are there are read before the immediate.
      this.#lastCheck = setImmediate(() => this.fail(silent(silenceMs)))
    }, silenceMs)
  }

  #clearSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = null
    if (this.#lastCheck !== null) clearImmediate(this.#lastCheck)
    this.#lastCheck = null
  }
}

function silent(ms: number): MysqlError {
  return new MysqlError({
    code: 'MYSQL_CONNECTION_SILENT',
    message: `The server sent nothing for ${ms} ms`,
    retriable: true,
    hint: 'Check the network path to the server.',
  })
}

/** The error of an aborted signal: MYSQL_ABORTED. */
export function abortError(signal: AbortSignal): MysqlError {
  return new MysqlError({
    code: 'MYSQL_ABORTED',
    message: 'The connection was closed by its owner',
    cause: signal.reason,
  })
}

function connectionLost(): MysqlError {
  return new MysqlError({
    code: 'MYSQL_CONNECTION_LOST',
    message: 'The server closed the connection',
    retriable: true,
    hint: 'The server may be restarting; connect again.',
  })
}
