// The chain of transforms of one task: built from `transforms` and `predicates`, applied to records in list order.
import { CdcError } from '../base/errors.ts'
import type { ConnectRecord } from '../data/record.ts'
import type { Predicate, Transform } from './transform.ts'

type Options = Readonly<Record<string, string>>

/** Makes a transform or predicate of a class name or alias and its options (prefix removed). Throws CdcError. */
export interface StageMakers {
  transform(className: string, options: Options): Transform
  predicate(className: string, options: Options): Predicate
}

/** A predicate that can be decided by the topic alone. */
interface TopicPredicate extends Predicate {
  testTopic(topic: string): boolean
}

interface Step {
  readonly alias: string
  readonly transform: Transform
  readonly predicate: Predicate | null
  readonly isNegated: boolean
}

/** Transforms in order. An empty chain returns every record as it is. */
export class TransformChain {
  readonly #steps: readonly Step[]
  readonly #predicates: readonly Predicate[]
  readonly #touched = new Map<string, boolean>()

  constructor(steps: readonly Step[], predicates: readonly Predicate[]) {
    this.#steps = steps
    this.#predicates = predicates
  }

  /** Whether there is nothing to apply. */
  get isEmpty(): boolean {
    return this.#steps.length === 0
  }

  /**
   * Whether any transform may apply to records of a topic. False is certain: their rows need not be decoded. Remembered per topic.
   */
  touches(topic: string): boolean {
    let touched = this.#touched.get(topic)
    if (touched === undefined) {
      touched = this.#steps.some(
        ({ predicate, isNegated }) => !isTopicPredicate(predicate) || predicate.testTopic(topic) !== isNegated,
      )
      this.#touched.set(topic, touched)
    }
    return touched
  }

  /** The record after all transforms; null when one dropped it. Throws what a transform throws, as CDC_TRANSFORM_FAILED with its alias. */
  apply(record: ConnectRecord): ConnectRecord | null {
    let current = record
    for (const step of this.#steps) {
      try {
        if (step.predicate !== null && step.predicate.test(current) === step.isNegated) continue
        const next = step.transform.apply(current)
        if (next === null) return null
        current = next
      } catch (thrown) {
        throw failureOf(step.alias, thrown)
      }
    }
    return current
  }

  /** Releases what transforms and predicates hold. */
  close(): void {
    for (const { transform } of this.#steps) transform.close()
    for (const predicate of this.#predicates) predicate.close()
  }
}

function isTopicPredicate(predicate: Predicate | null): predicate is TopicPredicate {
  return predicate !== null && 'testTopic' in predicate
}

function failureOf(alias: string, thrown: unknown): CdcError {
  const error = CdcError.from(thrown, 'CDC_TRANSFORM_FAILED')
  if (error.details.transform !== undefined) return error
  return new CdcError(error.code, error.message, {
    hint: error.hint,
    retriable: error.retriable,
    javaClass: error.javaClass,
    details: { ...error.details, transform: alias },
    cause: error.cause,
  })
}

/** Builds the chain of a connector configuration. Throws CDC_CONFIG_* or CDC_UNSUPPORTED for what cannot be made. */
export function buildChain(config: Options, makers: StageMakers): TransformChain {
  const predicates = new Map<string, Predicate>()
  for (const alias of aliases(config.predicates)) {
    const { type, ...options } = optionsOf(config, `predicates.${alias}.`)
    predicates.set(alias, makers.predicate(requiredType(`predicates.${alias}.type`, type), options))
  }
  const steps = aliases(config.transforms).map((alias): Step => {
    const { type, predicate: name, negate, ...options } = optionsOf(config, `transforms.${alias}.`)
    const predicate = name === undefined ? null : predicates.get(name)
    if (predicate === undefined) {
      throw new CdcError('CDC_CONFIG_INVALID', `Transform ${alias} names the predicate ${name}, which is not defined`)
    }
    return {
      alias,
      transform: makers.transform(requiredType(`transforms.${alias}.type`, type), options),
      predicate,
      isNegated: negate?.toLowerCase() === 'true',
    }
  })
  return new TransformChain(steps, [...predicates.values()])
}

/** Aliases of a list option. */
export function aliases(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((alias) => alias.trim())
    .filter((alias) => alias !== '')
}

/** Options below a prefix, prefix removed. */
export function optionsOf(config: Options, prefix: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(config)) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = value
  }
  return found
}

function requiredType(name: string, type: string | undefined): string {
  if (type !== undefined && type !== '') return type
  throw new CdcError('CDC_CONFIG_INVALID', `Missing required configuration "${name}" which has no default value.`)
}
