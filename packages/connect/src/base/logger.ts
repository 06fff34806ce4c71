// The contract of a logger: the part of pino's interface that Millrace uses.

/** Writes one line: fields first (never row values), then a sentence; or the sentence alone. */
export interface LogMethod {
  (fields: object, message?: string): void
  (message: string): void
}

/** A logger; pino's loggers are one. */
export interface Logger {
  trace: LogMethod
  debug: LogMethod
  info: LogMethod
  warn: LogMethod
  error: LogMethod
  fatal: LogMethod
  child(bindings: Record<string, unknown>): Logger
  isLevelEnabled(level: string): boolean
}

/** A logger that writes nothing: the default of library calls and tests. */
export const silentLogger: Logger = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  child: () => silentLogger,
  isLevelEnabled: () => false,
}
