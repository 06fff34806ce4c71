// The rows of a chunk as a source batch: `op=r`, at the place where the stream is.
import type { ChangeRow, Instant, SourceItem } from '../../../data/change-row.ts'
import type { RecordHeader } from '../../../data/record.ts'
import type { SourceBatch, SourceOffset, SourcePartition } from '../../source.ts'
import type { TableShape } from '../shape.ts'
import type { HeldRow } from '../snapshot/held-row.ts'
import type { ReusedSourceInfo } from '../source-info.ts'

/** What a batch is made of. */
export interface ChunkRows {
  readonly shape: TableShape
  readonly rows: readonly HeldRow[]
  readonly source: ReusedSourceInfo
  readonly processedAt: Instant
  readonly headers: readonly RecordHeader[]
  readonly sourcePartition: SourcePartition
  readonly sourceOffset: SourceOffset
}

/** See the file's head. */
export function chunkBatch(chunk: ChunkRows): SourceBatch {
  const { shape, rows, source, processedAt, headers, sourcePartition, sourceOffset } = chunk
  return {
    sourcePartition,
    sourceOffset,
    acked: () => {},
    forEach: (visit: (item: SourceItem) => void) => {
      const item: { -readonly [K in keyof ChangeRow]: ChangeRow[K] } = {
        kind: 'change',
        shape,
        op: 'r',
        before: null,
        after: null,
        keyRow: rows[0]!,
        source,
        transaction: null,
        processedAt,
        headers,
      }
      for (const row of rows) {
        item.after = row
        item.keyRow = row
        visit(item)
      }
    },
  }
}
