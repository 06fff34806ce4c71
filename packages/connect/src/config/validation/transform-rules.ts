// Rules of the options of transforms and predicates, in Kafka's words; the key is the class name.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex } from '../java-regex.ts'
import type { FieldRules, ParsedValue } from './config-def.ts'

function isRegex(value: ParsedValue): string | null {
  // Java's validator trips over a pattern that is not set.
  if (value === null) return 'Invalid regex: Cannot invoke "String.isEmpty()" because "this.pattern" is null'
  try {
    compileJavaRegex(String(value))
    return null
  } catch (thrown) {
    return `Invalid regex: ${CdcError.from(thrown).message}`
  }
}

function oneOf(...words: string[]): (value: ParsedValue) => string | null {
  return (value) => (words.includes(String(value)) ? null : `Value must be one of ${words.join(', ')}`)
}

/** Rules by class name. */
export const transformRules: Readonly<Record<string, FieldRules>> = {
  'org.apache.kafka.connect.transforms.RegexRouter': { regex: { reason: isRegex } },
  'org.apache.kafka.connect.transforms.predicates.TopicNameMatches': { pattern: { reason: isRegex } },
  'io.debezium.transforms.ExtractNewRecordState': {
    'delete.tombstone.handling.mode': {
      reason: oneOf('drop', 'tombstone', 'rewrite-with-tombstone', 'rewrite', 'delete-to-tombstone'),
    },
  },
}
