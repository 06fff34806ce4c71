// What a connection may do before its client has proved who it is: ask for versions, choose a mechanism, send its tokens.

import { errorNumber, KafkaError } from '../../error.ts'
import { ApiVersions } from '../../protocol/api-versions.ts'
import { readRequestHeader, skipHeaderTags, writeResponseHeader } from '../../protocol/header.ts'
import type { Api } from '../../protocol/message.ts'
import { ProtocolReader } from '../../protocol/reader.ts'
import { SaslAuthenticate } from '../../protocol/sasl-authenticate.ts'
import { SaslHandshake } from '../../protocol/sasl-handshake.ts'
import { ProtocolWriter } from '../../protocol/writer.ts'
import type { Serve } from '../net/client-connection.ts'
import type { SaslExchange } from './mechanism.ts'
import { PlainExchange } from './plain-exchange.ts'
import { ScramExchange } from './scram-exchange.ts'
import type { ScramMechanism, Users } from './users.ts'

/** The mechanisms that are built. */
export const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
/** One of them. */
export type Mechanism = (typeof MECHANISMS)[number]

/** What a session is made from. */
export interface SaslSessionOptions {
  readonly mechanisms: readonly Mechanism[]
  readonly users: Users
  /** Answers ApiVersions, and every request once the client is known. */
  readonly serve: Serve
  /** The client has proved to be the user. */
  readonly onUser: (user: string) => void
  /** The answer under way is the connection's last. */
  readonly onRefused: (error: KafkaError) => void
}

/** One connection's login. */
export class SaslSession {
  readonly #options: SaslSessionOptions
  #exchange: SaslExchange | undefined
  /** Tokens come as bare frames, without a request around them (SaslHandshake 0). */
  #isBare = false
  #isDone = false

  constructor(options: SaslSessionOptions) {
    this.#options = options
  }

  /** Carries out one frame. Rejects with ILLEGAL_SASL_STATE for a request that is not due: the connection then ends, as Kafka does. */
  async serve(frame: Buffer): Promise<readonly Uint8Array[] | undefined> {
    if (this.#isDone) return this.#options.serve(frame)
    if (this.#isBare) return this.#bareToken(frame)
    const reader = new ProtocolReader(frame)
    const { apiKey, apiVersion, correlationId } = readRequestHeader(reader)
    switch (apiKey) {
      case ApiVersions.key:
        return this.#options.serve(frame)
      case SaslHandshake.key: {
        const { mechanism } = read(SaslHandshake, reader, apiVersion)
        return respond(SaslHandshake, apiVersion, correlationId, this.#choose(mechanism, apiVersion))
      }
      case SaslAuthenticate.key: {
        const { authBytes } = read(SaslAuthenticate, reader, apiVersion)
        return respond(SaslAuthenticate, apiVersion, correlationId, await this.#token(Buffer.from(authBytes)))
      }
      default:
        throw new KafkaError(
          'ILLEGAL_SASL_STATE',
          `request with API key ${apiKey} before the client has proved who it is`,
          { hint: 'Set security.protocol and the sasl.* settings of the client.' },
        )
    }
  }

  #choose(wanted: string, version: number): { errorCode: number; mechanisms: readonly string[] } {
    const { mechanisms, users } = this.#options
    const mechanism = mechanisms.find((one) => one === wanted)
    if (this.#exchange !== undefined || mechanism === undefined) {
      const code = mechanism === undefined ? 'UNSUPPORTED_SASL_MECHANISM' : 'ILLEGAL_SASL_STATE'
      this.#options.onRefused(new KafkaError(code, 'the client asked for a mechanism that is not offered'))
      return { errorCode: errorNumber(code), mechanisms }
    }
    this.#exchange =
      mechanism === 'PLAIN' ? new PlainExchange(users) : new ScramExchange(users, mechanism satisfies ScramMechanism)
    this.#isBare = version === 0
    return { errorCode: 0, mechanisms }
  }

  async #token(token: Buffer): Promise<{ errorCode: number; errorMessage: string | null; authBytes: Buffer }> {
    try {
      return { errorCode: 0, errorMessage: null, authBytes: await this.#step(token) }
    } catch (thrown) {
      const error = KafkaError.from(thrown)
      this.#options.onRefused(error)
      return { errorCode: error.number, errorMessage: error.message, authBytes: Buffer.alloc(0) }
    }
  }

  /** A bare token that fails has no room for an error: the connection ends. */
  async #bareToken(frame: Buffer): Promise<readonly Uint8Array[]> {
    return [await this.#step(frame)]
  }

  async #step(token: Buffer): Promise<Buffer> {
    if (this.#exchange === undefined)
      throw new KafkaError('ILLEGAL_SASL_STATE', 'SaslAuthenticate request received before SaslHandshake')
    const { answer, user } = await this.#exchange.step(token)
    if (user !== undefined) {
      this.#isDone = true
      this.#options.onUser(user)
    }
    return answer
  }
}

function read<Q, QW, S, SW>(api: Api<Q, QW, S, SW>, reader: ProtocolReader, version: number): Q {
  skipHeaderTags(reader, api, version)
  const request = api.request.read(reader, version)
  reader.finish()
  return request
}

function respond<Q, QW, S, SW>(
  api: Api<Q, QW, S, SW>,
  version: number,
  correlationId: number,
  answer: SW,
): Uint8Array[] {
  const writer = new ProtocolWriter()
  writeResponseHeader(writer, api, version, correlationId)
  api.response.write(writer, answer, version)
  return writer.finish()
}
