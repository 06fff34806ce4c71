// Requests of administrators: topics, their options and offsets.
import { KafkaError } from '../error.ts'
import { CreateTopics } from '../protocol/create-topics.ts'
import { DeleteTopics } from '../protocol/delete-topics.ts'
import { DescribeConfigs, RESOURCE_TOPIC } from '../protocol/describe-configs.ts'
import { LIST_EARLIEST, LIST_LATEST, ListOffsets } from '../protocol/list-offsets.ts'
import { Metadata } from '../protocol/metadata.ts'
import type { Cluster, TopicMetadata } from './cluster.ts'

const READ_COMMITTED = 1

/** A topic to create. Partitions and replication factor -1 ask for the broker's default. */
export interface NewTopic {
  readonly name: string
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}

/** Creates, lists and deletes topics. Every method rejects with a KafkaError that carries the broker's code and message. */
export class Admin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** The cluster's id; empty when the broker has none. */
  async clusterId(): Promise<string> {
    const connection = await this.#cluster.any()
    return (await connection.request(Metadata, { topics: [], allowAutoTopicCreation: false })).clusterId ?? ''
  }

  /** All topics, sorted by name. */
  async topics(): Promise<TopicMetadata[]> {
    const found = await this.#cluster.refresh(null)
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Creates a topic; false when it exists already. */
  async createTopic(topic: NewTopic): Promise<boolean> {
    const connection = await this.#cluster.controller()
    const answer = await connection.request(CreateTopics, {
      topics: [
        {
          name: topic.name,
          numPartitions: topic.partitions ?? -1,
          replicationFactor: topic.replicationFactor ?? -1,
          configs: Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value })),
        },
      ],
    })
    const result = answer.topics[0]
    if (result === undefined) throw new KafkaError('UNKNOWN_SERVER_ERROR', `no answer for topic ${topic.name}`)
    if (result.errorCode === 0) return true
    const error = KafkaError.fromNumber(result.errorCode, result.errorMessage)
    if (error.code === 'TOPIC_ALREADY_EXISTS') return false
    throw error
  }

  /** Deletes a topic; false when there is none. */
  async deleteTopic(name: string): Promise<boolean> {
    const connection = await this.#cluster.controller()
    const answer = await connection.request(DeleteTopics, { topics: [{ name }], topicNames: [name], timeoutMs: 30_000 })
    const result = answer.responses[0]
    this.#cluster.forget(name)
    if (result === undefined || result.errorCode === 0) return true
    const error = KafkaError.fromNumber(result.errorCode, result.errorMessage)
    if (error.code === 'UNKNOWN_TOPIC_OR_PARTITION') return false
    throw error
  }

  /** Options of a topic, null values left out. */
  async topicConfigs(name: string): Promise<Map<string, string>> {
    const connection = await this.#cluster.any()
    const answer = await connection.request(DescribeConfigs, {
      resources: [{ resourceType: RESOURCE_TOPIC, resourceName: name, configurationKeys: null }],
    })
    const result = answer.results[0]
    if (result === undefined || result.errorCode !== 0)
      throw KafkaError.fromNumber(result?.errorCode ?? -1, result?.errorMessage)
    return new Map(
      result.configs.flatMap((config) => (config.value === null ? [] : [[config.name, config.value] as const])),
    )
  }

  /** First offset that is still there. */
  async earliestOffset(topic: string, partition: number): Promise<number> {
    return this.offsetAt(topic, partition, LIST_EARLIEST)
  }

  /** High watermark: the offset that the next record gets. */
  async latestOffset(topic: string, partition: number): Promise<number> {
    return this.offsetAt(topic, partition, LIST_LATEST)
  }

  /** Where committed records end: the high watermark, or the start of the first open transaction before it. */
  async stableOffset(topic: string, partition: number): Promise<number> {
    return this.offsetAt(topic, partition, LIST_LATEST, READ_COMMITTED)
  }

  /** First offset whose timestamp is at least `timestampMs` (or a special time of ListOffsets); -1 when there is none. */
  async offsetAt(topic: string, partition: number, timestampMs: number, isolationLevel = 0): Promise<number> {
    const connection = await this.#cluster.leader(topic, partition)
    const answer = await connection.request(ListOffsets, {
      isolationLevel,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: timestampMs }] }],
    })
    const result = answer.topics[0]?.partitions[0]
    if (result === undefined) throw new KafkaError('UNKNOWN_SERVER_ERROR', `no answer for ${topic}-${partition}`)
    if (result.errorCode !== 0) {
      this.#cluster.forget(topic)
      throw KafkaError.fromNumber(result.errorCode)
    }
    return result.offset
  }
}
