// SASL PLAIN (RFC 4616): the client sends name and password in one token.

import { KafkaError } from '../../error.ts'
import type { SaslExchange } from './mechanism.ts'
import type { Users } from './users.ts'

const NONE = Buffer.alloc(0)

/** One login by PLAIN. */
export class PlainExchange implements SaslExchange {
  readonly #users: Users

  constructor(users: Users) {
    this.#users = users
  }

  async step(token: Buffer): Promise<{ answer: Buffer; user: string }> {
    const parts = token.toString('utf8').split('\0')
    const [authorization = '', name = '', password = ''] = parts
    if (parts.length !== 3 || name === '' || password === '')
      throw new KafkaError('SASL_AUTHENTICATION_FAILED', 'Invalid SASL/PLAIN response: name and password are wanted')
    const isRight = await this.#users.hasPassword(name, password)
    if (!isRight)
      throw new KafkaError('SASL_AUTHENTICATION_FAILED', 'Authentication failed: Invalid username or password')
    if (authorization !== '' && authorization !== name)
      throw new KafkaError(
        'SASL_AUTHENTICATION_FAILED',
        'Authentication failed: Client requested an authorization id that is different from username',
      )
    return { answer: NONE, user: name }
  }
}
