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
import { ClientConnection, type FlowControl, PAUSE_AT_BYTES, type Serve } from './net/client-connection.ts'
import { endSocket, isLoopback, type ListenAddress, TcpListener } from './net/tcp-listener.ts'
import { type BrokerOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { ProducerIds } from './producer-ids.ts'
import { FetchSessions } from './request/fetch-sessions.ts'
import { serveFrame } from './router.ts'
import { authenticates, type ListenerSecurity, PLAINTEXT } from './security/listener.ts'
import { SaslSession } from './security/sasl-session.ts'
import { Users } from './security/users.ts'
import { OFFSETS_TOPIC, type Topic } from './topic/topic.ts'
import { TopicRegistry } from './topic/topic-registry.ts'
import { openTransactions } from './transaction/open-transactions.ts'

const CLUSTER_FORMAT = 1
/** How a client in this process is shown where Kafka shows an address. */
const EMBEDDED_HOST = '/127.0.0.1'

/** What `listen` takes besides an address. */
export interface ListenExtras {
  readonly allowUnauthenticated?: boolean
  /** Command line flag named in the error when the port is in use. */
  readonly flag?: string
  /** What the listener asks of its clients; nothing unless given. */
  readonly security?: ListenerSecurity
  /** Where its clients are told to connect, where that is not the address listened on. */
  readonly advertised?: ListenAddress
}

/** A connection's transport, as its listener knows it. */
interface Transport {
  readonly flow: FlowControl
  readonly listener: {
    readonly security: ListenerSecurity
    readonly users: Users
    readonly advertised: () => ListenAddress
  }
  /** Allows frames as large as any client's. */
  readonly allowFrames: () => void
}

/** A running broker. Made by `Broker.open`. */
export class Broker implements AsyncDisposable {
  readonly #core: BrokerCore
  readonly #lock: FolderLock
  readonly #closing: AbortController
  readonly #connections = new Set<ClientConnection>()
  readonly #listeners: TcpListener[] = []
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
        closing: closing.signal,
      }
      core.transactions.start()
      return new Broker(core, lock, closing)
    } catch (error) {
      await topics?.close().catch(() => {})
      lock.release()
      throw error
    }
  }

  get clusterId(): string {
    return this.#core.clusterId
  }

  /** Address first listened on; undefined before `listen`. */
  get address(): ListenAddress | undefined {
    return this.#listeners[0]?.address
  }

  /** Connections open now, links included. */
  get connections(): number {
    return this.#connections.size
  }

  /**
   * Opens a TCP port (0: any free one), also besides others; resolves to the address. Rejects with `PORT_IN_USE` (names the holder and `flag`),
   * with `LISTEN_REFUSED` for an address that other machines reach unless clients must prove who they are or `allowUnauthenticated` is true.
   */
  async listen(host = '127.0.0.1', port = 9092, extras: ListenExtras = {}): Promise<ListenAddress> {
    if (this.#closed !== undefined) throw new KafkaError('CLOSED', 'the broker is closed')
    const { limits, log } = this.#core.options
    const { security = PLAINTEXT, advertised, flag, allowUnauthenticated } = extras
    const users = new Users(security.sasl?.users ?? [])
    const listener = await TcpListener.open(
      {
        host,
        port,
        maxConnections: limits.maxConnections,
        maxFrameBytes: limits.maxFrameBytes,
        isAuthenticated: authenticates(security),
        onHandshakeError: (message) => log('warn', message),
        ...(security.sasl !== undefined && { firstFrameBytes: limits.firstFrameBytes }),
        ...(security.tls !== undefined && { tls: security.tls }),
        ...(flag !== undefined && { flag }),
        ...(allowUnauthenticated !== undefined && { allowUnauthenticated }),
      },
      (link, socket) =>
        this.#connect(link, `/${socket.remoteAddress ?? 'unknown'}`, {
          flow: { pause: () => socket.pause(), resume: () => socket.resume(), end: () => endSocket(socket) },
          listener: { security, users, advertised: () => advertised ?? this.#advertised(listener.address) },
          allowFrames: () => {
            link.maxFrameBytes = limits.maxFrameBytes
          },
        }),
    )
    this.#listeners.push(listener)
    if (security.protocol === 'SASL_PLAINTEXT' && !isLoopback(host))
      log('warn', `${host}:${listener.address.port} takes passwords without TLS: others on the network can read them`)
    return listener.address
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
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    for (const connection of [...this.#connections]) connection.close()
    try {
      this.#core.transactions.close()
      this.#core.groups.close()
      await this.#core.topics.close()
    } finally {
      this.#lock.release()
    }
  }

  #connect(link: Link, clientHost: string, transport?: Transport): void {
    const gone = new AbortController()
    const advertised = transport?.listener.advertised() ?? this.#advertised()
    const client = { clientHost, gone: gone.signal, advertised }
    const onClose = (): void => {
      gone.abort()
      this.#connections.delete(connection)
    }
    let serve: Serve = (frame) => serveFrame(this.#core, frame, client)
    const { log } = this.#core.options
    const login = transport && this.#login(transport, serve, gone.signal, () => connection)
    if (login !== undefined) serve = (frame) => login.serve(frame)
    const connection = new ClientConnection(link, serve, log, onClose, transport?.flow)
    if (login !== undefined) connection.pauseAtBytes = this.#core.options.limits.firstFrameBytes
    this.#connections.add(connection)
  }

  /** What stands before a connection's requests on a listener with SASL: a login, within its time. */
  #login(
    { listener, allowFrames }: Transport,
    serve: Serve,
    gone: AbortSignal,
    connection: () => ClientConnection,
  ): SaslSession | undefined {
    const { sasl } = listener.security
    if (sasl === undefined) return undefined
    const late = new KafkaError('REQUEST_TIMED_OUT', 'the client did not prove who it is in time')
    const timer = setTimeout(() => connection().refuse(late), this.#core.options.authenticationTimeoutMs)
    gone.addEventListener('abort', () => clearTimeout(timer))
    return new SaslSession({
      mechanisms: sasl.mechanisms,
      users: listener.users,
      serve,
      onUser: () => {
        clearTimeout(timer)
        allowFrames()
        connection().pauseAtBytes = PAUSE_AT_BYTES
      },
      onRefused: (error) => connection().endAfterAnswer(error),
    })
  }

  /** Where a client is told to connect that came by the address, or by a link of this process. */
  #advertised(listening = this.#listeners[0]?.address): ListenAddress {
    const { advertisedHost, advertisedPort } = this.#core.options
    return { host: advertisedHost ?? listening?.host ?? '127.0.0.1', port: advertisedPort ?? listening?.port ?? 0 }
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
