// Which names a topic may have: Kafka's rules and messages. They also make every name safe as a folder name.

import { KafkaError } from '../../error.ts'

const MAX_LENGTH = 249

/** Throws KafkaError `INVALID_TOPIC_EXCEPTION` for a name that Kafka refuses. */
export function checkTopicName(name: string): void {
  if (name === '') throw invalid(`the empty string is not allowed`)
  if (name === '.' || name === '..') throw invalid(`'${name}' is not allowed`)
  if (name.length > MAX_LENGTH) {
    throw invalid(`the length of '${name}' is longer than the max allowed length ${MAX_LENGTH}`)
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    throw invalid(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`)
  }
}

/** The form in which two names collide: metric names make no difference between period and underscore. */
export function collisionForm(name: string): string {
  return name.replaceAll('.', '_')
}

function invalid(reason: string): KafkaError {
  return new KafkaError('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${reason}`)
}
