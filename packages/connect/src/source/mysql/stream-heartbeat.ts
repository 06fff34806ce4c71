// Heartbeat records: they carry the present offset on even while no captured table changes.
import type { Clock } from '../../base/clock.ts'
import type { ConnectRecord } from '../../data/record.ts'
import { field, INT64, STRING, structOf } from '../../data/schema-builder.ts'
import type { SourceOffset } from '../source.ts'
import { offsetJson } from './offset.ts'
import type { StreamProgress } from './stream-progress.ts'

const KEY_SCHEMA = structOf([field('serverName', STRING)], {
  name: 'io.debezium.connector.common.ServerNameKey',
  version: 1,
})
const VALUE_SCHEMA = structOf([field('ts_ms', INT64)], { name: 'io.debezium.connector.common.Heartbeat', version: 1 })

/** Decides when a heartbeat is due; asked after every chunk of events, a server's own heartbeats included. */
export class StreamHeartbeat {
  readonly #topic: string
  readonly #serverName: string
  readonly #intervalMs: number
  readonly #clock: Clock
  #lastMs: number

  /** `intervalMs` 0: never. `isDueAtOnce`: the first one follows at once, as it does behind a snapshot. */
  constructor(options: {
    readonly topic: string
    readonly serverName: string
    readonly intervalMs: number
    readonly clock: Clock
    readonly isDueAtOnce?: boolean
  }) {
    this.#topic = options.topic
    this.#serverName = options.serverName
    this.#intervalMs = options.intervalMs
    this.#clock = options.clock
    this.#lastMs = options.isDueAtOnce === true ? Number.NEGATIVE_INFINITY : options.clock.nowMs()
  }

  /** The heartbeat that is due now; null for none. */
  due(progress: StreamProgress): { readonly record: ConnectRecord; readonly offset: SourceOffset } | null {
    if (this.#intervalMs === 0) return null
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#lastMs < this.#intervalMs) return null
    this.#lastMs = nowMs
    const record: ConnectRecord = {
      topic: this.#topic,
      topicPartition: 0,
      keySchema: KEY_SCHEMA,
      key: { schema: KEY_SCHEMA, values: [this.#serverName] },
      valueSchema: VALUE_SCHEMA,
      value: { schema: VALUE_SCHEMA, values: [BigInt(nowMs)] },
      headers: [],
      timestampMs: null,
    }
    return { record, offset: offsetJson(progress.resumePoint()) }
  }
}
