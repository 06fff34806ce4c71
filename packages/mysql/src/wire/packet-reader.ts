// Joins a taken-over socket with a packet buffer: waits for packets, pauses the socket when nobody asks, notices silence and the end.
import { MysqlError } from '../error.ts'
import { abortError } from './mysql2-takeover.ts'
import { PacketBuffer } from './packet-buffer.ts'
import type { TakenConnection } from './raw-socket.ts'
import { mysqlErrorFrom } from './server-error.ts'

/** What {@link PacketReader} may be told. */
export interface PacketReaderOptions {
  readonly signal?: AbortSignal
  /** Milliseconds without a byte, while waiting, after which the connection counts as dead; 0 = never. */
  readonly silenceMs?: number
}

/** Pull reader of packets. One caller; `next` is not called again before it has resolved. */
export class PacketReader {
  readonly buffer: PacketBuffer = new PacketBuffer()
  readonly connection: TakenConnection
  /** Whether the system had nothing more when the last bytes came, and no whole packet is left: the sign to flush. */
  isDrained = false

  #isSocketEmpty = false
  #isPaused = false
  #hasEnded = false
  #error: MysqlError | null = null
  #wake: (() => void) | null = null
  #silence: NodeJS.Timeout | null = null
  readonly #silenceMs: number
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void

  constructor(connection: TakenConnection, options: PacketReaderOptions = {}) {
    this.connection = connection
    this.#silenceMs = options.silenceMs ?? 0
    this.#signal = options.signal
    const { socket } = connection
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
    this.#onAbort = () => {
      this.#error = abortError(this.#signal!)
      this.#hasEnded = true
      this.close()
      this.#wakeUp()
    }
    if (this.#signal?.aborted) this.#onAbort()
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Sends one command: payload without header, below 16 MiB. */
  send(payload: Buffer): void {
    const packet = Buffer.allocUnsafe(payload.length + 4)
    packet.writeUIntLE(payload.length, 0, 3)
    packet[3] = 0
    payload.copy(packet, 4)
    this.buffer.expectSequence(1)
    this.connection.socket.write(packet)
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
        this.connection.socket.resume()
      }
      this.#watchSilence()
      await received
    }
  }

  /** Ends the connection; waiting calls throw. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#clearSilence()
    this.connection.socket.destroy()
  }

  readonly #wakeUp = (): void => {
    const wake = this.#wake
    if (wake === null) return
    this.#wake = null
    this.#clearSilence()
    wake()
  }

  #watchSilence(): void {
    if (this.#silenceMs === 0) return
    this.#silence = setTimeout(() => {
      this.#error = new MysqlError({
        code: 'MYSQL_CONNECTION_SILENT',
        message: `The server sent nothing, not even a heartbeat, for ${this.#silenceMs} ms`,
        retriable: true,
        hint: 'Check the network path to the server.',
      })
      this.#hasEnded = true
      this.close()
      this.#wakeUp()
    }, this.#silenceMs)
  }

  #clearSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = null
  }
}

function connectionLost(): MysqlError {
  return new MysqlError({
    code: 'MYSQL_CONNECTION_LOST',
    message: 'The server closed the connection',
    retriable: true,
    hint: 'The server may be restarting; connect again.',
  })
}
