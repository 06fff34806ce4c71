// The one error class of the questions application.

/** Codes of {@link QuestionsError}. */
export type QuestionsErrorCode =
  | 'QUESTIONS_PORT_BUSY'
  | 'QUESTIONS_LISTEN_FAILED'
  | 'QUESTIONS_DATABASE_UNREACHABLE'
  | 'QUESTIONS_DATABASE_LOGIN'
  | 'QUESTIONS_DATABASE_MISSING'

/** An error with its remedy in `hint`. */
export class QuestionsError extends Error {
  readonly code: QuestionsErrorCode
  readonly hint: string

  constructor(code: QuestionsErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'QuestionsError'
    this.code = code
    this.hint = hint
  }
}
