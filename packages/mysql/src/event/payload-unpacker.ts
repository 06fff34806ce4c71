// Unpacks a large block piece by piece into one buffer, which keeps the part that is not yet used.
import { createZstdDecompress, type ZstdDecompress } from 'node:zlib'
import { corruptEvent, type EventPlace } from './byte-cursor.ts'

/** What is unpacked ahead, and the least that `more` adds. */
const PIECE_BYTES = 256 * 1024

/** See the file's head. */
export class PayloadUnpacker {
  /** Unpacked and not yet used: `bytes[0, length)`. */
  bytes: Buffer = Buffer.allocUnsafeSlow(2 * PIECE_BYTES)
  length = 0
  /** All is unpacked. */
  isDone = false
  readonly #stream: ZstdDecompress
  readonly #pieces: AsyncIterator<Buffer>
  readonly #unpackedBytes: number
  readonly #place: EventPlace
  #total = 0

  /** `unpackedBytes`: what the block says of itself. `place`: for messages. `block` must stay valid. */
  constructor(block: Buffer, unpackedBytes: number, place: EventPlace) {
    this.#unpackedBytes = unpackedBytes
    this.#place = place
    this.#stream = createZstdDecompress({ chunkSize: PIECE_BYTES })
    this.#pieces = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#stream.end(block)
  }

  /** Drops the first `used` bytes and adds at least `wanted` ones, if so many are left. Throws MYSQL_PROTOCOL_EVENT. */
  async more(used: number, wanted: number): Promise<void> {
    this.bytes.copyWithin(0, used, this.length)
    this.length -= used
    for (let added = 0; added < wanted && !this.isDone; ) {
      const piece = await this.#next()
      if (piece === null) {
        this.isDone = true
        if (this.#total !== this.#unpackedBytes) throw this.#wrongSize()
        return
      }
      this.#total += piece.length
      if (this.#total > this.#unpackedBytes) throw this.#wrongSize()
      this.#append(piece)
      added += piece.length
    }
  }

  /** Ends unpacking. */
  close(): void {
    this.#stream.destroy()
  }

  async #next(): Promise<Buffer | null> {
    try {
      const { done, value } = await this.#pieces.next()
      return done === true ? null : value
    } catch {
      throw corruptEvent(this.#place, 'cannot be unpacked')
    }
  }

  // The buffer grows with what came, never with what an event says of itself.
  #append(piece: Buffer): void {
    const needed = this.length + piece.length
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
      this.bytes.copy(larger, 0, 0, this.length)
      this.bytes = larger
    }
    piece.copy(this.bytes, this.length)
    this.length = needed
  }

  #wrongSize(): Error {
    this.close()
    return corruptEvent(this.#place, `unpacks to another size than the ${this.#unpackedBytes} bytes that it names`)
  }
}
