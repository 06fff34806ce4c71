// Memory of batches. Open ones are written into slabs. A sealed one lies in memory that is shared with the embedded broker's thread, with room
// around it, so that the link builds the request's frame around the batch where it lies and hands over a reference: nothing for the garbage
// collector, however much goes through.

/** Room before a batch: what stands before it in a Produce request (client id and topic included) fits. */
const HEAD_BYTES = 1024
/** Room behind a batch, for the tagged fields that end a Produce request. */
const TAIL_BYTES = 64
/** The smallest buffer; the others are twice, four times … as large, so that a returned one fits the next batch of about that length. */
const SMALLEST_BYTES = 8 * 1024

/** The slab of an open batch has at least this size. It doubles as records come. */
export const FIRST_SLAB_BYTES = 16 * 1024
/** Slabs kept for later, and the largest kind that is. */
const SPARE_SLABS = 4
const LARGEST_SPARE_BYTES = 4 * 1024 * 1024
/** In the place of a slab while a batch has no record. */
const NO_SLAB = Buffer.alloc(0)

/** Memory of one producer's batches; what is given back is used again. */
export class BatchMemory {
  readonly #limitBytes: number
  readonly #slabs: Buffer[] = []
  /** By size; the one used last, which is most likely in the processor's cache, at the end. */
  readonly #frames = new Map<number, SharedArrayBuffer[]>()
  #framesBytes = 0

  /** `limitBytes`: most memory of sealed batches kept for later. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** A slab to write a batch into. */
  takeSlab(): Buffer {
    return this.#slabs.pop() ?? Buffer.allocUnsafeSlow(FIRST_SLAB_BYTES)
  }

  /** Takes a slab back and answers what stands in its place: an empty buffer. */
  giveSlab(slab: Buffer): Buffer {
    if (this.#slabs.length < SPARE_SLABS && slab.length <= LARGEST_SPARE_BYTES) this.#slabs.push(slab)
    return NO_SLAB
  }

  /** A copy of a sealed batch in shared memory, with room around it. */
  seal(bytes: Uint8Array): Buffer {
    let size = SMALLEST_BYTES
    while (size < HEAD_BYTES + bytes.length + TAIL_BYTES) size *= 2
    let memory = this.#frames.get(size)?.pop()
    if (memory === undefined) memory = new SharedArrayBuffer(size)
    else this.#framesBytes -= size
    const batch = Buffer.from(memory, HEAD_BYTES, bytes.length)
    batch.set(bytes)
    return batch
  }

  /** Takes back what {@link BatchMemory.seal} gave, when nobody reads it any more. */
  giveSealed(batch: Buffer): void {
    const memory = batch.buffer
    if (!(memory instanceof SharedArrayBuffer) || this.#framesBytes + memory.byteLength > this.#limitBytes) return
    const spares = this.#frames.get(memory.byteLength)
    if (spares === undefined) this.#frames.set(memory.byteLength, [memory])
    else spares.push(memory)
    this.#framesBytes += memory.byteLength
  }
}

/**
 * Puts the parts of a frame around the one part that lies in shared memory. Answers the frame as a view of that memory, or null when there
 * is not exactly one such part, or no room around it: then the frame has to be copied together.
 */
export function frameInPlace(parts: readonly Uint8Array[]): Uint8Array<SharedArrayBuffer> | null {
  let nth = -1
  for (let i = 0; i < parts.length; i++) {
    if (!(parts[i]!.buffer instanceof SharedArrayBuffer)) continue
    if (nth >= 0) return null
    nth = i
  }
  if (nth < 0) return null
  const body = parts[nth]! as Uint8Array<SharedArrayBuffer>
  let headBytes = 0
  for (let i = 0; i < nth; i++) headBytes += parts[i]!.length
  let tailBytes = 0
  for (let i = nth + 1; i < parts.length; i++) tailBytes += parts[i]!.length
  const start = body.byteOffset - headBytes
  const size = headBytes + body.length + tailBytes
  if (start < 0 || start + size > body.buffer.byteLength) return null
  const frame = new Uint8Array(body.buffer, start, size)
  let at = 0
  for (let i = 0; i < parts.length; i++) {
    if (i !== nth) frame.set(parts[i]!, at)
    at += parts[i]!.length
  }
  return frame
}
