// Streams a recorded log through the stream's own rooms, without a server: what Debezium wrote for the same log is what must come out.
import {
  ByteCursor,
  decodeGtid,
  type EventChunk,
  EventType,
  type EventView,
  GtidSet,
  readBinlogFile,
} from '@millrace/mysql'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { JsonConverter } from '../../../src/convert/json/json-converter.ts'
import type { SourceItem } from '../../../src/data/change-row.ts'
import { GrowingBytes } from '../../../src/data/growing-bytes.ts'
import type { ConnectRecord } from '../../../src/data/record.ts'
import { toRecord } from '../../../src/data/to-record.ts'
import { SchemaHistory } from '../../../src/source/mysql/history/schema-history.ts'
import { offsetJson, parseOffset, sourcePartition } from '../../../src/source/mysql/offset.ts'
import { ShapeFactory } from '../../../src/source/mysql/shape.ts'
import { StatementRecords } from '../../../src/source/mysql/statement-records.ts'
import { ChunkBatch } from '../../../src/source/mysql/stream-batch.ts'
import { StreamDecoder } from '../../../src/source/mysql/stream-decoder.ts'
import { ContextHeaders } from '../../../src/source/mysql/stream-headers.ts'
import { StreamProgress } from '../../../src/source/mysql/stream-progress.ts'
import { RowEmitter } from '../../../src/source/mysql/stream-rows.ts'
import { StatementHandler } from '../../../src/source/mysql/stream-statements.ts'
import { StreamTables } from '../../../src/source/mysql/stream-tables.ts'
import { TransactionMetadata } from '../../../src/source/mysql/stream-transactions.ts'
import type { SourceOffset } from '../../../src/source/source.ts'
import { configOf, MemoryHistoryTopic, trackerFor } from './snapshot-lab.ts'

/** One record as a topic holds it. */
export interface StreamedRecord {
  readonly topic: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly string[]
}

/** What a stream left. */
export interface StreamOutcome {
  readonly records: readonly StreamedRecord[]
  /** The offset after each batch that had one, and how many records there were by then. */
  readonly offsets: readonly SourceOffset[]
  readonly counts: readonly number[]
  /** Texts that the stream added to the history. */
  readonly history: readonly string[]
}

/** What to stream. */
export interface StreamInput {
  readonly connector: Readonly<Record<string, string>>
  readonly log: Buffer
  /** Name of the log file. */
  readonly file: string
  readonly hasGtids: boolean
  /** The offset to go on from, and the history up to it. */
  readonly from: SourceOffset
  readonly history: readonly string[]
  /** Events in one chunk; default all. */
  readonly chunkEvents?: number
}

/** Streams from `from` to the end of the log. Every row is written by both lanes, which must agree. */
export async function streamLog(input: StreamInput): Promise<StreamOutcome> {
  const config = configOf(input.connector, 1)
  const topic = new MemoryHistoryTopic()
  topic.texts = [...input.history]
  const tracker = trackerFor(config)
  const { topicPrefix: server, includeSchemaComments: hasComments } = config
  const history = new SchemaHistory({
    topic,
    tracker,
    server,
    hasComments,
    prefersDdl: false,
    gtidOrder: { flavour: 'mysql', keeps: null },
  })
  await history.recover(input.from)
  const offset = parseOffset(input.from)
  const progress = new StreamProgress({ ...offset, snapshot: null }, input.hasGtids)
  const headers = new ContextHeaders({
    topicPrefix: server,
    flavour: 'mysql',
    taskId: 0,
    isEnabled: config.extendedHeaders,
  })
  const shapes = new ShapeFactory(config, config.connection.timeZone ?? '+00:00')
  const metadata = config.providesTransactionMetadata
    ? new TransactionMetadata(shapes.names.transactionTopic, offset.transaction)
    : null
  const rows = new RowEmitter(config, headers, progress, metadata)
  const tables = new StreamTables(config, tracker.schemas, shapes, silentLogger)
  const decoder = new StreamDecoder({ config, progress, tables, rows })
  const statements = new StatementHandler({
    config,
    tracker,
    history,
    records: new StatementRecords({ config, schemas: tracker.schemas, shapes, headers: headers.plain }),
    log: silentLogger,
    clock: systemClock,
  })
  const sink = new Sink(input.connector)
  const offsets: SourceOffset[] = []
  const counts: number[] = []
  const stored = (at: SourceOffset) => {
    offsets.push(at)
    counts.push(sink.records.length)
  }
  const events = eventsFrom(input)
  for (let isEnd = false; !isEnd; ) {
    rows.processedAt = { epochNs: systemClock.nowNs() }
    const chunk = chunkOf(events, input.chunkEvents ?? Number.MAX_SAFE_INTEGER)
    for (let isDone = false; !isDone; ) {
      const batch = new ChunkBatch(sourcePartition(server), chunk, decoder, progress)
      batch.forEach((item) => {
        sink.take(item)
      })
      if (batch.sourceOffset !== null) stored(batch.sourceOffset)
      isDone = batch.isChunkDone
      const { pending } = decoder
      if (pending !== null) {
        if (!pending.isDone) {
          progress.mark(pending.tsSec, pending.serverId)
          const position = offsetJson(progress.takeMarkedOffset()!)
          const records = await statements.handle(pending, position)
          for (const record of records) sink.take({ kind: 'record', record })
          if (records.length > 0) stored(position)
        }
        decoder.statementDone()
      }
      if (decoder.needsFill) await decoder.fill()
    }
    isEnd = chunk.isEnd
  }
  return { records: sink.records, offsets, counts, history: topic.texts.slice(input.history.length) }
}

