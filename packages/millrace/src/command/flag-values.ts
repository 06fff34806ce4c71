// Values of command line flags, read and checked; what is wrong is told by commander with the flag's name.
import { InvalidArgumentError } from 'commander'

/** A whole number of at least 0. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted')
  return value
}

/** A whole number of at least 1. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number of at least 1 is wanted')
  return value
}

/** A TCP port; 0 asks for any free one. */
export function portNumber(text: string): number {
  const value = wholeNumber(text)
  if (value > 65_535) throw new InvalidArgumentError('a port is at most 65535')
  return value
}

/** Collects the values of a flag that may be given several times. */
export function collected(value: string, all: readonly string[]): string[] {
  return [...all, value]
}

/** An instant as epoch seconds: ISO 8601, UTC where the text names no zone. */
export function instantSeconds(text: string): number {
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text)
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text)
    ? Date.parse(hasZone || text.length === 10 ? text : `${text.replace(' ', 'T')}Z`)
    : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('a time like 2026-11-24T10:00:00Z is wanted')
  return ms / 1000
}
