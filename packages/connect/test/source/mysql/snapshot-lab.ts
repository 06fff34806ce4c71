// Takes a snapshot with the connector of a recorded scenario and gives its records as texts, as the topics would hold them.
import { openTextSession, type TextSession } from '@millrace/mysql'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { type MysqlConnectorConfig, parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import { JsonConverter } from '../../../src/convert/json/json-converter.ts'
import type { ChangeRow } from '../../../src/data/change-row.ts'
import { GrowingBytes } from '../../../src/data/growing-bytes.ts'
import type { ConnectRecord } from '../../../src/data/record.ts'
import { toRecord } from '../../../src/data/to-record.ts'
import type { HistoryTopic } from '../../../src/source/mysql/history/history-topic.ts'
import { SchemaHistory } from '../../../src/source/mysql/history/schema-history.ts'
import type { BinlogOffset } from '../../../src/source/mysql/offset.ts'
import { DdlTracker } from '../../../src/source/mysql/schema/ddl-tracker.ts'
import { TableSchemas } from '../../../src/source/mysql/schema/table-schema.ts'
import { ShapeFactory } from '../../../src/source/mysql/shape.ts'
import { runSnapshot } from '../../../src/source/mysql/snapshot/snapshot.ts'
import type { SourceOffset } from '../../../src/source/source.ts'

/** A history topic in memory. */
export class MemoryHistoryTopic implements HistoryTopic {
  texts: string[] | null = null

  async exists(): Promise<boolean> {
    return this.texts !== null
  }

  async create(): Promise<void> {
    this.texts ??= []
  }

  async append(text: string): Promise<void> {
    this.texts?.push(text)
  }

  async *read(): AsyncIterable<string> {
    yield* this.texts ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** One record as a topic holds it. */
export interface TopicRecord {
  readonly topic: string
  readonly key: string | null
  readonly value: string | null
}

/** What a snapshot left. */
export interface SnapshotOutcome {
  readonly records: readonly TopicRecord[]
  readonly history: readonly string[]
  readonly offsets: readonly (SourceOffset | null)[]
  readonly final: SourceOffset
  readonly tracker: DdlTracker
}

/** Parses a scenario's connector for the server at `port`. */
export function configOf(connector: Readonly<Record<string, string>>, port: number): MysqlConnectorConfig {
  const given = Object.fromEntries(
    Object.entries(connector).map(([name, value]) => [
      name,
      name === 'database.port' ? String(port) : value.replace(/^\$\{\w+\}$/, 'x'),
    ]),
  )
  return parseMysqlConfig(given).config
}

/** The tracker of a configuration, knowing nothing yet. */
export function trackerFor(config: MysqlConnectorConfig): DdlTracker {
  return new DdlTracker({
    schemas: new TableSchemas(),
    filters: config.filters,
    storesOnlyCapturedTables: config.history.storesOnlyCapturedTables,
    storesOnlyCapturedDatabases: config.history.storesOnlyCapturedDatabases,
    skipsUnparseable: config.history.skipsUnparseableDdl,
    ddlFilter: null,
    serverVersion: '9.7.0',
    flavour: 'mysql',
    logger: silentLogger,
  })
}

/** Runs a snapshot as root against a server on loopback. */
export async function takeSnapshot(
  connector: Readonly<Record<string, string>>,
  port: number,
  options: { readonly openSession?: () => Promise<TextSession>; readonly keptOffset?: BinlogOffset } = {},
): Promise<SnapshotOutcome> {
  const openSession = options.openSession ?? (() => openTextSession({ host: '127.0.0.1', port, user: 'root' }))
  const config = configOf(connector, port)
  const topic = new MemoryHistoryTopic()
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
  await history.prepare()
  const batches = runSnapshot({
    config,
    openSession,
    tracker,
    history,
    shapes: new ShapeFactory(config, config.connection.timeZone ?? '+00:00'),
    headers: [],
    readsData: config.snapshot.mode !== 'no_data' && config.snapshot.mode !== 'recovery',
    keptOffset: options.keptOffset ?? null,
    clock: systemClock,
    logger: silentLogger,
    invalidText: null,
    signal: new AbortController().signal,
  })
  const converter = new JsonConverter({ schemasEnable: connector['value.converter.schemas.enable'] !== 'false' })
  const records: TopicRecord[] = []
  const offsets: (SourceOffset | null)[] = []
  for (;;) {
    const { done, value } = await batches.next()
    if (done) return { records, history: topic.texts ?? [], offsets, final: value, tracker }
    value.forEach((item) => {
      const record = item.kind === 'change' ? toRecord(item) : item.record
      const texts = textsOf(converter, record)
      if (item.kind === 'change') checkFastLane(converter, item, texts)
      records.push(texts)
    })
    offsets.push(value.sourceOffset)
  }
}

function textsOf(converter: JsonConverter, record: ConnectRecord): TopicRecord {
  const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))
  return {
    topic: record.topic,
    key: text(converter.fromConnect(record.topic, record.keySchema, record.key)),
    value: text(converter.fromConnect(record.topic, record.valueSchema, record.value)),
  }
}

function checkFastLane(converter: JsonConverter, row: ChangeRow, general: TopicRecord): void {
  const writer = converter.changeWriter(row.shape)
  if (writer?.writeValue === undefined) throw new Error('no fast lane')
  const sink = new GrowingBytes()
  writer.writeValue(row, sink)
  const text = sink.copy().toString('utf8')
  if (text !== general.value) throw new Error(`fast lane differs:\n${text}\n${general.value}`)
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/"(ts_(?:ms|us|ns|sec))"(\s*:\s*)-?\d+/g, '"$1"$20'],
  [/"(pos)"(\s*:\s*)\d+/g, '"$1"$20'],
  [/"(file)"(\s*:\s*)"[^"]*\.\d{6}"/g, '"$1"$2"<file>"'],
  [/"(gtids?)"(\s*:\s*)"[^"]*"/g, '"$1"$2"<gtid>"'],
]

/** A text without what differs from run to run. */
export function masked(text: string | null): string | null {
  return text === null ? null : MASKS.reduce((result, [pattern, by]) => result.replace(pattern, by), text)
}
