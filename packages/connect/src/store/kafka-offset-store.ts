// Source offsets in Connect's offset topic: key `["<connector>",{<source partition>}]`, value `{<source offset>}` or null.
import type { SourceOffset, SourcePartition } from '../source/source.ts'
import { parseExact, stringifyExact } from './exact-json.ts'
import type { StateRecord, StateTopic, StateTopicOptions, StateTopics } from './state-topic.ts'
import type { OffsetStore } from './store.ts'

/** Options of the {@link KafkaOffsetStore}. */
export interface KafkaOffsetStoreOptions {
  readonly topics: StateTopics
  readonly topic: StateTopicOptions
}

interface Entry {
  readonly connector: string
  readonly partition: SourcePartition
  readonly offset: SourceOffset
}

/**
 * The offset store over a compacted topic. Keys are compared by their bytes, as Connect does: the same partition with its members in
 * another order is another partition.
 */
export class KafkaOffsetStore implements OffsetStore {
  readonly #options: KafkaOffsetStoreOptions
  readonly #entries = new Map<string, Entry>()
  #topic: StateTopic | null = null

  constructor(options: KafkaOffsetStoreOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#topic = await this.#options.topics.open(this.#options.topic, (record) => this.#apply(record))
  }

  get(connector: string, partition: SourcePartition): SourceOffset | null {
    return this.#entries.get(offsetKey(connector, partition))?.offset ?? null
  }

  all(connector: string): { partition: SourcePartition; offset: SourceOffset }[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.connector === connector)
      .map(({ partition, offset }) => ({ partition, offset }))
  }

  async put(connector: string, partition: SourcePartition, offset: SourceOffset | null): Promise<void> {
    await this.putAll(connector, [{ partition, offset }])
  }

  /** Writes several offsets of one connector with one wait for the acknowledgement. */
  async putAll(
    connector: string,
    offsets: readonly { readonly partition: SourcePartition | null; readonly offset: SourceOffset | null }[],
  ): Promise<void> {
    const records = offsets.map(({ partition, offset }) => ({
      key: stringifyExact([connector, partition]),
      value: offset === null ? null : stringifyExact(offset),
    }))
    await this.#topic!.put(...records)
  }

  heard(connector: string, partition: SourcePartition, offset: SourceOffset): void {
    this.#apply({ key: offsetKey(connector, partition), value: stringifyExact(offset) })
  }

  /** Resolves when everything is known that other workers have written so far. */
  async catchUp(): Promise<void> {
    await this.#topic?.catchUp?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#topic?.[Symbol.asyncDispose]()
  }

  #apply({ key, value }: StateRecord): void {
    const parsed = parseKey(key)
    if (!parsed) return // not written by a Connect worker: nothing that a connector could ask for
    if (value === null) this.#entries.delete(key)
    else {
      const offset = parseObject(value)
      if (offset) this.#entries.set(key, { ...parsed, offset })
    }
  }
}

/** The record key of one source partition's offset. */
export function offsetKey(connector: string, partition: SourcePartition): string {
  return stringifyExact([connector, partition])
}

function parseKey(key: string): { connector: string; partition: SourcePartition } | null {
  try {
    const parsed = parseExact(key)
    if (!Array.isArray(parsed) || parsed.length !== 2 || typeof parsed[0] !== 'string') return null
    const partition: unknown = parsed[1]
    return typeof partition === 'object' && partition !== null && !Array.isArray(partition)
      ? { connector: parsed[0], partition: partition as SourcePartition }
      : null
  } catch {
    return null
  }
}

function parseObject(text: string): SourceOffset | null {
  try {
    const parsed = parseExact(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as SourceOffset) : null
  } catch {
    return null
  }
}
