// What the stores need of Kafka: one compacted topic read from its start and followed from then on. The worker implements it over the
// Kafka client, for the embedded broker and for real clusters alike; tests implement it in memory.

/** A record of a state topic. Both parts are UTF-8 text in Connect's state topics; a null value deletes the key. */
export interface StateRecord {
  readonly key: string
  readonly value: string | null
}

/** Where a record stands, and who wrote it. */
export interface RecordPlace {
  readonly offset: number
  /** Written by this process since it opened the topic. */
  readonly isOwn: boolean
}

/** Takes a record of a state topic; `place` is left out by topics that do not know it. */
export type StateListener = (record: StateRecord, place?: RecordPlace) => void

/** How a state topic is created when it is missing. It is always compacted. */
export interface StateTopicOptions {
  readonly topic: string
  /** -1 = the broker's default. */
  readonly partitions: number
  /** -1 = the broker's default. */
  readonly replicationFactor: number
}

/** An open state topic. */
export interface StateTopic extends AsyncDisposable {
  /** Number of partitions that the topic has. */
  readonly partitions: number
  /**
   * Writes records in order. Resolves when every one of them is acknowledged and has been handed to the topic's listener.
   * Rejects with a CdcError `CDC_STORE_UNAVAILABLE`; records may then be there or not.
   */
  put(...records: readonly StateRecord[]): Promise<void>
  /** Resolves when the listener has got every record up to the end as it is at the call. Missing where nobody else writes. */
  catchUp?(): Promise<void>
}

/**
 * Opens state topics. `open` creates the topic if missing, reads it whole, and resolves after the listener has got every record up to the
 * end as it was at the call; later records keep arriving. Records of one key arrive in order.
 * Rejects with `CDC_STORE_INVALID` when the topic is not compacted, `CDC_STORE_UNAVAILABLE` when it cannot be read or created.
 */
export interface StateTopics {
  open(options: StateTopicOptions, listener: StateListener): Promise<StateTopic>
}
