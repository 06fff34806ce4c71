// Links to clusters that ask for TLS, a login, or both: the login is over before a link is handed out.
import { isIP } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { KafkaError } from '../error.ts'
import { readResponseHeader, writeRequestHeader } from '../protocol/header.ts'
import type { Api } from '../protocol/message.ts'
import { ProtocolReader } from '../protocol/reader.ts'
import { SaslAuthenticate } from '../protocol/sasl-authenticate.ts'
import { SaslHandshake } from '../protocol/sasl-handshake.ts'
import { ProtocolWriter } from '../protocol/writer.ts'
import type { ClientSasl, ClientSecurity, ClientTls } from './client-security.ts'
import type { Link, LinkFactory } from './link.ts'
import { SCRAM_MECHANISMS, scramLogin } from './scram-login.ts'
import { connectTcp, TcpLink } from './tcp-link.ts'

const SETUP_TIMEOUT_MS = 10_000
const HANDSHAKE_VERSION = 1
const AUTHENTICATE_VERSION = 1

/** Makes the link factory of a client. Errors of it: NETWORK_EXCEPTION, TLS_FAILED, SASL_AUTHENTICATION_FAILED, UNSUPPORTED_SASL_MECHANISM. */
export function secureLinks({ tls, sasl }: ClientSecurity, clientId: string): LinkFactory {
  return async (host, port, signal) => {
    const link = tls === null ? await connectTcp(host, port, signal) : await connectByTls(tls, host, port, signal)
    if (sasl === null) return link
    try {
      await new Login(link, clientId).run(sasl)
      return link
    } catch (error) {
      link.close()
      throw error
    }
  }
}

async function connectByTls(tls: ClientTls, host: string, port: number, signal: AbortSignal): Promise<Link> {
  signal.throwIfAborted()
  const { checksHost, ...material } = tls
  const name = isIP(host) === 0 ? { servername: host } : {}
  const trust = checksHost ? {} : { checkServerIdentity: () => undefined }
  let socket: TLSSocket
  try {
    socket = connectTls({ host, port, ...name, ...trust, ...material })
  } catch (error) {
    throw tlsFailed(host, port, error)
  }
  const abort = () => socket.destroy(new Error('the client was closed'))
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${SETUP_TIMEOUT_MS} ms`)), SETUP_TIMEOUT_MS)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    })
  } catch (error) {
    socket.destroy()
    if (signal.aborted) throw signal.reason
    const { code, message } = error as NodeJS.ErrnoException
    // A broker that is down is worth another try; a certificate that is not trusted stays so.
    if (/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE)/.test(code ?? '') || /^no answer within/.test(message))
      throw new KafkaError('NETWORK_EXCEPTION', `cannot connect to ${host}:${port}: ${message}`, { cause: error })
    throw tlsFailed(host, port, error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
  socket.removeAllListeners('error')
  return new TcpLink(socket)
}

function tlsFailed(host: string, port: number, error: unknown): KafkaError {
  return new KafkaError('TLS_FAILED', `TLS with ${host}:${port} failed: ${(error as Error).message}`, { cause: error })
}

/** The exchange that comes before all other requests. */
class Login {
  readonly #link: Link
  readonly #clientId: string
  #correlationId = 0
  #waiting: PromiseWithResolvers<Buffer> | null = null

  constructor(link: Link, clientId: string) {
    this.#link = link
    this.#clientId = clientId
    link.onFrame = (frame) => this.#waiting?.resolve(frame)
    link.onClose = (error) =>
      this.#waiting?.reject(
        new KafkaError('NETWORK_EXCEPTION', error?.message ?? 'the connection was closed during the login'),
      )
  }

  async run(sasl: ClientSasl): Promise<void> {
    const { mechanism } = sasl
    const { errorCode, mechanisms } = await this.#ask(SaslHandshake, HANDSHAKE_VERSION, { mechanism })
    if (errorCode !== 0) {
      const { code } = KafkaError.fromNumber(errorCode)
      const message = `${this.#link.peer} does not offer the mechanism ${mechanism}, but ${mechanisms.join(', ')}`
      throw new KafkaError(code, message, { hint: 'Choose one of them as sasl.mechanism.' })
    }
    const hash = SCRAM_MECHANISMS[mechanism]
    if (hash !== undefined) await scramLogin(hash, sasl, (message) => this.#authenticate(message))
    else await this.#authenticate(Buffer.from(`\0${sasl.username}\0${sasl.password}`))
    this.#link.onFrame = () => {}
    this.#link.onClose = () => {}
  }

  async #authenticate(authBytes: Buffer): Promise<Buffer> {
    const answer = await this.#ask(SaslAuthenticate, AUTHENTICATE_VERSION, { authBytes })
    if (answer.errorCode !== 0) {
      const { code } = KafkaError.fromNumber(answer.errorCode)
      const hint = 'Check user name and password in sasl.jaas.config, and that the mechanism is the one of the account.'
      throw new KafkaError(code, answer.errorMessage ?? undefined, { hint })
    }
    return Buffer.from(answer.authBytes)
  }

  async #ask<Q, QW, S, SW>(api: Api<Q, QW, S, SW>, version: number, body: QW): Promise<S> {
    const writer = new ProtocolWriter()
    writeRequestHeader(writer, api, version, this.#correlationId++, this.#clientId)
    api.request.write(writer, body, version)
    const waiting = Promise.withResolvers<Buffer>()
    this.#waiting = waiting
    waiting.promise.catch(() => {}) // a send that fails is told first
    const timer = setTimeout(
      () =>
        waiting.reject(
          new KafkaError('REQUEST_TIMED_OUT', `${api.name} was not answered within ${SETUP_TIMEOUT_MS} ms`),
        ),
      SETUP_TIMEOUT_MS,
    )
    try {
      await Promise.race([this.#link.send(writer.finish()), waiting.promise])
      const reader = new ProtocolReader(await waiting.promise)
      readResponseHeader(reader, api, version)
      return api.response.read(reader, version)
    } finally {
      clearTimeout(timer)
    }
  }
}