// As the server would: by GTID what the set does not have, whole transactions; else what stands at the position and behind.
function* eventsFrom({ log, file, from, hasGtids }: StreamInput): Generator<EventView> {
  const { gtids } = from
  const known = hasGtids ? GtidSet.parse(typeof gtids === 'string' ? gtids : '') : null
  let isSent = known === null
  for (const view of readBinlogFile(log, file)) {
    if (known !== null && view.header.typeCode === EventType.GTID_LOG_EVENT) {
      const { bytes, bodyStart, bodyEnd } = view
      const { uuid, tag, gno } = decodeGtid(new ByteCursor().open(bytes, bodyStart, bodyEnd, view), view)
      isSent = !known.contains(uuid!, tag, gno)
    }
    if (known === null ? view.startPosition >= Number(from['pos']) : isSent) yield view
  }
}

function chunkOf(events: Generator<EventView>, limit: number): EventChunk & { isEnd: boolean } {
  let left = limit
  return {
    isEnd: false,
    isDrained: true,
    next() {
      if (left-- <= 0) return null
      const { done, value } = events.next()
      if (done) {
        this.isEnd = true
        return null
      }
      return value
    },
  }
}

class Sink {
  readonly records: StreamedRecord[] = []
  readonly #key: JsonConverter
  readonly #value: JsonConverter

  constructor(connector: Readonly<Record<string, string>>) {
    const converter = (role: string) =>
      new JsonConverter({
        schemasEnable: connector[`${role}.converter.schemas.enable`] !== 'false',
        decimalFormat: connector[`${role}.converter.decimal.format`] === 'NUMERIC' ? 'NUMERIC' : 'BASE64',
        replaceNullWithDefault: connector[`${role}.converter.replace.null.with.default`] !== 'false',
      })
    this.#key = converter('key')
    this.#value = converter('value')
  }

  take(item: SourceItem): void {
    if (item.kind === 'record') {
      this.records.push(this.#general(item.record))
      return
    }
    const general = this.#general(toRecord(item))
    const bytes = new GrowingBytes()
    const writer = this.#value.changeWriter(item.shape)
    writer?.writeValue?.(item, bytes)
    const text = bytes.copy().toString('utf8')
    if (writer !== null && text !== general.value) throw new Error(`fast lane differs:\n${text}\n${general.value}`)
    this.records.push(general)
  }

  #general(record: ConnectRecord): StreamedRecord {
    const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))
    return {
      topic: record.topic,
      key: text(this.#key.fromConnect(record.topic, record.keySchema, record.key)),
      value: text(this.#value.fromConnect(record.topic, record.valueSchema, record.value)),
      headers: record.headers.map(({ key }) => key),
    }
  }
}
