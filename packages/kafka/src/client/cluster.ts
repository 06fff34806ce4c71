// What a client knows of a cluster: which broker leads which partition, and one connection per broker.
import { KafkaError } from '../error.ts'
import { Metadata } from '../protocol/metadata.ts'
import { Connection } from './connection.ts'
import type { LinkFactory } from './link.ts'

/** How to reach a cluster. */
export interface ClusterOptions {
  /** `host:port` of brokers to ask first. The embedded broker's link ignores it. */
  readonly bootstrap: readonly string[]
  readonly open: LinkFactory
  readonly clientId: string
  readonly requestTimeoutMs?: number
  /** Age at which what is known of topics is asked for anew in the background; 5 minutes unless given. */
  readonly metadataMaxAgeMs?: number
}

const METADATA_MAX_AGE_MS = 300_000

/** A topic as metadata describes it: leader node id per partition index. */
export interface TopicMetadata {
  readonly name: string
  readonly isInternal: boolean
  readonly leaders: readonly number[]
}

/** Splits `host:port,host:port`; IPv6 in brackets. Errors: INVALID_CONFIG naming what cannot be read. */
export function parseBootstrap(text: string): string[] {
  return text.split(',').map((part) => {
    const address = part.trim().replace(/^[A-Z_]+:\/\//, '')
    if (!/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/.test(address))
      throw new KafkaError('INVALID_CONFIG', `Invalid url in bootstrap.servers: ${part.trim()}`, {
        hint: 'Give host:port, several separated by commas.',
      })
    return address
  })
}

function hostAndPort(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}

/** Connections and metadata, shared by the clients of one owner. */
export class Cluster {
  readonly #options: ClusterOptions
  readonly #abort = new AbortController()
  readonly #connections = new Map<string, Promise<Connection>>()
  readonly #brokers = new Map<number, string>()
  readonly #topics = new Map<string, TopicMetadata>()
  /** Connections that have been opened, by address; closed ones are left in until they are replaced. */
  readonly #open = new Map<string, Connection>()
  #controller = -1
  #refreshAtMs = Number.POSITIVE_INFINITY

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** A connection to any broker. Errors: NETWORK_EXCEPTION when none answers. */
  async any(): Promise<Connection> {
    // One that is open answers at once; an address that swallows packets would cost its time limit.
    for (const connection of this.#open.values()) if (connection.isOpen) return connection
    let last: unknown
    for (const address of new Set([...this.#brokers.values(), ...this.#options.bootstrap])) {
      try {
        return await this.#connect(address)
      } catch (error) {
        last = error
      }
    }
    throw KafkaError.from(last ?? new KafkaError('NETWORK_EXCEPTION', 'no bootstrap server is given'))
  }

  /** A connection to the cluster's controller, for changes of topics. */
  async controller(): Promise<Connection> {
    if (this.#controller < 0) await this.refresh([])
    const address = this.#brokers.get(this.#controller)
    return address === undefined ? this.any() : this.#connect(address)
  }

  /** A connection to the leader of a partition. Errors: UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NETWORK_EXCEPTION. */
  async leader(topic: string, partition: number): Promise<Connection> {
    const known = this.#topics.get(topic) ?? (await this.#topic(topic))
    const leader = known.leaders[partition]
    if (leader === undefined)
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${topic} has no partition ${partition}`)
    const address = this.#brokers.get(leader)
    if (address === undefined) {
      this.#topics.delete(topic)
      throw new KafkaError('LEADER_NOT_AVAILABLE', `partition ${partition} of topic ${topic} has no leader`)
    }
    return this.#connect(address)
  }

  /** The leader's connection if leader and connection are there, else null: then {@link leader} has something to wait for. */
  openLeader(topic: string, partition: number): Connection | null {
    if (performance.now() > this.#refreshAtMs) this.#refreshKnown()
    const leader = this.#topics.get(topic)?.leaders[partition]
    const address = leader === undefined ? undefined : this.#brokers.get(leader)
    const connection = address === undefined ? undefined : this.#open.get(address)
    return connection?.isOpen === true ? connection : null
  }

  /** A connection to the broker at an address that a broker named (a group's coordinator). Errors: NETWORK_EXCEPTION. */
  at(host: string, port: number): Promise<Connection> {
    return this.#connect(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
  }

  /** The topic as known, or null. */
  known(topic: string): TopicMetadata | null {
    return this.#topics.get(topic) ?? null
  }

  /** Forgets a topic's leaders, after an answer that they moved. */
  forget(topic: string): void {
    this.#topics.delete(topic)
  }

  /**
   * Asks for metadata: null = all topics, [] = brokers only. Topics in error are left out; `allowCreation` lets the broker make missing ones.
   */
  async refresh(topics: readonly string[] | null, allowCreation = false): Promise<TopicMetadata[]> {
    const connection = await this.any()
    const answer = await connection.request(Metadata, {
      topics: topics === null ? null : topics.map((name) => ({ name })),
      allowAutoTopicCreation: allowCreation,
    })
    this.#refreshAtMs = performance.now() + (this.#options.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS)
    this.#controller = answer.controllerId
    for (const { nodeId, host, port } of answer.brokers)
      this.#brokers.set(nodeId, host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
    const found: TopicMetadata[] = []
    for (const topic of answer.topics) {
      if (topic.name === null) continue
      if (topic.errorCode !== 0) {
        this.#topics.delete(topic.name)
        continue
      }
      const leaders: number[] = []
      for (const { partitionIndex, leaderId } of topic.partitions) leaders[partitionIndex] = leaderId
      const metadata = { name: topic.name, isInternal: topic.isInternal, leaders }
      this.#topics.set(topic.name, metadata)
      found.push(metadata)
    }
    return found
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    this.#abort.abort(new KafkaError('CLOSED', 'the client was closed'))
    for (const pending of this.#connections.values())
      await pending.then(
        (connection) => connection.close(),
        () => {},
      )
    this.#connections.clear()
  }

  /** What fails is asked for again when it is needed, or after the same time. */
  #refreshKnown(): void {
    this.#refreshAtMs = Number.POSITIVE_INFINITY
    void this.refresh([...this.#topics.keys()]).catch(() => {
      this.#refreshAtMs = performance.now() + (this.#options.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS)
    })
  }

  async #topic(topic: string): Promise<TopicMetadata> {
    const [found] = await this.refresh([topic])
    if (found === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${topic} does not exist`)
    return found
  }

  async #connect(address: string): Promise<Connection> {
    const present = this.#connections.get(address)
    if (present !== undefined) {
      const connection = await present
      if (connection.isOpen) return connection
      if (this.#connections.get(address) === present) this.#connections.delete(address)
      return this.#connect(address)
    }
    const { host, port } = hostAndPort(address)
    const opening = this.#options.open(host, port, this.#abort.signal).then((link) =>
      Connection.open(link, {
        clientId: this.#options.clientId,
        ...(this.#options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: this.#options.requestTimeoutMs }),
      }),
    )
    this.#connections.set(address, opening)
    opening.then(
      (connection) => this.#open.set(address, connection),
      () => this.#connections.delete(address),
    )
    return opening
  }
}
