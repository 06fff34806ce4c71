// What a source task counts in its thread, under the names that Kafka Connect's and Debezium's JMX beans have behind the usual rules of the
// JMX exporter. Per record one number grows; everything else happens per batch or when somebody asks.
import type { MetricSample } from '../base/metrics.ts'
import type { SourceItem } from '../data/change-row.ts'
import type { SourceBatch, SourceOffset } from '../source/source.ts'

/** Numbers that the record writer moves. */
export class RecordCounts {
  created = 0
  updated = 0
  deleted = 0
  /** Rows of snapshots. */
  read = 0
  /** Records that are no row changes. */
  other = 0
  written = 0
  /** Dropped by transforms. */
  dropped = 0
  /** Could not be transformed or converted. */
  failed = 0
  skipped = 0
  logged = 0
  lastErrorMs = 0

  /** Counts one item of a batch. */
  see(item: SourceItem): void {
    if (item.kind === 'record') this.other++
    else if (item.op === 'u') this.updated++
    else if (item.op === 'c') this.created++
    else if (item.op === 'r') this.read++
    else this.deleted++
  }

  /** Items seen. */
  get seen(): number {
    return this.created + this.updated + this.deleted + this.read + this.other
  }
}

/** One number of a task; the worker adds the labels that say whose it is. */
export type TaskSample = Pick<MetricSample, 'name' | 'help' | 'kind' | 'value' | 'labels'>

/** The measures of one source task. */
export class SourceMeasures {
  readonly counts = new RecordCounts()
  readonly #nowMs: () => number
  readonly #debezium: { readonly plugin: string; readonly name: string } | null
  #batches = 0
  #largestBatch = 0
  #seenBefore = 0
  #lastBatchMs = 0
  #behindMs = -1
  #position = -1
  #hasGtids = false
  #snapshotSinceMs = 0
  #snapshotMs = 0
  #snapshot: 'none' | 'running' | 'completed' = 'none'
  retries = 0
  offsetCommits = 0
  isConnected = false

  /** `config`: the connector's. Debezium's measures are given for its connectors. */
  constructor(config: Readonly<Record<string, string | null>>, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
    const plugin = /^io\.debezium\.connector\.(\w+)\./.exec(config['connector.class'] ?? '')?.[1]
    const name = config['topic.prefix']
    this.#debezium = plugin === undefined || !name ? null : { plugin, name }
  }

