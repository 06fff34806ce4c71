// One item of a source batch to bytes in a record batch: the fast lane writes a row change's cells straight into the batch, everything
// else goes through record, transforms and converters. Errors of single records meet the task's error policy here and nowhere else.
import { encodeHeaders, partitionForKey } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Converter, HeaderConverter } from '../convert/converter.ts'
import type { ChangeRow, ChangeShape, SourceItem } from '../data/change-row.ts'
import { GrowingBytes } from '../data/growing-bytes.ts'
import type { ConnectRecord, RecordHeader } from '../data/record.ts'
import { toRecord } from '../data/to-record.ts'
import type { EncodedHeaders, RecordAppender, RecordOutput } from './record-output.ts'
import { RecordCounts } from './task-measures.ts'
import { toleranceExceeded } from './trace.ts'

/** What a writer is made of. */
export interface RecordWriterOptions {
  readonly output: RecordOutput
  readonly keyConverter: Converter
  readonly valueConverter: Converter
  readonly headerConverter: HeaderConverter
  readonly transforms: Transforms
  /** `errors.tolerance=all`: records that cannot be transformed or converted are skipped. */
  readonly isTolerant: boolean
  /** `errors.log.enable`. */
  readonly logsErrors: boolean
  readonly log: Logger
  /** Numbers that grow with every record. */
  readonly counts?: RecordCounts
  readonly nowMs?: () => number
}

/** The transforms of a task, as transform/chain.ts has them. */
export interface Transforms {
  /** False: records of this topic stay as they are. */
  touches(topic: string): boolean
  /** Null for a record that is dropped. */
  apply(record: ConnectRecord): ConnectRecord | null
}

type CellWriter = (row: ChangeRow, sink: RecordAppender['sink']) => boolean

/** The fast lane of one shape. `writeKey` null: no key. */
interface FastLane {
  readonly topic: string
  readonly writeKey: CellWriter | null
  readonly writeValue: CellWriter
}

/** A record whose topic is not resolved yet. */
interface Pending {
  readonly topic: string
  readonly partition: number | null
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: EncodedHeaders
  readonly timestampMs: number
}

/** Writes the records of one task. */
export class RecordWriter {
  readonly #options: RecordWriterOptions
  readonly #lanes = new Map<ChangeShape, FastLane | null>()
  readonly #headers = new WeakMap<readonly RecordHeader[], { topic: string; encoded: EncodedHeaders }>()
  // What the row before had: rows come in runs, and a look-up in a map costs as much as writing a column.
  #lastShape: ChangeShape | null = null
  #lastLane: FastLane | null = null
  #lastHeaders: readonly RecordHeader[] | null = null
  #lastHeadersTopic = ''
  #lastEncoded: EncodedHeaders | null = null
  #lastTopic: string | null = null
  readonly #keyBytes = new GrowingBytes(256)
  #pending: Pending[] = []
  readonly #pendingTopics = new Set<string>()
  readonly #topics = new Set<string>()
  #newTopics: string[] = []
  #nextPartition = 0
  readonly #counts: RecordCounts
  #nowMs = 0

  constructor(options: RecordWriterOptions) {
    this.#options = options
    this.#counts = options.counts ?? new RecordCounts()
  }

  /** Records skipped so far because of errors. */
  get skipped(): number {
    return this.#counts.skipped
  }

  /** Begins a batch: records without a timestamp get the present time, read once per batch. */
  begin(): void {
    this.#nowMs = (this.#options.nowMs ?? Date.now)()
  }

