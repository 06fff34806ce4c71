// Requests about topics and options that the command line's tools need beyond `Admin`.

import { KafkaError } from '../error.ts'
import { CreatePartitions } from '../protocol/create-partitions.ts'
import { DescribeConfigs } from '../protocol/describe-configs.ts'
import { IncrementalAlterConfigs } from '../protocol/incremental-alter-configs.ts'
import { Metadata } from '../protocol/metadata.ts'
import type { Cluster } from './cluster.ts'

/** A topic with all that its metadata tells. `id`: Kafka's form, 22 characters of URL-safe Base64. */
export interface TopicDescription {
  readonly name: string
  readonly id: string
  readonly isInternal: boolean
  readonly partitions: readonly {
    readonly index: number
    readonly leader: number
    readonly replicas: readonly number[]
    readonly isr: readonly number[]
  }[]
}

/** An option as the broker describes it. `source`: Kafka's number (1 topic, 2 broker, 3 default of all brokers, 4 static, 5 default). */
export interface ConfigDescription {
  readonly name: string
  readonly value: string | null
  readonly source: number
  readonly isSensitive: boolean
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: number }[]
}

/** One change of an option. */
export interface ConfigChange {
  readonly name: string
  readonly operation: 'set' | 'delete' | 'append' | 'subtract'
  readonly value: string | null
}

/** Kafka's numbers for what has options. */
export const CONFIG_RESOURCE = { topic: 2, broker: 4, group: 32 } as const

const OPERATION = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** Describes and changes topics. Every method rejects with a KafkaError that carries the broker's code and message. */
export class TopicAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** All topics, sorted by name, partitions by index. */
  async describeTopics(): Promise<TopicDescription[]> {
    const connection = await this.#cluster.any()
    const { topics } = await connection.request(Metadata, { topics: null, allowAutoTopicCreation: false })
    return topics
      .flatMap(({ name, topicId, isInternal, partitions }) =>
        name === null ? [] : [{ name, id: shortId(topicId), isInternal, partitions: partitions.map(partitionOf) }],
      )
      .map((topic) => ({ ...topic, partitions: topic.partitions.sort((a, b) => a.index - b.index) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Gives a topic more partitions. */
  async addPartitions(name: string, count: number): Promise<void> {
    const connection = await this.#cluster.controller()
    const topics = [{ name, count, assignments: null }]
    const { results } = await connection.request(CreatePartitions, { topics, timeoutMs: 30_000, validateOnly: false })
    check(results[0])
  }

  /** Options of a topic, broker or group with their synonyms. */
  async configs(resourceType: number, resourceName: string): Promise<ConfigDescription[]> {
    const connection = await this.#cluster.any()
    const { results } = await connection.request(DescribeConfigs, {
      resources: [{ resourceType, resourceName, configurationKeys: null }],
      includeSynonyms: true,
    })
    check(results[0])
    return (results[0]?.configs ?? []).map(({ configSource: source, ...rest }) => ({ ...rest, source }))
  }

  /** Changes options of a topic, broker or group; all or none. */
  async alterConfigs(resourceType: number, resourceName: string, changes: readonly ConfigChange[]): Promise<void> {
    const connection = await this.#cluster.controller()
    const configs = changes.map(({ name, operation, value }) => {
      return { name, configOperation: OPERATION[operation], value }
    })
    const resources = [{ resourceType, resourceName, configs }]
    const { responses } = await connection.request(IncrementalAlterConfigs, { resources, validateOnly: false })
    check(responses[0])
  }
}

type MetadataPartition = { partitionIndex: number; leaderId: number; replicaNodes: number[]; isrNodes: number[] }

function partitionOf({ partitionIndex, leaderId, replicaNodes, isrNodes }: MetadataPartition) {
  return { index: partitionIndex, leader: leaderId, replicas: replicaNodes, isr: isrNodes }
}

function shortId(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url')
}

function check(result: { errorCode: number; errorMessage: string | null } | undefined): void {
  if (result === undefined) throw new KafkaError('UNKNOWN_SERVER_ERROR', 'the broker did not answer what was asked')
  if (result.errorCode !== 0) throw KafkaError.fromNumber(result.errorCode, result.errorMessage || undefined)
}
