// Files that a broker's settings name, and the error for a setting that cannot be used.

import { readFileSync } from 'node:fs'
import { KafkaError } from '../../error.ts'

/** The error for a setting. */
export function invalid(setting: string, why: string): KafkaError {
  return new KafkaError('INVALID_CONFIG', `${setting}: ${why}`, {
    hint: 'The settings have the names of a Kafka broker; docs/reference/broker-security.md lists those that count.',
  })
}

/** Reads a file that a setting names. Throws INVALID_CONFIG. */
export function readBytes(setting: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw invalid(setting, `the file ${file} cannot be read (${code})`)
  }
}

/** The same as text. */
export function readText(setting: string, file: string): string {
  return readBytes(setting, file).toString('utf8')
}
