// Requests that another worker has to answer: the leader, or the owner of a task.
import { createHmac } from 'node:crypto'
import { CdcError } from '../../base/errors.ts'
import type { StoredConfig } from '../../store/store.ts'

/** This worker cannot carry the request out; another one can. */
export class ForwardNeeded extends Error {
  /** Base address of the worker that can, with a slash at its end. */
  readonly url: string

  constructor(url: string) {
    super('the request belongs to another worker')
    this.url = url
  }
}

/** Node's names of the hash functions that Java calls by these names. */
export const SIGNATURE_HASHES: Readonly<Record<string, string>> = {
  HmacSHA1: 'sha1',
  HmacSHA224: 'sha224',
  HmacSHA256: 'sha256',
  HmacSHA384: 'sha384',
  HmacSHA512: 'sha512',
}

const TIMEOUT_MS = 30_000

/** The key that signs requests between workers. */
export interface SigningKey {
  readonly key: Buffer
  readonly algorithm: string
}

/**
 * Sends task configurations to the leader, signed as Connect's workers sign them.
 * Errors: CDC_STATE_CONFLICT when it does not take them.
 */
export async function sendTaskConfigs(
  leaderUrl: string,
  connector: string,
  configs: readonly StoredConfig[],
  session: SigningKey,
): Promise<void> {
  const body = JSON.stringify(configs)
  const signature = createHmac(SIGNATURE_HASHES[session.algorithm] ?? 'sha256', session.key)
    .update(body)
    .digest('base64')
  const response = await fetch(new URL(`connectors/${encodeURIComponent(connector)}/tasks`, leaderUrl), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-connect-authorization': signature,
      'x-connect-request-signature-algorithm': session.algorithm,
    },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.text()
  if (response.ok) return
  const message = `The leader of the workers answered ${response.status} to the task configurations of ${connector}`
  throw new CdcError('CDC_STATE_CONFLICT', message)
}
