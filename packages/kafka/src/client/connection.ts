// One connection to a broker: requests with correlation ids over a link, answers in any order, versions agreed at the start.
import { KafkaError } from '../error.ts'
import { ApiVersions } from '../protocol/api-versions.ts'
import { readResponseHeader, writeRequestHeader } from '../protocol/header.ts'
import type { AnyApi, Api } from '../protocol/message.ts'
import { ProtocolReader } from '../protocol/reader.ts'
import { ProtocolWriter } from '../protocol/writer.ts'
import type { Link } from './link.ts'

/** Options of a connection. */
export interface ConnectionOptions {
  readonly clientId: string
  /** Time after which a request counts as lost and the connection is closed; 30 s unless given. */
  readonly requestTimeoutMs?: number
}

interface Pending {
  readonly resolve: (frame: Buffer) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

const REQUEST_TIMEOUT_MS = 30_000

/** An open connection. Every request rejects with a KafkaError; NETWORK_EXCEPTION and REQUEST_TIMED_OUT leave open whether it was carried out. */
export class Connection {
  readonly #link: Link
  readonly #clientId: string
  readonly #timeoutMs: number
  readonly #pending = new Map<number, Pending>()
  #versions = new Map<number, { min: number; max: number }>()
  #features = new Map<string, number>()
  #correlationId = 0
  #closed: Error | null = null
  /** Called once when the connection ends, however it ends. */
  onClose: () => void = () => {}

  private constructor(link: Link, options: ConnectionOptions) {
    this.#link = link
    this.#clientId = options.clientId
    this.#timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
    link.onFrame = (frame) => this.#receive(frame)
    link.onClose = (error) => this.#end(networkError(error))
  }

  /** Takes a fresh link and agrees on versions. */
  static async open(link: Link, options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(link, options)
    const about = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0.1.0' }
    let answer = await connection.#exchange(ApiVersions, 3, about)
    // an older broker answers in version 0 with this code
    if (answer.errorCode === 35) answer = await connection.#exchange(ApiVersions, 0, about)
    if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
    connection.#versions = new Map(
      answer.apiKeys.map((key) => [key.apiKey, { min: key.minVersion, max: key.maxVersion }]),
    )
    connection.#features = new Map(answer.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
    return connection
  }

  get isOpen(): boolean {
    return this.#closed === null
  }

  /** The level of a feature that the cluster has agreed on (KIP-584); 0 for one that it does not know. */
  featureLevel(name: string): number {
    return this.#features.get(name) ?? 0
  }

  /** The highest version that both sides serve. Errors: UNSUPPORTED_VERSION. */
  versionOf(api: AnyApi, atMost = api.max): number {
    const theirs = this.#versions.get(api.key)
    const version = Math.min(api.max, atMost, theirs?.max ?? -1)
    if (theirs === undefined || version < Math.max(api.min, theirs.min))
      throw new KafkaError('UNSUPPORTED_VERSION', `the broker serves no version of ${api.name} that we speak`)
    return version
  }

  /** Sends a request in the highest common version, or `atMost` that, and reads its answer. */
  async request<Q, QW, S, SW>(api: Api<Q, QW, S, SW>, body: QW, atMost?: number, timeoutMs?: number): Promise<S> {
    return this.#exchange(api, this.versionOf(api, atMost), body, timeoutMs)
  }

  /** Closes; requests under way reject. */
  close(): void {
    this.#link.close()
    this.#end(new KafkaError('NETWORK_EXCEPTION', 'the connection was closed'))
  }

  async #exchange<Q, QW, S, SW>(api: Api<Q, QW, S, SW>, version: number, body: QW, timeoutMs?: number): Promise<S> {
    if (this.#closed !== null) throw this.#closed
    const correlationId = this.#correlationId++
    const writer = new ProtocolWriter()
    writeRequestHeader(writer, api, version, correlationId, this.#clientId)
    api.request.write(writer, body, version)
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const timer = setTimeout(() => this.#lose(api, timeoutMs ?? this.#timeoutMs), timeoutMs ?? this.#timeoutMs)
    this.#pending.set(correlationId, { resolve, reject, timer })
    // a failed send ends the link, and with it this request
    this.#link.send(writer.finish()).catch((error: unknown) => this.#end(KafkaError.from(error)))
    const frame = await promise
    const reader = new ProtocolReader(frame)
    // ApiVersions comes back in version 0 whatever was asked when its version is refused
    const isFallback = api.key === ApiVersions.key && version > 0 && isVersionRefused(frame)
    readResponseHeader(reader, api, isFallback ? 0 : version)
    return api.response.read(reader, isFallback ? 0 : version)
  }

  #receive(frame: Buffer): void {
    if (frame.length < 4) {
      this.#end(new KafkaError('MALFORMED_FRAME', 'an answer without a correlation id'))
      this.#link.close()
      return
    }
    const id = frame.readInt32BE(0)
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    clearTimeout(pending.timer)
    pending.resolve(frame)
  }

  /** A request got no answer in time: later answers could belong to anything, so the connection ends. */
  #lose(api: AnyApi, timeoutMs: number): void {
    this.#end(new KafkaError('REQUEST_TIMED_OUT', `${api.name} was not answered within ${timeoutMs} ms`))
    this.#link.close()
  }

  #end(error: Error): void {
    if (this.#closed !== null) return
    this.#closed = error
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#pending.clear()
    this.onClose()
  }
}

/** Whether an ApiVersions answer is the version 0 refusal: error code 35 right behind the correlation id, and nothing that version 3 has. */
function isVersionRefused(frame: Buffer): boolean {
  return frame.length >= 6 && frame.readInt16BE(4) === 35
}

function networkError(error: Error | undefined): KafkaError {
  if (error instanceof KafkaError) return error
  return new KafkaError(
    'NETWORK_EXCEPTION',
    error?.message ?? 'the connection was closed',
    error === undefined ? {} : { cause: error },
  )
}
