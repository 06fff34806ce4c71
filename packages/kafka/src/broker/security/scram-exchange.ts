// SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, 7677) on the server's side, without channel binding, as Kafka offers them.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { KafkaError } from '../../error.ts'
import type { SaslExchange } from './mechanism.ts'
import { SCRAM_HASHES, type ScramCredential, type ScramMechanism, type Users } from './users.ts'

/** `n,authorization,n=name,r=nonce,extensions`; a `p` in front asks for channel binding. */
const CLIENT_FIRST = /^([ny]),(?:a=([^,]*))?,(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,[^,]+)*))$/
const CLIENT_FINAL = /^(c=([^,]+),r=([^,]+)(?:,[^,]+)*?),p=([A-Za-z0-9+/=]+)$/

interface First {
  readonly name: string
  readonly isKnown: boolean
  readonly credential: ScramCredential
  readonly nonce: string
  readonly header: string
  /** The first two messages, as both sides sign them. */
  readonly signed: string
}

/** One login by SCRAM. */
export class ScramExchange implements SaslExchange {
  readonly #users: Users
  readonly #mechanism: ScramMechanism
  #first: First | undefined

  constructor(users: Users, mechanism: ScramMechanism) {
    this.#users = users
    this.#mechanism = mechanism
  }

  step(token: Buffer): Promise<{ answer: Buffer; user?: string }> {
    const text = token.toString('utf8')
    return this.#first === undefined ? this.#begin(text) : this.#end(text, this.#first)
  }

  async #begin(text: string): Promise<{ answer: Buffer }> {
    const [, flag, authorization, bare, saslName = '', clientNonce, extensions] = CLIENT_FIRST.exec(text) ?? []
    if (flag === undefined) throw this.#failed('the first message of SCRAM cannot be read')
    if (extensions !== '') throw this.#failed('extensions of SCRAM (delegation tokens) are not supported')
    const name = saslName.replaceAll('=2C', ',').replaceAll('=3D', '=')
    if (authorization !== undefined && authorization !== '' && authorization !== saslName)
      throw this.#failed('the authorization id is different from the name')
    const { isKnown, credential } = await this.#users.scram(this.#mechanism, name)
    const nonce = `${clientNonce}${randomBytes(18).toString('base64')}`
    const answer = `r=${nonce},s=${credential.salt.toString('base64')},i=${credential.iterations}`
    const header = `${flag},${authorization === undefined ? '' : `a=${authorization}`},`
    this.#first = { name, isKnown, credential, nonce, header, signed: `${bare},${answer}` }
    return { answer: Buffer.from(answer) }
  }

  async #end(text: string, first: First): Promise<{ answer: Buffer; user: string }> {
    const [, bare, binding = '', nonce, proofText = ''] = CLIENT_FINAL.exec(text) ?? []
    // librdkafka before 2.10 puts its own nonce in front once more; Kafka takes that too, and the proof covers what was sent
    if (bare === undefined || !nonce?.endsWith(first.nonce)) throw this.#invalid()
    if (Buffer.from(binding, 'base64').toString('utf8') !== first.header) throw this.#invalid()
    const hash = SCRAM_HASHES[this.#mechanism]
    const signed = `${first.signed},${bare}`
    const { storedKey, serverKey } = first.credential
    const signature = createHmac(hash, storedKey).update(signed).digest()
    const proof = Buffer.from(proofText, 'base64')
    if (proof.length !== signature.length) throw this.#invalid()
    const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (signature[at] as number)))
    const isRight = timingSafeEqual(createHash(hash).update(clientKey).digest(), storedKey)
    if (!isRight || !first.isKnown) throw this.#invalid()
    const verifier = createHmac(hash, serverKey).update(signed).digest('base64')
    return { answer: Buffer.from(`v=${verifier}`), user: first.name }
  }

  /** The words of Kafka's broker, the same for a wrong password and a user that does not exist. */
  #invalid(): KafkaError {
    return this.#failed('due to invalid credentials')
  }

  #failed(why: string): KafkaError {
    const what = why.startsWith('due') ? why : `: ${why}`
    return new KafkaError(
      'SASL_AUTHENTICATION_FAILED',
      `Authentication failed during authentication ${what} with SASL mechanism ${this.#mechanism}`,
    )
  }
}
