// A vitest reporter: errors that no test owns, by name. Vitest's JSON report leaves them out, so that a run could fail without a reason.
import { writeFileSync } from 'node:fs'
import type { Reporter } from 'vitest/node'

/** Environment variable with the file that takes the errors: a JSON array of texts. */
export const UNHANDLED_FILE = 'MILLRACE_UNHANDLED_FILE'

/** What vitest tells of an error, as far as it is read here. */
export interface UnhandledError {
  readonly name?: string
  readonly message?: string
  readonly stack?: string
}

/** One line of an error: its name, message and the first place in the stack. */
export function unhandledText({ name = 'Error', message = '', stack = '' }: UnhandledError): string {
  const place = stack.split('\n').find((line) => /^\s*(at |❯)/.test(line))
  return `${name}: ${message.split('\n')[0]}${place ? ` ${place.trim()}` : ''}`
}

export default class UnhandledReporter implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly UnhandledError[]): void {
    const file = process.env[UNHANDLED_FILE]
    if (file) writeFileSync(file, JSON.stringify(errors.map(unhandledText)))
  }
}
