// The one error class of the polls site: code for programs, sentence and hint for people.

/** Codes of {@link PollsError}. */
export type PollsErrorCode =
  | 'POLLS_PORT_BUSY'
  | 'POLLS_LISTEN_FAILED'
  | 'POLLS_DATABASE_UNREACHABLE'
  | 'POLLS_DATABASE_LOGIN'
  | 'POLLS_DATABASE_MISSING'
  | 'POLLS_BAD_OPTION'
  | 'POLLS_NOT_MIGRATED'
  | 'POLLS_UNSUPPORTED'

/** An error of the polls site with its remedy in `hint`. */
export class PollsError extends Error {
  readonly code: PollsErrorCode
  readonly hint: string

  constructor(code: PollsErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PollsError'
    this.code = code
    this.hint = hint
  }
}
