// A growing byte buffer for everything that is written outside of a record batch.
import type { ByteSink } from './change-row.ts'

/** The one implementation of {@link ByteSink} of this package: doubles until the request fits. */
export class GrowingBytes implements ByteSink {
  bytes: Buffer
  view: DataView
  pos = 0

  constructor(initialBytes = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(initialBytes)
    this.view = viewOf(this.bytes)
  }

  reserve(count: number): void {
    const needed = this.pos + count
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.pos)
    this.bytes = grown
    this.view = viewOf(grown)
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.pos))
  }
}

/** Appends bytes as they are. */
export function putBytes(sink: Pick<ByteSink, 'bytes' | 'pos' | 'reserve'>, bytes: Uint8Array): void {
  sink.reserve(bytes.length)
  sink.bytes.set(bytes, sink.pos)
  sink.pos += bytes.length
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