  /** A batch is about to be written; the one before was written whole. */
  batch({ sourceOffset }: Pick<SourceBatch, 'sourceOffset'>): void {
    const { seen } = this.counts
    this.#largestBatch = Math.max(this.#largestBatch, seen - this.#seenBefore)
    this.#seenBefore = seen
    this.#batches++
    this.#lastBatchMs = this.#nowMs()
    if (sourceOffset === null) {
      if (this.#batches === 1) this.#beginSnapshot()
    } else this.#at(sourceOffset)
  }

  #beginSnapshot(): void {
    if (this.#snapshot === 'running') return
    this.#snapshot = 'running'
    this.#snapshotSinceMs = this.#nowMs()
  }

  #at({ snapshot, pos, gtids, ts_sec: seconds }: SourceOffset): void {
    if (snapshot !== undefined && snapshot !== null && snapshot !== false) this.#beginSnapshot()
    else if (this.#snapshot === 'running') {
      this.#snapshot = 'completed'
      this.#snapshotMs = this.#nowMs() - this.#snapshotSinceMs
    }
    this.#position = typeof pos === 'number' || typeof pos === 'bigint' ? Number(pos) : this.#position
    this.#hasGtids = typeof gtids === 'string'
    if (typeof seconds === 'number' && this.#snapshot !== 'running')
      this.#behindMs = Math.max(0, this.#nowMs() - seconds * 1000)
  }

  /** Every number as it is now. */
  samples(): TaskSample[] {
    return [...this.#connect(), ...(this.#debezium === null ? [] : this.#ofDebezium(this.#debezium))]
  }

  #connect(): TaskSample[] {
    const { counts } = this
    const average = this.#batches === 0 ? 0 : counts.seen / this.#batches
    const largest = Math.max(this.#largestBatch, counts.seen - this.#seenBefore)
    return [
      counter('kafka_connect_source_task_source_record_poll_total', 'Records read by the task', counts.seen),
      counter('kafka_connect_source_task_source_record_write_total', 'Records written to topics', counts.written),
      gauge('kafka_connect_connector_task_batch_size_avg', 'Records in a batch, on average', average),
      gauge('kafka_connect_connector_task_batch_size_max', 'Records in the largest batch', largest),
      counter('kafka_connect_connector_task_offset_commit_total', 'Offsets stored', this.offsetCommits),
      counter('kafka_connect_task_error_total_record_failures', 'Records that could not be processed', counts.failed),
      counter('kafka_connect_task_error_total_record_errors', 'Errors of records', counts.failed),
      counter('kafka_connect_task_error_total_records_skipped', 'Records skipped because of errors', counts.skipped),
      counter('kafka_connect_task_error_total_errors_logged', 'Errors written to the log', counts.logged),
      counter('kafka_connect_task_error_total_retries', 'Runs after an error that may pass by itself', this.retries),
      gauge('kafka_connect_task_error_last_error_timestamp', 'Last error, epoch milliseconds', counts.lastErrorMs),
    ]
  }

  #ofDebezium(owner: Readonly<Record<string, string>>): TaskSample[] {
    const { counts } = this
    const streaming = { ...owner, context: 'streaming' }
    const snapshot = { ...owner, context: 'snapshot' }
    const flag = (name: string, help: string, value: boolean, labels: Readonly<Record<string, string>>) =>
      gauge(`debezium_metrics_${name}`, help, value ? 1 : 0, labels)
    const changes = counts.created + counts.updated + counts.deleted
    const now = this.#nowMs()
    const duration = this.#snapshot === 'running' ? now - this.#snapshotSinceMs : this.#snapshotMs
    return [
      counter('debezium_metrics_TotalNumberOfEventsSeen', SEEN, changes, streaming),
      counter('debezium_metrics_TotalNumberOfEventsSeen', SEEN, counts.read, snapshot),
      counter('debezium_metrics_TotalNumberOfCreateEventsSeen', 'Inserts seen', counts.created, streaming),
      counter('debezium_metrics_TotalNumberOfUpdateEventsSeen', 'Updates seen', counts.updated, streaming),
      counter('debezium_metrics_TotalNumberOfDeleteEventsSeen', 'Deletes seen', counts.deleted, streaming),
      gauge(
        'debezium_metrics_MilliSecondsSinceLastEvent',
        SINCE,
        this.#lastBatchMs ? now - this.#lastBatchMs : -1,
        streaming,
      ),
      gauge('debezium_metrics_MilliSecondsBehindSource', BEHIND, this.#behindMs, streaming),
      gauge('debezium_metrics_BinlogPosition', 'Position in the log', this.#position, streaming),
      flag('IsGtidModeEnabled', 'Whether positions are GTIDs', this.#hasGtids, streaming),
      flag('Connected', 'Whether the task reads from its server', this.isConnected, streaming),
      flag('SnapshotRunning', 'Whether a snapshot is being taken', this.#snapshot === 'running', snapshot),
      flag(
        'SnapshotCompleted',
        'Whether this run took a snapshot to its end',
        this.#snapshot === 'completed',
        snapshot,
      ),
      gauge(
        'debezium_metrics_SnapshotDurationInSeconds',
        'How long the snapshot took',
        Math.floor(duration / 1000),
        snapshot,
      ),
    ]
  }
}

const SEEN = 'Row changes (streaming) and rows (snapshot) seen since the task was started'
const SINCE = 'Time since the last batch came; -1 before the first'
const BEHIND = 'Age of the last change when it was read, by the seconds of the log; -1 before the first'

function counter(name: string, help: string, value: number, labels = {}): TaskSample {
  return { name, help, kind: 'counter', value, labels }
}

function gauge(name: string, help: string, value: number, labels = {}): TaskSample {
  return { name, help, kind: 'gauge', value, labels }
}
