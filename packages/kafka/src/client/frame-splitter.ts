// Cuts a stream of bytes into Kafka frames (4-byte length, then the frame). Chunks are joined at most once per frame.
import { KafkaError } from '../error.ts'

const LENGTH_BYTES = 4

/** Largest frame taken unless said otherwise: above Kafka's socket.request.max.bytes of 100 MiB. */
export const MAX_FRAME_BYTES = 128 * 1024 * 1024

/** Feeds on chunks of a socket, gives whole frames. */
export class FrameSplitter {
  #maxFrameBytes: number
  readonly #onFrame: (frame: Buffer) => void
  #chunks: Buffer[] = []
  #bufferedBytes = 0
  #wantedBytes = LENGTH_BYTES
  #isInFrame = false

  constructor(onFrame: (frame: Buffer) => void, maxFrameBytes = MAX_FRAME_BYTES) {
    this.#onFrame = onFrame
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Allows larger or smaller frames from the next one on. */
  set maxFrameBytes(bytes: number) {
    this.#maxFrameBytes = bytes
  }

  /** Takes the next chunk, which must not be reused by its owner. Throws FRAME_TOO_LARGE or MALFORMED_FRAME: close the connection then. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bufferedBytes += chunk.length
    while (this.#bufferedBytes >= this.#wantedBytes) {
      const piece = this.#take(this.#wantedBytes)
      if (this.#isInFrame) {
        this.#isInFrame = false
        this.#wantedBytes = LENGTH_BYTES
        this.#onFrame(piece)
      } else {
        const length = piece.readInt32BE(0)
        if (length < 0) throw new KafkaError('MALFORMED_FRAME', `frame with a length of ${length}`)
        if (length > this.#maxFrameBytes)
          throw new KafkaError('FRAME_TOO_LARGE', `frame of ${length} bytes, ${this.#maxFrameBytes} are allowed`)
        this.#isInFrame = true
        this.#wantedBytes = length
      }
    }
  }

  #take(count: number): Buffer {
    this.#bufferedBytes -= count
    const first = this.#chunks[0]
    if (first !== undefined && first.length >= count) {
      if (first.length === count) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    const joined = Buffer.allocUnsafe(count)
    let filled = 0
    while (filled < count) {
      const chunk = this.#chunks[0] as Buffer
      const used = Math.min(chunk.length, count - filled)
      chunk.copy(joined, filled, 0, used)
      filled += used
      if (used === chunk.length) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(used)
    }
    return joined
  }
}
