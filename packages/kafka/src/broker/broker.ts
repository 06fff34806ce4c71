// The embedded broker: one node that leads every partition, over the logs of one data folder.

import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import type { Link } from '../client/link.ts'
import { KafkaError } from '../error.ts'
import { FileCache } from '../log/file-cache.ts'
import { FolderLock } from '../log/folder-lock.ts'
import { readSealedFile, writeSealedFile } from '../log/sealed-file.ts'
import type { BrokerCore } from './core.ts'
import { GroupCoordinator } from './group/group-coordinator.ts'
import { ClientConnection, type FlowControl } from './net/client-connection.ts'
import { type ListenAddress, TcpListener } from './net/tcp-listener.ts'
import { type BrokerOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { ProducerIds } from './producer-ids.ts'
import { FetchSessions } from './request/fetch-sessions.ts'
import { serveFrame } from './router.ts'
import { OFFSETS_TOPIC, type Topic } from './topic/topic.ts'
import { TopicRegistry } from './topic/topic-registry.ts'
import { openTransactions } from './transaction/open-transactions.ts'

const CLUSTER_FORMAT = 1
/** How a client in this process is shown where Kafka shows an address. */
const EMBEDDED_HOST = '/127.0.0.1'

/** A running broker. Made by `Broker.open`. */
export class Broker implements AsyncDisposable {
  readonly #core: BrokerCore
  readonly #lock: FolderLock
  readonly #closing: AbortController
  readonly #connections = new Set<ClientConnection>()
  #listener: TcpListener | undefined
  #closed: Promise<void> | undefined

  private constructor(core: BrokerCore, lock: FolderLock, closing: AbortController) {
    this.#core = core
    this.#lock = lock
    this.#closing = closing
  }

  /**
   * Opens the data folder and recovers what is in it. Rejects with `DATA_FOLDER_LOCKED` (another process has it), `DATA_FOLDER_UNUSABLE`
   * or `DATA_CORRUPT`. `files`: the open files of the logs (a test gives one over a faulty disk).
   */
  static async open(given: BrokerOptions, files = new FileCache()): Promise<Broker> {
    const options = resolveOptions(given)
    const lock = FolderLock.acquire(options.dataFolder)
    let topics: TopicRegistry | undefined
    try {
      const closing = new AbortController()
      setMaxListeners(0, closing.signal) // every waiting fetch listens
      const broker: { current?: Broker } = {}
      const id = await clusterId(options)
      topics = await TopicRegistry.open(options, files)
      const groups = await GroupCoordinator.open(await offsetsTopic(topics, options), topics, options)
      topics.onDelete = (topic) => {
        groups.topicDeleted(topic.name).catch((error: Error) => {
          options.log('error', `offsets of the deleted topic ${topic.name} remain: ${error.message}`)
        })
      }
      const producerIds = await ProducerIds.open(options.dataFolder)
      const core: BrokerCore = {
        options,
        clusterId: id,
        topics,
        groups,
        producerIds,
        ...(await openTransactions({ topics, groups, producerIds, options, closing: closing.signal })),
        sessions: new FetchSessions(options.limits.maxFetchSessions),
        advertised: () => (broker.current as Broker).#advertised(),
        closing: closing.signal,
      }
      broker.current = new Broker(core, lock, closing)
      core.transactions.start()
      return broker.current
    } catch (error) {
      await topics?.close().catch(() => {})
      lock.release()
      throw error
    }
  }

  get clusterId(): string {
    return this.#core.clusterId
  }

  /** Address listened on; undefined before `listen`. */
  get address(): ListenAddress | undefined {
    return this.#listener?.address
  }

  /** Connections open now, links included. */
  get connections(): number {
    return this.#connections.size
  }

  /**
   * Opens a TCP port (0: any free one); resolves to the address. Rejects with `PORT_IN_USE` (names the holder and `flag`), with
   * `LISTEN_REFUSED` for an address that other machines reach unless `allowUnauthenticated` is true.
   */
  async listen(
    host = '127.0.0.1',
    port = 9092,
    allow: { allowUnauthenticated?: boolean; flag?: string } = {},
  ): Promise<ListenAddress> {
    if (this.#closed !== undefined) throw new KafkaError('CLOSED', 'the broker is closed')
    const { maxConnections, maxFrameBytes } = this.#core.options.limits
    this.#listener = await TcpListener.open({ host, port, maxConnections, maxFrameBytes, ...allow }, (link, socket) => {
      const clientHost = `/${socket.remoteAddress ?? 'unknown'}`
      this.#connect(link, clientHost, { pause: () => socket.pause(), resume: () => socket.resume() })
    })
    return this.#listener.address
  }

  /** Takes a link from within this process as one more connection. */
  accept(link: Link): void {
    if (this.#closed !== undefined) throw new KafkaError('CLOSED', 'the broker is closed')
    this.#connect(link, EMBEDDED_HOST)
  }

  /** Stops taking requests, ends the connections, makes everything durable and gives the data folder free. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    await this.#listener?.close()
    for (const connection of [...this.#connections]) connection.close()
    try {
      this.#core.transactions.close()
      this.#core.groups.close()
      await this.#core.topics.close()
    } finally {
      this.#lock.release()
    }
  }

  #connect(link: Link, clientHost: string, flow?: FlowControl): void {
    const gone = new AbortController()
    const client = { clientHost, gone: gone.signal }
    const onClose = (): void => {
      gone.abort()
      this.#connections.delete(connection)
    }
    const serve = (frame: Buffer): Promise<readonly Uint8Array[] | undefined> => serveFrame(this.#core, frame, client)
    const connection = new ClientConnection(link, serve, this.#core.options.log, onClose, flow)
    this.#connections.add(connection)
  }

  #advertised(): ListenAddress {
    const { advertisedHost, advertisedPort } = this.#core.options
    const listening = this.#listener?.address
    return {
      host: advertisedHost ?? listening?.host ?? '127.0.0.1',
      port: advertisedPort ?? listening?.port ?? 0,
    }
  }
}

/** The topic with committed offsets; made on the first start. */
async function offsetsTopic(topics: TopicRegistry, options: ResolvedOptions): Promise<Topic> {
  const existing = topics.get(OFFSETS_TOPIC)
  if (existing !== undefined) return existing
  return topics.create(OFFSETS_TOPIC, options.offsetsPartitions, {
    'cleanup.policy': 'compact',
    'max.message.bytes': String(options.limits.maxFrameBytes),
    'segment.bytes': '16777216',
  })
}

/** The folder's cluster id; a given one must be the one that the folder has. */
async function clusterId(options: ResolvedOptions): Promise<string> {
  const path = join(options.dataFolder, 'cluster')
  const stored = (await readSealedFile(path, CLUSTER_FORMAT)) as { clusterId: string } | undefined
  const { clusterId: given } = options
  if (stored === undefined) {
    // Kafka's form: 16 random bytes in URL-safe Base64
    const id = given ?? randomBytes(16).toString('base64url')
    await writeSealedFile(path, CLUSTER_FORMAT, { clusterId: id })
    return id
  }
  if (given !== undefined && given !== stored.clusterId) {
    throw new KafkaError(
      'DATA_FOLDER_UNUSABLE',
      `the data folder belongs to cluster ${stored.clusterId}, not ${given}`,
      {
        hint: 'Use the data folder of that cluster, or start without a cluster id.',
      },
    )
  }
  return stored.clusterId
}
