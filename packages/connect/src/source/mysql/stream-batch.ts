// Source batches of the stream: over the events of one chunk, and over records that are already made.
import type { EventChunk } from '@millrace/mysql'
import type { SourceItem } from '../../data/change-row.ts'
import type { ConnectRecord } from '../../data/record.ts'
import type { SourceBatch, SourceOffset, SourcePartition } from '../source.ts'
import { offsetJson } from './offset.ts'
import type { StreamDecoder } from './stream-decoder.ts'
import { cdcErrorOf } from './stream-errors.ts'
import type { StreamProgress } from './stream-progress.ts'

/** Drives the events of a chunk, up to its end, to a statement, or to a stop inside a compressed transaction. `sourceOffset` is known once `forEach` has returned. */
export class ChunkBatch implements SourceBatch {
  readonly sourcePartition: SourcePartition
  readonly #chunk: EventChunk
  readonly #decoder: StreamDecoder
  readonly #progress: StreamProgress
  #offset: SourceOffset | null = null
  /** Whether the chunk has no further event; false: the stream stopped before, or `forEach` was not called. */
  isChunkDone = false

  constructor(partition: SourcePartition, chunk: EventChunk, decoder: StreamDecoder, progress: StreamProgress) {
    this.sourcePartition = partition
    this.#chunk = chunk
    this.#decoder = decoder
    this.#progress = progress
  }

  get sourceOffset(): SourceOffset | null {
    return this.#offset
  }

  forEach(visit: (item: SourceItem) => void): void {
    const chunk = this.#chunk
    const decoder = this.#decoder
    try {
      for (let isStopped = decoder.resume(visit); !isStopped; ) {
        const view = chunk.next()
        if (view === null) {
          this.isChunkDone = true
          break
        }
        isStopped = decoder.decode(view, visit)
      }
    } catch (error) {
      throw cdcErrorOf(error)
    }
    const offset = this.#progress.takeMarkedOffset()
    this.#offset = offset === null ? null : offsetJson(offset)
  }

  acked(): void {}
}

/** Records that are already made, with one offset behind the last of them. */
export function recordBatch(
  sourcePartition: SourcePartition,
  records: readonly ConnectRecord[],
  sourceOffset: SourceOffset | null,
): SourceBatch {
  return {
    sourcePartition,
    sourceOffset,
    forEach(visit) {
      for (const record of records) visit({ kind: 'record', record })
    },
    acked() {},
  }
}
