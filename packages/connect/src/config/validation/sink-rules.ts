// What a sink's topics must agree with: each other, the dead letter topic and the worker's group.

import { CdcError } from '../../base/errors.ts'
import type { ConfigEntry } from '../definition.ts'
import { compileJavaRegex, splitList } from '../java-regex.ts'
import { addError } from './entries.ts'

/** Adds messages to the entries of a sink connector's framework options. */
export function checkSink(
  entries: ConfigEntry[],
  config: Readonly<Record<string, string>>,
  workerGroup: string | undefined,
): void {
  const topics = splitList(config.topics ?? '')
  const pattern = config['topics.regex']?.trim() ?? ''
  const both = (message: string) => {
    addError(entries, 'topics', message)
    addError(entries, 'topics.regex', message)
  }
  if (topics.length === 0 && pattern === '') both('Must configure one of topics or topics.regex')
  if (topics.length > 0 && pattern !== '')
    both('topics and topics.regex are mutually exclusive options, but both are set.')
  const deadLetters = config['errors.deadletterqueue.topic.name']?.trim() ?? ''
  if (deadLetters !== '' && topics.includes(deadLetters)) {
    const list = topics.join(', ')
    const message = `The DLQ topic '${deadLetters}' may not be included in the list of topics ('topics=[${list}]') consumed by the connector`
    addError(entries, 'topics', message)
  }
  if (pattern !== '') checkPattern(entries, pattern, deadLetters)
  if (workerGroup !== undefined && config.name !== undefined && workerGroup === `connect-${config.name}`) {
    const message = `Consumer group for sink connector named ${config.name} conflicts with Connect worker group ${workerGroup}`
    addError(entries, 'name', message)
  }
}

function checkPattern(entries: ConfigEntry[], pattern: string, deadLetters: string): void {
  try {
    const isConsumed = compileJavaRegex(pattern, { isFullMatch: true }).test(deadLetters)
    if (deadLetters === '' || !isConsumed) return
    const message = `The DLQ topic '${deadLetters}' may not be matched by the regex for the topics ('topics.regex=${pattern}') consumed by the connector`
    addError(entries, 'topics.regex', message)
  } catch (thrown) {
    const reason = CdcError.from(thrown).message
    addError(
      entries,
      'topics.regex',
      `Invalid value ${pattern} for configuration topics.regex: Invalid regex: ${reason}`,
    )
  }
}
