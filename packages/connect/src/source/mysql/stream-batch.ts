// Source batches of the stream: over the events of one chunk, and over records that are already made.
import type { EventChunk } from '@millrace/mysql'
import type { SourceItem } from '../../data/change-row.ts'
import type { ConnectRecord } from '../../data/record.ts'
import type { SourceBatch, SourceOffset, SourcePartition } from '../source.ts'
import type { FailurePolicy } from './failure-policy.ts'
import { offsetJson } from './offset.ts'
import type { StreamDecoder } from './stream-decoder.ts'
import { cdcErrorOf } from './stream-errors.ts'
import type { StreamProgress } from './stream-progress.ts'

type Visit = (item: SourceItem) => void

/** Drives the events of a chunk, up to its end, to a statement, or to a stop inside a compressed transaction. `sourceOffset` is known once `forEach` has returned. */
export class ChunkBatch implements SourceBatch {
  readonly sourcePartition: SourcePartition
  readonly #chunk: EventChunk
  readonly #decoder: StreamDecoder
  readonly #progress: StreamProgress
  readonly #policy: FailurePolicy | null
  #offset: SourceOffset | null = null
  /** Whether the chunk has no further event; false: the stream stopped before, or `forEach` was not called. */
  isChunkDone = false

  /** `policy`: what happens with an event that cannot be read; null stops at it. */
  constructor(
    partition: SourcePartition,
    chunk: EventChunk,
    decoder: StreamDecoder,
    progress: StreamProgress,
    policy: FailurePolicy | null = null,
  ) {
    this.sourcePartition = partition
    this.#chunk = chunk
    this.#decoder = decoder
    this.#progress = progress
    this.#policy = policy
  }

  get sourceOffset(): SourceOffset | null {
    return this.#offset
  }

  forEach(visit: (item: SourceItem) => void): void {
    for (let isOver = false; !isOver; ) {
      try {
        this.#drive(visit)
        isOver = true
      } catch (thrown) {
        const error = cdcErrorOf(thrown)
        if (this.#policy === null) throw error
        this.#policy.event(error)
        // What is left out counts in offsets like any other event.
        this.#progress.eventDone()
      }
    }
    const offset = this.#progress.takeMarkedOffset()
    this.#offset = offset === null ? null : offsetJson(offset)
  }

  acked(): void {}

  #drive(visit: (item: SourceItem) => void): void {
    const chunk = this.#chunk
    const decoder = this.#decoder
    const { mustStop } = decoder
    for (let isStopped = decoder.resume(visit) || mustStop?.() === true; !isStopped; ) {
      const view = chunk.next()
      if (view === null) {
        this.isChunkDone = true
        break
      }
      isStopped = decoder.decode(view, visit) || mustStop?.() === true
    }
  }
}

/** A batch whose items are seen by others on their way, who may hold its offset back. */
export function watchedBatch(
  batch: SourceBatch,
  {
    watch,
    offset,
  }: {
    readonly watch: (visit: Visit) => Visit
    readonly offset: (offset: SourceOffset | null) => SourceOffset | null
  },
): SourceBatch {
  return {
    get sourcePartition() {
      return batch.sourcePartition
    },
    get sourceOffset() {
      return offset(batch.sourceOffset)
    },
    forEach: (visit) => batch.forEach(watch(visit)),
    acked: () => batch.acked(),
  }
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
