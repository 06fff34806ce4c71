// A record output in memory: what a broker would have got, with acknowledgements that the test gives.

import { GrowingBytes } from '../../src/data/growing-bytes.ts'
import type { EncodedHeaders, RecordAppender, RecordOutput } from '../../src/worker/record-output.ts'

export interface SentRecord {
  readonly topic: string
  readonly partition: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: EncodedHeaders
  readonly timestampMs: number
}

export class MemoryOutput implements RecordOutput {
  readonly records: SentRecord[] = []
  readonly known = new Map<string, number>()
  /** Partitions of topics that are created on demand. */
  partitions = 1
  sends = 0
  /** While true nothing is acknowledged. */
  holds = false
  failure: Error | null = null
  #waiting: (() => void)[] = []

  partitionsOf(topic: string): number | null {
    return this.known.get(topic) ?? null
  }

  async resolve(topics: readonly string[]): Promise<void> {
    await Promise.resolve()
    for (const topic of topics) this.known.set(topic, this.partitions)
  }

  appender(topic: string, partition: number): RecordAppender {
    const sink = new GrowingBytes()
    let timestampMs = 0
    let key: string | null = null
    let value: string | null = null
    return {
      sink,
      begin: (ms) => {
        timestampMs = ms
      },
      beginKey: () => {
        sink.pos = 0
      },
      endKey: () => {
        key = sink.copy().toString()
      },
      nullKey: () => {},
      beginValue: () => {
        sink.pos = 0
      },
      endValue: () => {
        value = sink.copy().toString()
      },
      nullValue: () => {},
      end: (headers) => this.records.push({ topic, partition, key, value, headers, timestampMs }),
      rollback: () => {},
    }
  }

  send(): void {
    this.sends++
  }

  async room(): Promise<void> {}

  acknowledged(): Promise<void> {
    if (this.failure) return Promise.reject(this.failure)
    if (!this.holds) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => (this.failure ? reject(this.failure) : resolve()))
    })
  }

  /** Acknowledges (or, with `failure` set, refuses) what waits. */
  release(): void {
    this.holds = false
    for (const settle of this.#waiting.splice(0)) settle()
  }
}
