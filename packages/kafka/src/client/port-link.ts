// A link over a message port, between a task's thread and the embedded broker's: the same frames as over TCP. A frame is copied once into a
// buffer that is then handed over, not copied again.
import type { MessagePort } from 'node:worker_threads'
import { KafkaError } from '../error.ts'
import type { Link } from './link.ts'

/** Frames that may be under way before `send` waits for the other side to have taken them. */
const WINDOW_BYTES = 16 * 1024 * 1024

/** Smaller buffers are not worth the message that returns them. */
const MIN_SPARE_BYTES = 32 * 1024
/** Returned buffers kept for the next frames. */
const MAX_SPARES = 64

/** What travels: a frame, a frame's buffer on its way back, or how many bytes the receiver has taken since its last word. */
type PortMessage =
  | { readonly frame: ArrayBuffer; readonly sizeBytes: number }
  | { readonly spare: ArrayBuffer }
  | { readonly takenBytes: number }
  | { readonly close: true }

/** One end of a pair of links. */
export class PortLink implements Link {
  readonly peer = 'embedded'
  onFrame: (frame: Buffer) => void = () => {}
  onClose: (error?: Error) => void = () => {}
  readonly #port: MessagePort
  #isClosed = false
  #underWayBytes = 0
  readonly #spares: ArrayBuffer[] = []
  #room: { promise: Promise<void>; resolve: () => void } | null = null

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: PortMessage) => this.#receive(message))
    port.on('close', () => this.#end(new KafkaError('NETWORK_EXCEPTION', 'the embedded broker is gone')))
  }

  send(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#isClosed)
      return Promise.reject(new KafkaError('NETWORK_EXCEPTION', 'the link to the embedded broker is closed'))
    let size = 0
    for (const part of parts) size += part.length
    const frame = new Uint8Array(this.#bufferFor(size))
    let at = 0
    for (const part of parts) {
      frame.set(part, at)
      at += part.length
    }
    this.#port.postMessage({ frame: frame.buffer, sizeBytes: size } satisfies PortMessage, [frame.buffer])
    this.#underWayBytes += size
    if (this.#underWayBytes < WINDOW_BYTES) return Promise.resolve()
    this.#room ??= Promise.withResolvers<void>()
    return this.#room.promise
  }

  release(frame: Buffer): void {
    const { buffer } = frame
    if (this.#isClosed || !(buffer instanceof ArrayBuffer) || buffer.byteLength < MIN_SPARE_BYTES) return
    this.#port.postMessage({ spare: buffer } satisfies PortMessage, [buffer])
  }

  close(): void {
    if (this.#isClosed) return
    this.#port.postMessage({ close: true } satisfies PortMessage)
    this.#end(undefined)
  }

  /** A returned buffer that is large enough, else a new one, with some room so that the next frame of about this size fits too. */
  #bufferFor(size: number): ArrayBuffer {
    for (let at = this.#spares.length - 1; at >= 0; at--)
      if (this.#spares[at]!.byteLength >= size && this.#spares[at]!.byteLength <= size * 4)
        return this.#spares.splice(at, 1)[0]!
    // Buffer does not clear what is overwritten anyway; its slow allocation is never shared.
    return Buffer.allocUnsafeSlow(size >= MIN_SPARE_BYTES ? size + (size >> 3) : size).buffer as ArrayBuffer
  }

  #receive(message: PortMessage): void {
    if ('frame' in message) {
      const frame = Buffer.from(message.frame, 0, message.sizeBytes)
      this.#port.postMessage({ takenBytes: frame.length } satisfies PortMessage)
      this.onFrame(frame)
    } else if ('spare' in message) {
      if (this.#spares.length < MAX_SPARES) this.#spares.push(message.spare)
    } else if ('takenBytes' in message) {
      this.#underWayBytes -= message.takenBytes
      if (this.#underWayBytes < WINDOW_BYTES) this.#release()
    } else this.#end(new KafkaError('NETWORK_EXCEPTION', 'the link was closed by the other side'))
  }

  #end(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#port.close()
    this.#release()
    this.onClose(error)
  }

  #release(): void {
    this.#room?.resolve()
    this.#room = null
  }
}
