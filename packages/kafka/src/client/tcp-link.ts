// A link over a TCP socket: frames with their 4-byte length, back-pressure by the socket's own buffer.
import { connect, type Socket } from 'node:net'
import { KafkaError } from '../error.ts'
import { FrameSplitter, MAX_FRAME_BYTES } from './frame-splitter.ts'
import type { Link } from './link.ts'

/** A link over a connected socket; used by clients and by the broker alike. */
export class TcpLink implements Link {
  onFrame: (frame: Buffer) => void = () => {}
  onClose: (error?: Error) => void = () => {}
  readonly peer: string
  readonly #socket: Socket
  readonly #splitter: FrameSplitter
  #error: Error | undefined
  #isClosed = false
  #drained: { promise: Promise<void>; resolve: () => void } | null = null

  /** `maxFrameBytes`: a peer that announces a larger frame is disconnected. */
  constructor(socket: Socket, maxFrameBytes = MAX_FRAME_BYTES) {
    this.#socket = socket
    this.peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
    socket.setNoDelay(true)
    const splitter = new FrameSplitter((frame) => this.onFrame(frame), maxFrameBytes)
    this.#splitter = splitter
    socket.on('data', (chunk: Buffer) => {
      try {
        splitter.push(chunk)
      } catch (error) {
        this.#error = KafkaError.from(error)
        socket.destroy()
      }
    })
    socket.on('drain', () => this.#release())
    socket.on('error', (error) => {
      this.#error ??= new KafkaError('NETWORK_EXCEPTION', `connection to ${this.peer} failed: ${error.message}`, {
        cause: error,
      })
    })
    socket.on('close', () => {
      if (this.#isClosed && this.#error === undefined) this.onClose()
      else
        this.onClose(
          this.#error ?? new KafkaError('NETWORK_EXCEPTION', `connection to ${this.peer} was closed by the other side`),
        )
      this.#isClosed = true
      this.#release()
    })
  }

  /** Allows larger or smaller frames of the peer from the next one on. */
  set maxFrameBytes(bytes: number) {
    this.#splitter.maxFrameBytes = bytes
  }

  send(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#isClosed || this.#socket.destroyed)
      return Promise.reject(this.#error ?? new KafkaError('NETWORK_EXCEPTION', `connection to ${this.peer} is closed`))
    let size = 0
    for (const part of parts) size += part.length
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(size, 0)
    this.#socket.cork()
    this.#socket.write(length)
    let hasRoom = true
    for (const part of parts) hasRoom = this.#socket.write(part)
    this.#socket.uncork()
    if (hasRoom) return Promise.resolve()
    this.#drained ??= Promise.withResolvers<void>()
    return this.#drained.promise
  }

  close(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }

  #release(): void {
    this.#drained?.resolve()
    this.#drained = null
  }
}

/** Kafka's `socket.connection.setup.timeout.ms`. */
const CONNECT_TIMEOUT_MS = 10_000

/** Connects to a broker within 10 s. Errors: NETWORK_EXCEPTION with the address; the signal's reason when it aborts. */
export async function connectTcp(host: string, port: number, signal: AbortSignal): Promise<Link> {
  signal.throwIfAborted()
  const socket = connect({ host, port, noDelay: true, signal })
  await new Promise<void>((resolve, reject) => {
    // A host that swallows packets would keep the caller for minutes.
    const timer = setTimeout(
      () => socket.destroy(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)),
      CONNECT_TIMEOUT_MS,
    )
    socket.once('close', () => clearTimeout(timer))
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.once('error', (error) => {
      reject(
        signal.aborted
          ? signal.reason
          : new KafkaError('NETWORK_EXCEPTION', `cannot connect to ${host}:${port}: ${error.message}`, {
              cause: error,
              hint: 'Check bootstrap.servers, and that the broker runs.',
            }),
      )
    })
  })
  socket.removeAllListeners('error')
  return new TcpLink(socket)
}
