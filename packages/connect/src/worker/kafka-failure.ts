// Kafka's errors in the words of this package.
import type { ErrorCode } from '../base/error-codes.ts'
import { CdcError, type CdcErrorOptions } from '../base/errors.ts'

/** What ends a producer but not its task: a new one begins at the last stored offset. */
const MENDED_BY_A_NEW_PRODUCER = new Set([
  'TRANSACTION_ABORTABLE',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
])

/** A CdcError of anything that the Kafka client threw; `fallback` is the code for what the broker refused for good. */
export function kafkaFailure(thrown: unknown, fallback: ErrorCode, what: string): CdcError {
  if (CdcError.is(thrown)) return thrown
  const { code, hint, retriable } = thrown as { code?: unknown; hint?: unknown; retriable?: unknown }
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  const options: CdcErrorOptions = { cause: thrown, ...(typeof hint === 'string' && hint !== '' ? { hint } : {}) }
  const message = `${what}: ${text}`
  if (code === 'NETWORK_EXCEPTION' || code === 'CLOSED') return new CdcError('CDC_CONNECT_LOST', message, options)
  if (code === 'REQUEST_TIMED_OUT') return new CdcError('CDC_CONNECT_TIMEOUT', message, options)
  const isMended = MENDED_BY_A_NEW_PRODUCER.has(String(code))
  return new CdcError(fallback, message, { ...options, retriable: retriable === true || isMended })
}