  /** Writes one item; nothing of it is kept. Errors: the error policy's when the record cannot be written. */
  write(item: SourceItem): void {
    this.#counts.see(item)
    if (item.kind === 'record') {
      this.#writeRecord(item.record)
      return
    }
    if (item.shape !== this.#lastShape) {
      this.#lastLane = this.#laneOf(item.shape)
      this.#lastShape = item.shape
    }
    const lane = this.#lastLane
    if (lane === null || !this.#writeFast(item, lane)) this.#writeRecord(item)
  }

  /** Appends the records that waited for their topic to be found or created. */
  async settle(): Promise<void> {
    if (this.#pending.length === 0) return
    await this.#options.output.resolve([...this.#pendingTopics])
    const pending = this.#pending
    this.#pending = []
    this.#pendingTopics.clear()
    for (const record of pending) this.#append(record)
  }

  /** Topics that got their first record since the last call. */
  takeNewTopics(): string[] {
    const topics = this.#newTopics
    this.#newTopics = []
    return topics
  }

  /** Counts every topic as new again. */
  forgetTopics(): void {
    this.#topics.clear()
    this.#lastTopic = null
  }

  #laneOf(shape: ChangeShape): FastLane | null {
    const known = this.#lanes.get(shape)
    if (known !== undefined) return known
    const lane = this.#buildLane(shape)
    if (this.#lanes.size > 10_000) this.#lanes.clear() // shapes of tables that were altered again and again
    this.#lanes.set(shape, lane)
    return lane
  }

  #buildLane(shape: ChangeShape): FastLane | null {
    const { transforms, keyConverter, valueConverter } = this.#options
    if (transforms.touches(shape.topic)) return null
    const key = keyConverter.changeWriter(shape)
    const value = valueConverter.changeWriter(shape)
    if (!key?.writeKey || !value?.writeValue) return null
    const { topic, keySchema } = shape
    const writeKey: CellWriter | null = keySchema === null ? null : (row, sink) => key.writeKey!(row, sink)
    return { topic, writeKey, writeValue: (row, sink) => value.writeValue!(row, sink) }
  }

  /** False when the general path must write the row: topic not resolved, or a writer that gives up. */
  #writeFast(row: ChangeRow, lane: FastLane): boolean {
    const { output } = this.#options
    const partitions = output.partitionsOf(lane.topic)
    if (partitions === null || (this.#pending.length > 0 && this.#pendingTopics.has(lane.topic))) return false
    let partition = 0
    const keyBytes = this.#keyBytes
    if (partitions > 1) {
      keyBytes.pos = 0
      if (lane.writeKey === null) partition = this.#anyPartition(partitions)
      else if (!lane.writeKey(row, keyBytes)) return false
      else partition = partitionForKey(partitions, keyBytes.bytes, 0, keyBytes.pos)
    }
    const headers = this.#headersOf(lane.topic, row.headers)
    const appender = output.appender(lane.topic, partition)
    appender.begin(this.#nowMs)
    try {
      let isWritten = true
      if (lane.writeKey === null) appender.nullKey()
      else {
        appender.beginKey()
        if (partitions > 1) copyTo(appender, keyBytes.bytes, keyBytes.pos)
        else isWritten = lane.writeKey(row, appender.sink)
        appender.endKey()
      }
      if (isWritten) {
        appender.beginValue()
        isWritten = lane.writeValue(row, appender.sink)
        appender.endValue()
      }
      if (!isWritten) {
        appender.rollback()
        return false
      }
    } catch (failure) {
      appender.rollback()
      this.#refuse(failure, lane.topic)
      return true
    }
    appender.end(headers)
    this.#counts.written++
    this.#saw(lane.topic)
    return true
  }

  #writeRecord(item: ConnectRecord | ChangeRow): void {
    const { keyConverter, valueConverter, transforms, output } = this.#options
    let topic = 'kind' in item ? item.shape.topic : item.topic
    let pending: Pending
    try {
      const original = 'kind' in item ? toRecord(item) : item
      const record = transforms.apply(original)
      if (record === null) {
        this.#counts.dropped++
        return
      }
      topic = record.topic
      pending = {
        topic,
        partition: record.topicPartition,
        key: keyConverter.fromConnect(topic, record.keySchema, record.key),
        value: valueConverter.fromConnect(topic, record.valueSchema, record.value),
        headers: this.#headersOf(topic, record.headers),
        timestampMs: record.timestampMs ?? this.#nowMs,
      }
    } catch (failure) {
      this.#refuse(failure, topic)
      return
    }
    this.#saw(topic)
    if (output.partitionsOf(topic) === null || this.#pendingTopics.has(topic)) {
      this.#pendingTopics.add(topic)
      this.#pending.push(pending)
    } else this.#append(pending)
  }

  #append({ topic, partition, key, value, headers, timestampMs }: Pending): void {
    const partitions = this.#options.output.partitionsOf(topic)!
    const chosen = partition ?? (key === null ? this.#anyPartition(partitions) : partitionForKey(partitions, key))
    if (chosen < 0 || chosen >= partitions) {
      const message = `Partition ${chosen} of topic ${topic} does not exist: it has ${partitions}`
      throw new CdcError('CDC_PRODUCE_FAILED', message)
    }
    const appender = this.#options.output.appender(topic, chosen)
    appender.begin(timestampMs)
    if (key === null) appender.nullKey()
    else {
      appender.beginKey()
      copyTo(appender, key, key.length)
      appender.endKey()
    }
    if (value === null) appender.nullValue()
    else {
      appender.beginValue()
      copyTo(appender, value, value.length)
      appender.endValue()
    }
    appender.end(headers)
    this.#counts.written++
  }

  /** The error policy: the task ends, or the record is skipped and counted. Row values stay out of the log. */
  #refuse(failure: unknown, topic: string): void {
    const { isTolerant, logsErrors, log } = this.#options
    const counts = this.#counts
    counts.failed++
    counts.lastErrorMs = Date.now()
    if (!isTolerant) throw toleranceExceeded(failure)
    counts.skipped++
    if (!logsErrors) return
    counts.logged++
    const { code, message } = CdcError.from(failure)
    log.error({ topic, code, skipped: counts.skipped }, `a record was skipped (errors.tolerance=all): ${message}`)
  }

  #headersOf(topic: string, headers: readonly RecordHeader[]): EncodedHeaders {
    if (headers !== this.#lastHeaders || topic !== this.#lastHeadersTopic) {
      this.#lastEncoded = this.#encoded(topic, headers)
      this.#lastHeaders = headers
      this.#lastHeadersTopic = topic
    }
    return this.#lastEncoded!
  }

  #encoded(topic: string, headers: readonly RecordHeader[]): EncodedHeaders {
    const known = this.#headers.get(headers)
    if (known?.topic === topic) return known.encoded
    const { headerConverter } = this.#options
    const encoded = encodeHeaders(
      headers.map((header) => ({ key: header.key, value: headerConverter.fromConnectHeader(topic, header) })),
    )
    this.#headers.set(headers, { topic, encoded })
    return encoded
  }

  #saw(topic: string): void {
    if (topic === this.#lastTopic) return
    this.#lastTopic = topic
    if (this.#topics.has(topic)) return
    this.#topics.add(topic)
    this.#newTopics.push(topic)
  }

  /** Records without a key go round. */
  #anyPartition(partitions: number): number {
    this.#nextPartition = (this.#nextPartition + 1) % partitions
    return this.#nextPartition
  }
}

function copyTo(appender: RecordAppender, bytes: Uint8Array, length: number): void {
  const { sink } = appender
  sink.reserve(length)
  sink.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), sink.pos)
  sink.pos += length
}
