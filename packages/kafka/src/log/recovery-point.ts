// How far a partition's log is known to be on disk. Written after every sync, so that after a crash a torn tail (never acknowledged) can be
// told from damage to acknowledged data. Two slots: the one synced last is never written over, so that a half-written one leaves the other.
import { crc32c } from '../record/crc32c.ts'
import type { FileCache } from './file-cache.ts'

/** Everything in segments before `segmentBase`, and the first `positionBytes` of that segment, is on disk. */
export interface RecoveryPoint {
  readonly segmentBase: number
  readonly positionBytes: number
  /** Offset after the last record on disk. */
  readonly nextOffset: number
  /** First offset that readers may have (deleted records lie before it). */
  readonly startOffset: number
  /** Set by an orderly close: nothing was written after it, if the segment has just this size. */
  readonly isClean: boolean
}

const SLOT_BYTES = 64
/** Each slot in a sector of its own. */
const SLOT_AT = [0, 512] as const
const MAGIC = 0x4d525250
const VERSION = 1
const SYNC_EVERY_MS = 1000

/** The file `recovery` of one partition. */
export class RecoveryFile {
  readonly path: string
  readonly #files: FileCache
  #generation = 0
  #lastSyncMs = 0
  /** The slot to write: not the one that was synced last. */
  #slot: 0 | 1 = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(path: string, files: FileCache) {
    this.path = path
    this.#files = files
  }

  /** The newest intact slot, or undefined when there is none (then nothing is known to be acknowledged). */
  async read(): Promise<RecoveryPoint | undefined> {
    const bytes = Buffer.alloc(SLOT_AT[1] + SLOT_BYTES)
    await this.#files.use(this.path, (fd) => this.#files.disk.read(fd, bytes, 0), true)
    let best: RecoveryPoint | undefined
    for (const which of [0, 1] as const) {
      const at = SLOT_AT[which]
      const slot = bytes.subarray(at, at + SLOT_BYTES)
      if (slot.readUInt32BE(0) !== MAGIC || slot.readUInt32BE(60) !== crc32c(slot.subarray(0, 60))) continue
      const generation = slot.readDoubleBE(8)
      if (best !== undefined && generation <= this.#generation) continue
      this.#generation = generation
      this.#slot = which === 0 ? 1 : 0
      best = {
        segmentBase: slot.readDoubleBE(16),
        positionBytes: slot.readDoubleBE(24),
        startOffset: slot.readDoubleBE(32),
        isClean: slot.readUInt8(40) === 1,
        nextOffset: slot.readDoubleBE(48),
      }
    }
    return best
  }

  /** Writes the point; it is on the device within about a second of writing, or at once with `sync`. */
  write(point: RecoveryPoint, sync = false): Promise<void> {
    // One after the other: the writer and maintenance may both come.
    const turn = this.#turn.then(() => this.#write(point, sync))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #write(point: RecoveryPoint, sync: boolean): Promise<void> {
    const slot = Buffer.alloc(SLOT_BYTES)
    this.#generation++
    slot.writeUInt32BE(MAGIC, 0)
    slot.writeUInt32BE(VERSION, 4)
    slot.writeDoubleBE(this.#generation, 8)
    slot.writeDoubleBE(point.segmentBase, 16)
    slot.writeDoubleBE(point.positionBytes, 24)
    slot.writeDoubleBE(point.startOffset, 32)
    slot.writeUInt8(point.isClean ? 1 : 0, 40)
    slot.writeDoubleBE(point.nextOffset, 48)
    slot.writeUInt32BE(crc32c(slot.subarray(0, 60)), 60)
    const { disk } = this.#files
    await this.#files.use(
      this.path,
      async (fd) => {
        await disk.write(fd, [slot], SLOT_AT[this.#slot])
        const nowMs = performance.now()
        if (!sync && nowMs - this.#lastSyncMs < SYNC_EVERY_MS) return
        this.#lastSyncMs = nowMs
        const written = this.#slot
        await disk.sync(fd)
        this.#slot = written === 0 ? 1 : 0
      },
      true,
    )
  }
}
