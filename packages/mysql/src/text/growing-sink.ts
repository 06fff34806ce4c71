// A plain byte sink: for tests, for defaults and for callers without one of their own.
import type { ByteSink } from '../type/column-type.ts'

/** A {@link ByteSink} over one buffer that doubles when it is full. */
export class GrowingSink implements ByteSink {
  bytes: Buffer
  /** The same memory as `bytes`, for writing several bytes at once. */
  view: DataView
  pos = 0

  constructor(initialBytes = 1024) {
    this.bytes = Buffer.allocUnsafe(initialBytes)
    this.view = viewOf(this.bytes)
  }

  reserve(count: number): void {
    const needed = this.pos + count
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.pos)
    this.bytes = grown
    this.view = viewOf(grown)
  }

  /** Forgets what was written. */
  clear(): void {
    this.pos = 0
  }

  /** What was written, as text. */
  text(): string {
    return this.bytes.toString('utf8', 0, this.pos)
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
