// ROTATE_EVENT: the log goes on in another file.
import type { ByteCursor } from './byte-cursor.ts'

/** Where the log goes on. */
export interface RotateEvent {
  readonly nextFile: string
  /** Position of the next event in it. */
  readonly nextPosition: number
}

/** Shape: position (8) | file name (rest). */
export function decodeRotate(cursor: ByteCursor): RotateEvent {
  const position = cursor.u64()
  if (position > BigInt(Number.MAX_SAFE_INTEGER)) throw cursor.corrupt('has a position beyond 2^53')
  const nextFile = cursor.utf8(cursor.remaining)
  // Every server numbers its files; the first rotate of a dump has nothing else to tell that its checksum was taken for a part of the name.
  if (!/^[^\0/]+\.\d{6,}$/.test(nextFile)) throw cursor.corrupt('names no valid file')
  return { nextFile, nextPosition: Number(position) }
}
