// Kafka's errors in the words of this package.
import type { ErrorCode } from '../base/error-codes.ts'
import { CdcError, type CdcErrorOptions } from '../base/errors.ts'

/** A CdcError of anything that the Kafka client threw; `fallback` is the code for what the broker refused for good. */
export function kafkaFailure(thrown: unknown, fallback: ErrorCode, what: string): CdcError {
  if (CdcError.is(thrown)) return thrown
  const { code, hint, retriable } = thrown as { code?: unknown; hint?: unknown; retriable?: unknown }
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  const options: CdcErrorOptions = { cause: thrown, ...(typeof hint === 'string' && hint !== '' ? { hint } : {}) }
  const message = `${what}: ${text}`
  if (code === 'NETWORK_EXCEPTION' || code === 'CLOSED') return new CdcError('CDC_CONNECT_LOST', message, options)
  if (code === 'REQUEST_TIMED_OUT') return new CdcError('CDC_CONNECT_TIMEOUT', message, options)
  return new CdcError(fallback, message, { ...options, retriable: retriable === true })
}
