// The one error class of this package: a code for programs, a sentence and a hint for people. No row or payload value enters a message.

/** Codes of {@link OutboxError}. */
export type OutboxErrorCode =
  | 'OUTBOX_BAD_NAME'
  | 'OUTBOX_BAD_EVENT'
  | 'OUTBOX_BAD_OPTION'
  | 'OUTBOX_REJECTED'
  | 'OUTBOX_POSITION_LOST'
  | 'OUTBOX_STREAM_ENDED'
  | 'OUTBOX_CLOSED'

/** An error of the outbox or of the inbox, with what to do about it in `hint`. */
export class OutboxError extends Error {
  readonly code: OutboxErrorCode
  readonly hint: string

  constructor(code: OutboxErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutboxError'
    this.code = code
    this.hint = hint
  }
}
