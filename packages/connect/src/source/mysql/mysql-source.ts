// The MySQL source: decides between snapshot and stream, and joins what both need. It reads in the order in which things happen.
import { connectControl } from '@millrace/mysql'
import { type Clock, systemClock } from '../../base/clock.ts'
import { CdcError } from '../../base/errors.ts'
import { sleep } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import { regexListMatcher } from '../../config/mysql/filters.ts'
import { type FlavourName, type MysqlConnectorConfig, parseMysqlConfig } from '../../config/mysql/mysql-config.ts'
import { postProcessors, type ReselectConfig } from '../../config/mysql/post-processors.ts'
import type { Source, SourceBatch, SourceContext } from '../source.ts'
import { placeholderBytes } from './absent-value.ts'
import { HeartbeatAction } from './heartbeat-action.ts'
import { historyLinks } from './history/history-links.ts'
import type { HistoryTopic } from './history/history-topic.ts'
import { KafkaHistoryTopic } from './history/kafka-history-topic.ts'
import { SchemaHistory } from './history/schema-history.ts'
import { InvalidText } from './invalid-text.ts'
import { checkLogFormat, readServerFacts, type ServerFacts } from './log-status.ts'
import { Notifier } from './notification/notifier.ts'
import { SnapshotNotifications } from './notification/snapshot-notifications.ts'
import { type BinlogOffset, offsetJson, parseOffset, sourcePartition } from './offset.ts'
import { ReselectStage } from './reselect/reselect-stage.ts'
import { DdlTracker } from './schema/ddl-tracker.ts'
import { TableSchemas } from './schema/table-schema.ts'
import { ShapeFactory } from './shape.ts'
import { openSignals } from './signal/open-signals.ts'
import { runSnapshot } from './snapshot/snapshot.ts'
import { type SnapshotPlan, snapshotPlan } from './snapshot/snapshot-plan.ts'
import { StatementRecords } from './statement-records.ts'
import { type StreamOptions, streamBatches } from './stream.ts'
import { recordBatch } from './stream-batch.ts'
import { connectionOptions, openQuerySession } from './stream-connection.ts'
import { StreamDecoder } from './stream-decoder.ts'
import { cdcErrorOf } from './stream-errors.ts'
import { ContextHeaders } from './stream-headers.ts'
import { StreamHeartbeat } from './stream-heartbeat.ts'
import { StreamProgress } from './stream-progress.ts'
import { RowEmitter } from './stream-rows.ts'
import { checkedStart, checkResume, startsByGtid } from './stream-start.ts'
import { StatementHandler } from './stream-statements.ts'
import { StreamTables } from './stream-tables.ts'
import { TransactionMetadata } from './stream-transactions.ts'

/** What a MySQL source is made of. */
export interface MysqlSourceOptions {
  readonly config: MysqlConnectorConfig
  readonly context: SourceContext
  readonly log: Logger
  /** Where the schema history is kept; default: the Kafka topic of the configuration. */
  readonly historyTopic?: HistoryTopic
  readonly clock?: Clock
}

/**
 * Opens the source of a connector configuration. Throws CDC_CONFIG_INVALID; what the server says comes from `batches`.
 */
export function openMysqlSource(
  given: Readonly<Record<string, string | null>>,
  context: SourceContext,
  log: Logger,
  flavour: FlavourName = 'mysql',
): MysqlSource {
  const { config, warnings } = parseMysqlConfig(given, flavour)
  for (const warning of warnings) log.warn(warning)
  return new MysqlSource({ config, context, log })
}

/** See the file's head. */
export class MysqlSource implements Source {
  readonly #config: MysqlConnectorConfig
  readonly #context: SourceContext
  readonly #log: Logger
  readonly #clock: Clock
  readonly #historyTopic: HistoryTopic
  readonly #headers: ContextHeaders
  readonly #invalidText: InvalidText

  constructor(options: MysqlSourceOptions) {
    const { config, context } = options
    this.#config = config
    this.#context = context
    this.#log = options.log
    this.#clock = options.clock ?? systemClock
    this.#invalidText = new InvalidText(this.#log, this.#clock)
    this.#historyTopic = options.historyTopic ?? kafkaHistory(config, context)
    const { topicPrefix, flavour, extendedHeaders: isEnabled } = config
    this.#headers = new ContextHeaders({ topicPrefix, flavour, taskId: context.taskId, isEnabled })
  }

