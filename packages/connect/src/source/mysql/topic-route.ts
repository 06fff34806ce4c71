// Naming by regular expression: several tables in one topic, told apart by a field of their keys.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex, expandReplacement } from '../../config/java-regex.ts'
import type { TopicConfig } from '../../config/mysql/topic-config.ts'

/** A field that every key gets: its name, and the table's text. */
export interface KeyField {
  readonly name: string
  readonly value: string
}

/** `DefaultRegexTopicNamingStrategy`. */
export class TopicRoute {
  readonly #replace: (topic: string) => string
  readonly #keyText: (topic: string) => string
  readonly #keyField: string | null

  /** Throws CDC_CONFIG_INVALID for an expression that is missing or malformed. */
  constructor(topics: TopicConfig) {
    const { regex, replacement, keyFieldRegex, keyFieldReplacement } = topics
    this.#replace = replacer('topic.regex', regex, replacement)
    this.#keyText =
      keyFieldRegex === null ? (topic) => topic : replacer('topic.key.field.regex', keyFieldRegex, keyFieldReplacement)
    this.#keyField = topics.keyEnforcesUniqueness ? topics.keyFieldName : null
  }

  /** The topic in place of a default one; where the expression does not match all of it, or leaves nothing, the default one. */
  topic(topic: string): string {
    const routed = this.#replace(topic)
    return routed === '' ? topic : routed
  }

  /** The field that keys of a table with this default topic get; null when keys are left alone. */
  keyField(topic: string): KeyField | null {
    return this.#keyField === null ? null : { name: this.#keyField, value: this.#keyText(topic) }
  }
}

function replacer(option: string, regex: string | null, replacement: string | null): (text: string) => string {
  if (regex === null || replacement === null) {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `The '${option}' value is invalid: A value and its replacement are required`,
    )
  }
  const whole = compileJavaRegex(regex, { isFullMatch: true })
  return (text) => {
    const match = whole.exec(text)
    return match === null ? text : expandReplacement(replacement, match)
  }
}
