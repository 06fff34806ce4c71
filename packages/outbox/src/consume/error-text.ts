// Errors as short texts that hold no values: name and code, not the message (a driver's message may quote a row).
import { OutboxError } from '../outbox-error.ts'

/** `DatabaseError 23505`, `ECONNREFUSED`, or our own message (ours never quote values). */
export function codeText(error: unknown): string {
  if (error instanceof OutboxError) return error.message
  if (!(error instanceof Error)) return 'unknown error'
  const origin = innermost(error)
  const { code, apiId } = origin as { code?: unknown; apiId?: unknown }
  const detail = typeof apiId === 'string' ? apiId : typeof code === 'string' ? code : ''
  return detail === '' ? origin.name : `${origin.name} ${detail}`
}

/** The first of a group of errors, the last of a chain of causes: what really happened. */
function innermost(error: Error): Error {
  let at = error
  for (let depth = 0; depth < 8; depth++) {
    const next: unknown = at instanceof AggregateError ? at.errors[0] : at.cause
    if (!(next instanceof Error)) return at
    at = next
  }
  return at
}
