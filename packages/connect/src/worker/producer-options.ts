// Options of a task's producer under the names of Kafka's Java client: `producer.*` of the worker, `producer.override.*` of the connector.
import {
  type ClientSecurity,
  type Compression,
  type ProducerOptions,
  readClientSecurity,
  SECURITY_OPTIONS,
} from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import type { StoredConfig } from '../store/store.ts'
import { kafkaFailure } from './kafka-failure.ts'

/** A producer's options, read. */
export interface ClientProducerOptions {
  readonly bootstrap: string
  readonly clientId: string
  /** Null for plain connections. */
  readonly security: ClientSecurity | null
  /** Time after which a request counts as lost. */
  readonly requestTimeoutMs: number
  readonly metadataMaxAgeMs: number
  /** Longest wait for a batch to fill when the source has nothing at hand. */
  readonly lingerMs: number
  readonly producer: Omit<ProducerOptions, 'cluster'>
  /** Options given that change nothing here. */
  readonly ignored: readonly string[]
}

const WORKER_PREFIX = 'producer.'
const CONNECTOR_PREFIX = 'producer.override.'
const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const REQUEST_TIMEOUT_MS = 30_000
const METADATA_MAX_AGE_MS = 300_000

/**
 * Reads the options; the connector's win over the worker's. `transactionalId`: of a task with exactly-once support, which demands idempotence.
 * Errors: CDC_CONFIG_INVALID, in the words of the Java client, for a value that cannot be read or does not fit the others.
 */
export function producerOptions(
  settings: Readonly<Record<string, string>>,
  config: StoredConfig,
  about: { readonly connector: string; readonly task: number; readonly transactionalId?: string | undefined },
): ClientProducerOptions {
  const given = new OptionReader(settings, config)
  const isTransactional = about.transactionalId !== undefined
  const idempotence = given.flag('enable.idempotence')
  const acks = given.word('acks', ['all', '-1', '0', '1'])
  const maxUnderWay = given.number('max.in.flight.requests.per.connection', 1)
  const retries = given.number('retries', 0)
  const isIdempotent = isTransactional || isIdempotentBy({ idempotence, acks, maxUnderWay, retries })
  const requestTimeoutMs = given.number('request.timeout.ms', 0)
  const batchBytes = given.number('batch.size', 0)
  const compression = given.word('compression.type', COMPRESSIONS)
  const read = {
    batchBytes: batchBytes === undefined ? undefined : Math.max(batchBytes, 1),
    capBytes: given.number('buffer.memory', 0),
    compression,
    deliveryTimeoutMs: given.number('delivery.timeout.ms', 0),
    maxRecordBytes: given.number('max.request.size', 0),
    transactionTimeoutMs: given.number('transaction.timeout.ms', 1),
    retryBackoffMs: given.number('retry.backoff.ms', 0),
    ackTimeoutMs: requestTimeoutMs,
    retries,
    maxUnderWay: isTransactional ? Math.min(maxUnderWay ?? 5, 5) : maxUnderWay,
    // A request that nobody answers would be waited for: acks=0 asks for the leader's word too, which only makes it safer.
    acks: isTransactional || acks === undefined || acks === 'all' || acks === '-1' ? undefined : ('leader' as const),
    isIdempotent: isIdempotent ? undefined : false,
    transactionalId: about.transactionalId,
  }
  const clientId = given.text('client.id') ?? `connector-producer-${about.connector}-${about.task}`
  return {
    security: given.security(),
    bootstrap: given.text('bootstrap.servers') ?? settings['bootstrap.servers'] ?? '',
    clientId,
    // The broker may take as long as the time that it is given; its answer needs a little more.
    requestTimeoutMs: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    metadataMaxAgeMs: given.number('metadata.max.age.ms', 0) ?? METADATA_MAX_AGE_MS,
    lingerMs: given.number('linger.ms', 0) ?? 0,
    producer: withoutUndefined(read),
    ignored: given.ignored(isTransactional ? ['enable.idempotence', 'acks'] : []),
  }
}

/** Idempotence is on unless it is turned off, or another option speaks against it; both together are an error. */
function isIdempotentBy(options: {
  idempotence: boolean | undefined
  acks: string | undefined
  maxUnderWay: number | undefined
  retries: number | undefined
}): boolean {
  const { idempotence, acks, maxUnderWay, retries } = options
  if (idempotence === false) return false
  const against =
    acks === '0' || acks === '1'
      ? 'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.'
      : retries === 0
        ? 'Must set retries to non-zero when using the idempotent producer.'
        : maxUnderWay !== undefined && maxUnderWay > 5
          ? 'Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.'
          : null
  if (against === null) return true
  // As in the Java client: more requests under way than a broker remembers are an error unless idempotence is turned off by name.
  if (idempotence === true || (maxUnderWay !== undefined && maxUnderWay > 5))
    throw new CdcError('CDC_CONFIG_INVALID', against)
  return false
}

/** Reads options and remembers which were asked for. */
class OptionReader {
  readonly #given = new Map<string, { readonly name: string; readonly value: string }>()
  readonly #known = new Set<string>()

  constructor(settings: Readonly<Record<string, string>>, config: StoredConfig) {
    for (const [prefix, source] of [
      [WORKER_PREFIX, settings],
      [CONNECTOR_PREFIX, config],
    ] as const)
      for (const [name, value] of Object.entries(source))
        if (name.startsWith(prefix) && value !== null) this.#given.set(name.slice(prefix.length), { name, value })
  }

  text(option: string): string | undefined {
    this.#known.add(option)
    return this.#given.get(option)?.value.trim()
  }

  word<W extends string>(option: string, words: readonly W[]): W | undefined {
    const text = this.text(option)
    if (text === undefined) return undefined
    const word = words.find((one) => one === text)
    if (word === undefined) throw invalid(option, text, `String must be one of: ${words.join(', ')}`)
    return word
  }

  flag(option: string): boolean | undefined {
    const text = this.text(option)?.toLowerCase()
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') throw invalid(option, text, 'Expected value to be either true or false')
    return text === 'true'
  }

  number(option: string, min: number): number | undefined {
    const text = this.text(option)
    if (text === undefined) return undefined
    const number = Number(text)
    if (text === '' || !Number.isSafeInteger(number))
      throw new CdcError(
        'CDC_CONFIG_INVALID',
        `Invalid value ${text} for configuration ${option}: Not a number of type INT`,
      )
    if (number < min) throw invalid(option, text, `Value must be at least ${min}`)
    return number
  }

  /** Errors: CDC_CONFIG_INVALID with the option's name. */
  security(): ClientSecurity | null {
    for (const option of SECURITY_OPTIONS) this.#known.add(option)
    try {
      return readClientSecurity((option) => this.text(option))
    } catch (error) {
      throw kafkaFailure(error, 'CDC_CONFIG_INVALID', 'The security of the producer')
    }
  }

  /** Names as they were given, of options that nobody asked for; `more` are known, but of no effect here. */
  ignored(more: readonly string[]): string[] {
    return [...this.#given]
      .filter(([option]) => !this.#known.has(option) || more.includes(option))
      .map(([, { name }]) => name)
      .sort()
  }
}

function invalid(option: string, value: string, reason: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', `Invalid value ${value} for configuration ${option}: ${reason}`)
}

/** Options that are not given are not there, so that defaults apply. */
function withoutUndefined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
