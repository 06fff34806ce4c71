// Applies the goldens' masks to a record of ours. The expressions are written for Python's `re`; what differs in JavaScript is translated.
import type { GoldenBytes, GoldenRecord, Masks } from './scenario.ts'

type Rule = readonly [RegExp, string]

// The masks know clocks of the weeks in which the goldens were recorded (to 11 December 2026). Runs go on after that: to August 2028.
const RECORDED_CLOCK = '179[5-6]'
const CLOCK = '(?:179[5-9]|18[0-4]\\d)'

/** Python's replacement text (`\1`, `\g<2>`) as JavaScript's (`$1`). */
export function replacementOf(python: string): string {
  return python
    .replace(/\$/g, '$$$$')
    .replace(/\\g<(\d+)>/g, '$$$1')
    .replace(/\\(\d)/g, '$$$1')
}

/** The compiled masks of one scenario. */
export class Masker {
  readonly #text: readonly Rule[]
  readonly #notifications: readonly Rule[]
  readonly #headers: Readonly<Record<string, string>>
  readonly #isSignalScenario: boolean

  constructor(masks: Masks, scenarioName: string) {
    const compile = (rules: readonly (readonly [string, string])[]) =>
      rules.map(
        ([expression, replacement]): Rule => [
          new RegExp(expression.replaceAll(RECORDED_CLOCK, CLOCK), 'g'),
          replacementOf(replacement),
        ],
      )
    this.#text = compile(masks.text)
    this.#notifications = compile(masks.notifications)
    this.#headers = masks.headers
    this.#isSignalScenario = /signal|incremental/.test(scenarioName)
  }

  /** The record with its texts masked. `isNotification`: it stands on the notification topic. */
  mask(record: GoldenRecord, isNotification: boolean): GoldenRecord {
    const rules = isNotification || this.#isSignalScenario ? [...this.#text, ...this.#notifications] : this.#text
    const text = (bytes: GoldenBytes): GoldenBytes => ('text' in bytes ? { text: apply(bytes.text, rules) } : bytes)
    return {
      topic: record.topic,
      partition: record.partition,
      key: text(record.key),
      value: text(record.value),
      headers: record.headers.map(([name, bytes]) => [name, this.#header(name, bytes, text)]),
      ...(record.timestamp === undefined ? {} : { timestamp: record.timestamp }),
    }
  }

  #header(name: string, bytes: GoldenBytes, text: (bytes: GoldenBytes) => GoldenBytes): GoldenBytes {
    const whole = this.#headers[name]
    return whole !== undefined && 'text' in bytes ? { text: whole } : text(bytes)
  }
}

// Members of the source block under the names that flattening gives them, which masks.json does not know.
const FLATTENED: readonly Rule[] = [
  [/"(\w+[._](?:pos|thread))":\d+/g, '"$1":0'],
  [/"(\w+[._]file)":"[^"]*\.\d{6}"/g, '"$1":"<file>"'],
  [/"(\w+[._]gtid)":"[^"]*"/g, '"$1":"<gtid>"'],
]

/** The record with what masks.json hides hidden under flattened names too; for both sides. */
export function maskFlattened(record: GoldenRecord): GoldenRecord {
  const { value } = record
  return 'text' in value ? { ...record, value: { text: apply(value.text, FLATTENED) } } : record
}

function apply(text: string, rules: readonly Rule[]): string {
  let out = text
  for (const [expression, replacement] of rules) out = out.replace(expression, replacement)
  return out
}
