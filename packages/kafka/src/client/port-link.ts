// A link over a message port, between a task's thread and the embedded broker's: the same frames as over TCP. A frame around a batch in
// shared memory travels by reference; another is copied once into a buffer that is then handed over.
import type { MessagePort } from 'node:worker_threads'
import { KafkaError } from '../error.ts'
import { frameInPlace } from './batch-memory.ts'
import type { Link } from './link.ts'

/** Frames that may be under way before `send` waits for the other side to have taken them. */
const WINDOW_BYTES = 16 * 1024 * 1024

/** The receiver says what it has taken whenever it is this much: a message per frame would cost more than the frame. */
const TAKEN_STEP_BYTES = WINDOW_BYTES / 16

/** Smaller buffers are not worth the message that returns them. */
const MIN_SPARE_BYTES = 32 * 1024
/** Returned buffers kept for the next frames. */
const MAX_SPARES = 64

/** What travels: a frame, a frame's buffer on its way back, or how many bytes the receiver has taken since its last word. */
type PortMessage =
  | { readonly shared: SharedArrayBuffer; readonly start: number; readonly sizeBytes: number }
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
  #takenBytes = 0
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
    const shared = frameInPlace(parts)
    let size = shared?.length ?? 0
    if (shared !== null) {
      this.#port.postMessage({
        shared: shared.buffer,
        start: shared.byteOffset,
        sizeBytes: size,
      } satisfies PortMessage)
    } else {
      for (const part of parts) size += part.length
      const frame = new Uint8Array(this.#bufferFor(size))
      let at = 0
      for (const part of parts) {
        frame.set(part, at)
        at += part.length
      }
      this.#port.postMessage({ frame: frame.buffer, sizeBytes: size } satisfies PortMessage, [frame.buffer])
    }
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
    if ('shared' in message) this.#take(Buffer.from(message.shared, message.start, message.sizeBytes))
    else if ('frame' in message) this.#take(Buffer.from(message.frame, 0, message.sizeBytes))
    else if ('spare' in message) {
      if (this.#spares.length < MAX_SPARES) this.#spares.push(message.spare)
    } else if ('takenBytes' in message) {
      this.#underWayBytes -= message.takenBytes
      if (this.#underWayBytes < WINDOW_BYTES) this.#release()
    } else this.#end(new KafkaError('NETWORK_EXCEPTION', 'the link was closed by the other side'))
  }

  #take(frame: Buffer): void {
    this.#takenBytes += frame.length
    if (this.#takenBytes >= TAKEN_STEP_BYTES) {
      this.#port.postMessage({ takenBytes: this.#takenBytes } satisfies PortMessage)
      this.#takenBytes = 0
    }
    this.onFrame(frame)
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
