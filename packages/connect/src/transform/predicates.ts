// Kafka Connect's three predicates.
import { CdcError } from '../base/errors.ts'
import { compileJavaRegex } from '../config/java-regex.ts'
import type { ConnectRecord } from '../data/record.ts'
import type { Predicate } from './transform.ts'

type Options = Readonly<Record<string, string>>

function required(options: Options, name: string): string {
  const value = options[name]
  if (value !== undefined && value !== '') return value
  throw new CdcError('CDC_CONFIG_INVALID', `Missing required configuration "${name}" which has no default value.`)
}

/** True for records whose topic matches a Java regular expression as a whole. */
export class TopicNameMatches implements Predicate {
  readonly #pattern: RegExp

  /** Throws CDC_CONFIG_INVALID. */
  constructor(options: Options) {
    this.#pattern = compileJavaRegex(required(options, 'pattern'), { isFullMatch: true })
  }

  test(record: ConnectRecord): boolean {
    return this.testTopic(record.topic)
  }

  /** The same by topic alone: lets a chain leave whole topics on the fast lane. */
  testTopic(topic: string): boolean {
    return this.#pattern.test(topic)
  }

  close(): void {}
}

/** True for records that have a header of a name. */
export class HasHeaderKey implements Predicate {
  readonly #name: string

  /** Throws CDC_CONFIG_INVALID. */
  constructor(options: Options) {
    this.#name = required(options, 'name')
  }

  test(record: ConnectRecord): boolean {
    return record.headers.some((header) => header.key === this.#name)
  }

  close(): void {}
}

/** True for records without a value. */
export class RecordIsTombstone implements Predicate {
  test(record: ConnectRecord): boolean {
    return record.value === null
  }

  close(): void {}
}
