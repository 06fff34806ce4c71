// A row image that outlives the buffer it came in: the one row that a snapshot holds back, copied at most once or twice per chunk.
import type { CellRow } from '../../../data/change-row.ts'

/** A copy of one row, filled again and again. */
export class HeldRow implements CellRow {
  bytes: Buffer = Buffer.alloc(0)
  starts: Int32Array = new Int32Array(0)
  ends: Int32Array = new Int32Array(0)

  /** Copies the row's cells. */
  fill(row: CellRow): void {
    const { starts, ends } = row
    if (this.starts.length !== starts.length) {
      this.starts = new Int32Array(starts.length)
      this.ends = new Int32Array(starts.length)
    }
    let first = Number.MAX_SAFE_INTEGER
    let last = 0
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] as number
      if (end < 0) continue
      first = Math.min(first, starts[i] as number)
      last = Math.max(last, end)
    }
    if (last < first) first = last
    if (this.bytes.length < last - first) this.bytes = Buffer.allocUnsafeSlow((last - first) * 2)
    row.bytes.copy(this.bytes, 0, first, last)
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] as number
      this.ends[i] = end < 0 ? end : end - first
      this.starts[i] = end < 0 ? 0 : (starts[i] as number) - first
    }
  }
}
