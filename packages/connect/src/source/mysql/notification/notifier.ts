// Notifications: records of `notification.sink.topic.name`, lines of the log, or both.
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { NotificationConfig } from '../../../config/mysql/signal-config.ts'
import type { ConnectRecord } from '../../../data/record.ts'
import type { ConnectSchema } from '../../../data/schema.ts'
import { field, INT64, STRING, structOf } from '../../../data/schema-builder.ts'

const DATA_SCHEMA: ConnectSchema = { kind: 'map', optional: true, keys: STRING, values: STRING }
const KEY_SCHEMA = structOf([field('id', STRING)], { name: 'io.debezium.connector.common.NotificationKey', version: 1 })
const VALUE_SCHEMA = structOf(
  [
    field('id', STRING),
    field('type', STRING),
    field('aggregate_type', STRING),
    field('additional_data', DATA_SCHEMA),
    field('timestamp', INT64),
  ],
  { name: 'io.debezium.connector.common.Notification', version: 1 },
)

/** One notification. */
export interface Notification {
  /** Null: a UUID is made. */
  readonly id: string | null
  readonly aggregate: 'Initial Snapshot' | 'Incremental Snapshot'
  readonly type: string
  /** Members in their order. */
  readonly data: readonly (readonly [string, string])[]
}

/** See the file's head. */
export class Notifier {
  readonly #config: NotificationConfig
  readonly #clock: Clock
  readonly #log: Logger

  constructor(config: NotificationConfig, clock: Clock, log: Logger) {
    this.#config = config
    this.#clock = clock
    this.#log = log
  }

  /** Whether anybody listens. */
  get isOn(): boolean {
    return this.#config.topic !== null || this.#config.logs
  }

  /** Tells of it; answers the record to send, if there is a topic. */
  notify({ id: given, aggregate, type, data }: Notification): readonly ConnectRecord[] {
    const { topic, logs } = this.#config
    if (topic === null && !logs) return []
    const id = given ?? randomUUID()
    const timestamp = BigInt(this.#clock.nowMs())
    if (logs) this.#log.info({ id, aggregate, type, ...Object.fromEntries(data) }, '[Notification Service]')
    if (topic === null) return []
    return [
      {
        topic,
        topicPartition: null,
        keySchema: KEY_SCHEMA,
        key: { schema: KEY_SCHEMA, values: [id] },
        valueSchema: VALUE_SCHEMA,
        value: { schema: VALUE_SCHEMA, values: [id, type, aggregate, new Map(data), timestamp] },
        headers: [],
        timestampMs: null,
      },
    ]
  }
}
