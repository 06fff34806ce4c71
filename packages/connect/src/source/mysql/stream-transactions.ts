// Transaction metadata: BEGIN and END records, and the place of each change in its transaction.
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { arrayOf, field, INT64, OPTIONAL_INT64, STRING, structOf } from '../../data/schema-builder.ts'
import { structFrom } from '../../data/struct.ts'
import { javaSetOrder } from './schema/java-set.ts'
import { TRANSACTION_BLOCK_SCHEMA } from './source-info-schema.ts'

/** What is known of a transaction: its id and the number of changes sent, by `database.table`. */
export interface TransactionState {
  readonly id: string
  readonly orders: ReadonlyMap<string, number>
}

const KEY_SCHEMA = structOf([field('id', STRING)], {
  name: 'io.debezium.connector.common.TransactionMetadataKey',
  version: 1,
})

const COLLECTION_SCHEMA = structOf([field('data_collection', STRING), field('event_count', INT64)], {
  optional: true,
  name: 'event.collection',
  version: 1,
})

const VALUE_SCHEMA: ConnectSchema = structOf(
  [
    field('status', STRING),
    field('id', STRING),
    field('event_count', OPTIONAL_INT64),
    field('data_collections', arrayOf(COLLECTION_SCHEMA, { optional: true })),
    field('ts_ms', INT64),
  ],
  { name: 'io.debezium.connector.common.TransactionMetadataValue', version: 1 },
)

/** Counts the changes of one transaction after the other. */
export class TransactionMetadata {
  readonly #topic: string
  #id = ''
  #total = 0
  #orders = new Map<string, number>()

  /** `topic`: where BEGIN and END go. `restored`: the transaction of the stored offset. */
  constructor(topic: string, restored: TransactionState | null = null) {
    this.#topic = topic
    if (restored === null) return
    this.#id = restored.id
    this.#orders = new Map(restored.orders)
    for (const order of restored.orders.values()) this.#total += order
  }

  /** The running transaction; the map goes on counting with it. */
  get state(): TransactionState {
    return { id: this.#id, orders: this.#orders }
  }

  /**
   * A transaction begins: its BEGIN record. Null for the transaction that is counted already: its first part was read before a restart or
   * a broken connection, and counting goes on.
   */
  begin(id: string, tsMs: number): ConnectRecord | null {
    if (id === this.#id) return null
    this.#id = id
    this.#total = 0
    this.#orders = new Map()
    return this.#record({ status: 'BEGIN', id, ts_ms: BigInt(tsMs) })
  }

  /** The block of the transaction's next change, which is of this `database.table`. */
  next(table: string): Struct {
    const order = (this.#orders.get(table) ?? 0) + 1
    this.#orders.set(table, order)
    this.#total++
    return { schema: TRANSACTION_BLOCK_SCHEMA, values: [this.#id, BigInt(this.#total), BigInt(order)] }
  }

  /** The transaction's END record; tables in the order in which a Java map lists them. */
  end(tsMs: number): ConnectRecord {
    const collections = javaSetOrder([...this.#orders.keys()]).map((table) =>
      structFrom(COLLECTION_SCHEMA, { data_collection: table, event_count: BigInt(this.#orders.get(table)!) }),
    )
    return this.#record({
      status: 'END',
      id: this.#id,
      event_count: BigInt(this.#total),
      data_collections: collections,
      ts_ms: BigInt(tsMs),
    })
  }

  #record(value: Readonly<Record<string, unknown>>): ConnectRecord {
    return {
      topic: this.#topic,
      topicPartition: null,
      keySchema: KEY_SCHEMA,
      key: structFrom(KEY_SCHEMA, { id: this.#id }),
      valueSchema: VALUE_SCHEMA,
      value: structFrom(VALUE_SCHEMA, value),
      headers: [],
      timestampMs: null,
    }
  }
}
