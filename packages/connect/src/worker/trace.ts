// The text of a failure as Connect's `trace` shows it: `<Java class>: <message>`, then the causes. No stack frames and no row values.
import { CdcError } from '../base/errors.ts'

/** The trace of a failure. First lines are what Connect's clients show; the last one gives our code and what an operator can do. */
export function traceOf(thrown: unknown): string {
  const error = CdcError.from(thrown)
  const lines = [`${error.javaClass}: ${error.message}`]
  let cause: unknown = error.cause
  let shown = error.message
  for (let depth = 0; CdcError.is(cause) && depth < 10; depth++) {
    if (cause.message !== shown) lines.push(`Caused by: ${cause.javaClass}: ${cause.message}`)
    shown = cause.message
    cause = cause.cause
  }
  return `${lines.join('\n')}\n[${error.code}] ${error.hint}\n`
}

/** The failure that ends a task when a record cannot be transformed or converted and errors are not tolerated. */
export function toleranceExceeded(cause: unknown): CdcError {
  const error = CdcError.from(cause)
  return new CdcError(error.code, 'Tolerance exceeded in error handler', {
    cause: error,
    hint: error.hint,
    retriable: false,
    javaClass: 'org.apache.kafka.connect.errors.ConnectException',
  })
}
