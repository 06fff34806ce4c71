// Offsets of sink connectors for REST: committed offsets of the group `connect-<name>`, in Connect's form and with Connect's messages.
import { Admin, Cluster, type ClusterOptions, GroupAdmin, KafkaError, type TopicPartition } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import type { StoredConfig } from '../store/store.ts'
import type { OffsetEntry } from './answers.ts'
import type { SinkOffsets } from './connector-offsets.ts'
import { sinkGroup } from './consumer-options.ts'
import { patiently } from './patience.ts'

/** What it needs of its worker. */
export interface GroupSinkOffsetsOptions {
  readonly cluster: ClusterOptions
  /** The stored configuration of a connector. */
  readonly config: (connector: string) => StoredConfig
}

/** {@link SinkOffsets} over a Kafka cluster. */
export class GroupSinkOffsets implements SinkOffsets {
  readonly #options: GroupSinkOffsetsOptions

  constructor(options: GroupSinkOffsetsOptions) {
    this.#options = options
  }

  async list(connector: string): Promise<OffsetEntry[]> {
    const message = `Failed to retrieve consumer group offsets for sink connector ${connector}`
    const found = await this.#with(message, (cluster) => offsetsOf(new GroupAdmin(cluster), this.#group(connector)))
    return found.map(({ topic, partition, offset }) => ({
      partition: { kafka_partition: partition, kafka_topic: topic },
      offset: { kafka_offset: offset },
    }))
  }

  async alter(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    const wanted = new Map(
      entries.map((entry) => parsed(entry)).map((entry) => [`${entry.topic}-${entry.partition}`, entry]),
    )
    if ([...wanted.values()].some(({ offset }) => offset !== null && offset < 0))
      throw failed(`Failed to modify offsets for sink connector ${connector}`)
    const message = `Failed to alter consumer group offsets for connector ${connector}`
    await this.#with(message, async (cluster) => {
      const admin = new GroupAdmin(cluster)
      const group = this.#group(connector)
      const kept = [...wanted.values()].flatMap(({ topic, partition, offset }) =>
        offset === null ? [] : [{ topic, partition, offset }],
      )
      await checkPartitions(cluster, kept)
      if (kept.length > 0) await patiently(() => admin.commit(group, kept))
      await forget(
        admin,
        group,
        [...wanted.values()].filter(({ offset }) => offset === null),
      )
    })
  }

  async reset(connector: string): Promise<void> {
    const message = `Failed to reset consumer group offsets for connector ${connector}`
    await this.#with(message, async (cluster) => {
      const admin = new GroupAdmin(cluster)
      await patiently(() => admin.delete(this.#group(connector))).catch((error: unknown) => {
        if (KafkaError.from(error).code !== 'GROUP_ID_NOT_FOUND') throw error
      })
    })
  }

  #group(connector: string): string {
    return sinkGroup(connector, this.#options.config(connector))
  }

  async #with<T>(message: string, work: (cluster: Cluster) => Promise<T>): Promise<T> {
    const cluster = new Cluster(this.#options.cluster)
    try {
      return await work(cluster)
    } catch (cause) {
      throw failed(message, cause)
    } finally {
      await cluster.close()
    }
  }
}

async function offsetsOf(admin: GroupAdmin, group: string): Promise<(TopicPartition & { offset: number })[]> {
  try {
    return await patiently(() => admin.offsets(group))
  } catch (error) {
    if (KafkaError.from(error).code === 'GROUP_ID_NOT_FOUND') return []
    throw error
  }
}

async function forget(admin: GroupAdmin, group: string, keys: readonly TopicPartition[]): Promise<void> {
  if (keys.length === 0) return
  try {
    const answers = await patiently(() => admin.forget(group, keys))
    const bad = answers.find(({ errorCode }) => errorCode !== 0)
    if (bad) throw KafkaError.fromNumber(bad.errorCode)
  } catch (error) {
    if (!['GROUP_ID_NOT_FOUND', 'UNKNOWN_TOPIC_OR_PARTITION'].includes(KafkaError.from(error).code)) throw error
  }
}

/** A broker takes offsets of topics that it does not have; Connect's consumer does not. */
async function checkPartitions(cluster: Cluster, keys: readonly TopicPartition[]): Promise<void> {
  for (const { topic, partition } of keys) {
    const [found] = await cluster.refresh([topic])
    if (found === undefined || partition < 0 || partition >= found.leaders.length)
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${topic}-${partition}`)
    await new Admin(cluster).latestOffset(topic, partition)
  }
}

function parsed({ partition, offset }: OffsetEntry): TopicPartition & { readonly offset: number | null } {
  if (partition === null || partition === undefined)
    throw bad('The partition for a sink connector offset cannot be null or missing')
  if (!Object.hasOwn(partition, 'kafka_topic') || !Object.hasOwn(partition, 'kafka_partition'))
    throw bad("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'")
  const { kafka_topic: topic, kafka_partition: number } = partition
  if (topic === null) throw bad('Kafka topic names must be valid strings and may not be null')
  if (number === null) throw bad('Kafka partitions must be valid numbers and may not be null')
  const parsedPartition = integer(textOf(number))
  if (parsedPartition === null) throw bad(unreadable('Kafka partition', number, 'Partition'))
  const key = { topic: textOf(topic), partition: parsedPartition }
  if (offset === null || offset === undefined) return { ...key, offset: null }
  if (!Object.hasOwn(offset, 'kafka_offset'))
    throw bad("The offset for a sink connector should either be null or contain the key 'kafka_offset'")
  const value = integer(textOf(offset.kafka_offset))
  if (value === null) throw bad(unreadable('Kafka offset', offset.kafka_offset, 'Offset'))
  return { ...key, offset: value }
}

/** A JSON value as Java prints it, near enough for an error message. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : String(value as string | number | boolean | null)
}

function integer(text: string): number | null {
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null
}

function unreadable(what: string, value: unknown, word: string): string {
  const values = `${word} values for sink connectors need to be integers.`
  return `Failed to parse the following ${what} value in the provided offsets: '${textOf(value)}'. ${values}`
}

function bad(message: string): CdcError {
  return new CdcError('CDC_STATE_BAD_REQUEST', message)
}

function failed(message: string, cause?: unknown): CdcError {
  return new CdcError('CDC_STATE_BAD_REQUEST', message, { httpStatus: 500, ...(cause === undefined ? {} : { cause }) })
}