  batches(): AsyncGenerator<SourceBatch, void, undefined> {
    const processors = postProcessors(this.#config.options)
    const batches = this.#rawBatches()
    return processors.length === 0 ? batches : this.#reselect(processors).around(batches)
  }

  async *#rawBatches(): AsyncGenerator<SourceBatch, void, undefined> {
    const { signal } = this.#context
    try {
      const server = await this.#serverFacts()
      checkLogFormat(server)
      const { tracker, history } = this.#schemaKeeping(server)
      const stored = await this.#storedOffset()
      const plan = snapshotPlan(this.#config.snapshot, stored, (offset) => this.#isAvailable(server, offset))
      let offset = stored
      if (plan.reads === 'none') {
        await history.recover(offsetJson(stored!))
        const skipped = this.#snapshotNotifications()?.state('SKIPPED') ?? []
        if (skipped.length > 0) yield recordBatch(sourcePartition(this.#config.topicPrefix), skipped, null)
      } else offset = yield* this.#snapshot(tracker, history, plan, stored)
      if (!plan.streams) return await untilAborted(signal)
      const { streamingDelayMs } = this.#config.snapshot
      if (plan.reads !== 'none' && streamingDelayMs > 0) await sleep(streamingDelayMs, { clock: this.#clock, signal })
      const now = plan.reads === 'none' ? server : await this.#serverFacts()
      yield* streamBatches(this.#streamOptions(now, tracker, history, offset!, plan.reads !== 'none'))
    } catch (thrown) {
      if (!signal.aborted) throw cdcErrorOf(thrown)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#invalidText.close()
    await this.#historyTopic[Symbol.asyncDispose]()
  }

  #reselect(processors: readonly ReselectConfig[]): ReselectStage {
    return new ReselectStage({
      processors,
      placeholder: placeholderBytes(this.#config.values.unavailablePlaceholder),
      shapes: new ShapeFactory(this.#config, '+00:00'),
      openSession: () => openQuerySession(this.#config.connection, this.#context.signal),
      log: this.#log,
    })
  }

  async #serverFacts(): Promise<ServerFacts> {
    const { connection } = this.#config
    const control = await connectControl(connectionOptions(connection, this.#context.signal)).catch(refusedLogin)
    try {
      return await readServerFacts((sql) => control.query(sql), this.#config.flavour)
    } finally {
      await control.close()
    }
  }

  async #storedOffset(): Promise<BinlogOffset | null> {
    const stored = await this.#context.loadOffset(sourcePartition(this.#config.topicPrefix))
    return stored === null ? null : parseOffset(stored)
  }

  #schemaKeeping(server: ServerFacts): { readonly tracker: DdlTracker; readonly history: SchemaHistory } {
    const { history, filters, topicPrefix, includeSchemaComments, gtid } = this.#config
    const tracker = new DdlTracker({
      schemas: new TableSchemas({ isCaseSensitive: server.isCaseSensitive }),
      filters,
      storesOnlyCapturedTables: history.storesOnlyCapturedTables,
      storesOnlyCapturedDatabases: history.storesOnlyCapturedDatabases,
      skipsUnparseable: history.skipsUnparseableDdl,
      ddlFilter: history.ddlFilter === null ? null : regexListMatcher(history.ddlFilter, badDdlFilter, true),
      serverVersion: server.version,
      flavour: this.#config.flavour,
      logger: this.#log,
    })
    const { includes, excludes } = gtid
    const keeps = (source: string) => (includes !== null ? includes(source) : excludes?.(source) !== true)
    const hasFilter = includes !== null || excludes !== null
    const schemaHistory = new SchemaHistory({
      topic: this.#historyTopic,
      tracker,
      server: topicPrefix,
      hasComments: includeSchemaComments,
      prefersDdl: history.prefersDdl,
      gtidOrder: { flavour: this.#config.flavour, keeps: hasFilter ? keeps : null },
    })
    return { tracker, history: schemaHistory }
  }

  #isAvailable(server: ServerFacts, offset: BinlogOffset): boolean {
    try {
      checkedStart(this.#config, server, offset)
      return true
    } catch (thrown) {
      if (!CdcError.is(thrown) || thrown.code !== 'CDC_POSITION_LOST') throw thrown
      this.#log.warn({ reason: thrown.message }, 'the stored position is lost; a new snapshot is taken')
      return false
    }
  }

  async *#snapshot(
    tracker: DdlTracker,
    history: SchemaHistory,
    plan: SnapshotPlan,
    stored: BinlogOffset | null,
  ): AsyncGenerator<SourceBatch, BinlogOffset, undefined> {
    await history.prepare()
    const offset = yield* runSnapshot({
      ...this.#snapshotContext(tracker, history),
      shapes: new ShapeFactory(this.#config, this.#config.connection.timeZone ?? '+00:00'),
      readsData: plan.reads === 'data',
      keptOffset: plan.keepsOffset ? stored : null,
    })
    return parseOffset(offset)
  }

  #snapshotContext(tracker: DdlTracker, history: SchemaHistory) {
    const { signal } = this.#context
    return {
      config: this.#config,
      openSession: () => openQuerySession(this.#config.connection, signal),
      tracker,
      history,
      headers: this.#headers.plain,
      invalidText: this.#invalidText,
      notifications: this.#snapshotNotifications(),
      clock: this.#clock,
      logger: this.#log,
      signal,
    }
  }

  #snapshotNotifications(): SnapshotNotifications | null {
    const notifier = new Notifier(this.#config.notifications, this.#clock, this.#log)
    return notifier.isOn ? new SnapshotNotifications(notifier, this.#config.topicPrefix) : null
  }

  #streamOptions(
    server: ServerFacts,
    tracker: DdlTracker,
    history: SchemaHistory,
    offset: BinlogOffset,
    hasSnapshot: boolean,
  ): StreamOptions {
    const config = this.#config
    const clock = this.#clock
    const log = this.#log
    const { signal } = this.#context
    const headers = this.#headers
    const start = checkedStart(config, server, offset)
    const usesGtids = startsByGtid(config, server, offset)
    const shapes = new ShapeFactory(config, config.connection.timeZone ?? server.timeZone)
    const progress = new StreamProgress(start, server.hasGtids, config.flavour)
    const metadata = config.providesTransactionMetadata
      ? new TransactionMetadata(shapes.names.transactionTopic, offset.transaction)
      : null
    const rows = new RowEmitter(config, headers, progress, metadata, this.#invalidText)
    const tables = new StreamTables(config, tracker.schemas, shapes, log)
    const { topicPrefix, heartbeat } = config
    const records = new StatementRecords({ config, schemas: tracker.schemas, shapes, headers: headers.plain })
    return {
      config,
      signals: openSignals({
        config,
        tracker,
        history,
        records,
        progress,
        rows,
        headers: headers.plain,
        openSession: () => openQuerySession(config.connection, signal),
        openLink: this.#context.openLink,
        snapshot: this.#snapshotContext(tracker, history),
        offset,
        hasGtids: server.hasGtids,
        signal,
        clock,
        log,
      }),
      connection: connectionOptions(config.connection, signal),
      partition: sourcePartition(topicPrefix),
      usesGtids,
      checkResume: async (from) => {
        const now = await this.#serverFacts()
        checkLogFormat(now)
        checkResume(config, { before: server, now, usesGtids }, from)
      },
      progress,
      decoder: new StreamDecoder({ config, progress, tables, rows }),
      rows,
      statements: new StatementHandler({
        config,
        tracker,
        history,
        records,
        log,
        clock,
      }),
      heartbeat: new StreamHeartbeat({
        topic: shapes.names.heartbeatTopic,
        serverName: topicPrefix,
        intervalMs: heartbeat.intervalMs,
        clock,
        isDueAtOnce: hasSnapshot,
      }),
      heartbeatAction:
        heartbeat.actionQuery === null
          ? null
          : new HeartbeatAction({
              query: heartbeat.actionQuery,
              open: () => openQuerySession(config.connection, signal),
              log,
            }),
      signal,
      log,
      clock,
    }
  }
}

/** A task without a stream stays where it is until it is told to stop. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function kafkaHistory({ history, connectorName }: MysqlConnectorConfig, context: SourceContext): HistoryTopic {
  const { kafkaTopic: topic, kafkaBootstrapServers: bootstrapServers } = history
  if (topic === null || bootstrapServers === null) {
    const name =
      topic === null ? 'schema.history.internal.kafka.topic' : 'schema.history.internal.kafka.bootstrap.servers'
    throw new CdcError('CDC_CONFIG_INVALID', `The '${name}' value is invalid: A value is required`, {
      hint: `Set ${name} in the connector's configuration.`,
    })
  }
  return new KafkaHistoryTopic({
    topic,
    bootstrapServers,
    openLink: historyLinks(history, context),
    clientId: `${connectorName}-schemahistory`,
  })
}

/** A refused login shows at the first question in Debezium, whose words its users know. */
function refusedLogin(thrown: unknown): never {
  const error = cdcErrorOf(thrown)
  if (error.code !== 'CDC_AUTH_DENIED') throw error
  const message = `Error reading MySQL variables: ${error.message}`
  throw new CdcError(error.code, message, {
    javaClass: 'io.debezium.DebeziumException',
    hint: error.hint,
    cause: error,
  })
}

function badDdlFilter(reason: string): never {
  throw new CdcError('CDC_CONFIG_INVALID', `The DDL filter is invalid: ${reason}`)
}
