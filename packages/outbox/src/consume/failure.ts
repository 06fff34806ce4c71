// What to do about an error: wait and try again for as long as it takes, or give the message up after some attempts.

import type { OnFailure } from './apply-batch.ts'
import { codeText } from './error-text.ts'

// PostgreSQL classes whose errors pass by themselves: connection, rolled back transactions, resources, operator, system, login
const PASSING_CLASSES = new Set(['08', '40', '53', '55', '57', '58', '28'])
const PASSING_CODES = /^(E[A-Z]+|UND_ERR_.+)$/

/** True for errors of the surroundings (server away, deadlock, disk full), which say nothing about the message. */
export function isPassing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return error instanceof Error && /connection|terminat|timeout/i.test(error.message)
  return /^[0-9A-Z]{5}$/.test(code) ? PASSING_CLASSES.has(code.slice(0, 2)) : PASSING_CODES.test(code)
}

/** Counts the attempts of the message in hand and gives it up when there were enough. */
export function attemptCounter(maxAttempts: number): OnFailure {
  let offset = -1n
  let attempts = 0
  return (message, error) => {
    if (isPassing(error)) return null
    if (message.offset !== offset) {
      offset = message.offset
      attempts = 0
    }
    attempts++
    return attempts < maxAttempts ? null : `the handler failed ${attempts} times: ${codeText(error)}`
  }
}
