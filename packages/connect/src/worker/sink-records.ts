// From the bytes of a topic to what a sink gets: converters, headers, transforms, and the error policy for records that fail in one of them.
import type { BatchRecord } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { backoffMs, sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Converter, HeaderConverter } from '../convert/converter.ts'
import type { ConnectRecord, RecordHeader } from '../data/record.ts'
import type { SinkRecord } from '../sink/sink.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Transforms } from './record-writer.ts'
import { toleranceExceeded } from './trace.ts'

/** Where in its way a record failed, in Connect's words. */
export type SinkStage = 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'HEADER_CONVERTER' | 'TRANSFORMATION' | 'TASK_PUT'

/** What the reader is made of. */
export interface SinkRecordsOptions {
  readonly keyConverter: Converter
  readonly valueConverter: Converter
  readonly headerConverter: HeaderConverter
  readonly transforms: Transforms
  /** Class of each stage, as dead letters name it. */
  readonly classNames: Readonly<Record<SinkStage, string>>
  readonly policy: ErrorPolicy
  readonly deadLetters: DeadLetters | null
  readonly signal: AbortSignal
  readonly log: Logger
}

/** The `errors.*` options of a connector. */
export interface ErrorPolicy {
  readonly isTolerant: boolean
  readonly logsErrors: boolean
  /** `errors.log.include.messages`: topic, partition and offset of the record stand in the log too. */
  readonly logsRecords: boolean
  /** `errors.retry.timeout`; 0 = no retry, -1 = for ever. */
  readonly retryTimeoutMs: number
  /** `errors.retry.delay.max.ms`. */
  readonly retryDelayMaxMs: number
}

const FIRST_RETRY_MS = 300

/** Reads the records of one task. */
export class SinkRecords {
  readonly #options: SinkRecordsOptions
  #stage: SinkStage = 'VALUE_CONVERTER'
  #skipped = 0

  constructor(options: SinkRecordsOptions) {
    this.#options = options
  }

  /** Records skipped so far because of errors. */
  get skipped(): number {
    return this.#skipped
  }

  /** Converts records of one partition, in order; filtered and tolerated ones are left out. Errors: the error policy's. */
  async read(topic: string, partition: number, records: readonly BatchRecord[]): Promise<SinkRecord[]> {
    const found: SinkRecord[] = []
    for (const raw of records) {
      try {
        const record = this.#convert(topic, partition, raw)
        if (record !== null) found.push({ record, topic, partition, offset: raw.offset, raw })
      } catch (thrown) {
        const { record, failure } = await this.#again(topic, partition, raw, thrown)
        if (record) found.push({ record, topic, partition, offset: raw.offset, raw })
        else if (failure) this.#refuse(topic, partition, raw, failure, this.#stage)
      }
    }
    return found
  }

  /** Meets the error policy for a record that the sink itself refuses. */
  report({ topic, partition, raw, offset }: SinkRecord, error: unknown): void {
    this.#refuse(topic, partition, { ...raw, offset }, error, 'TASK_PUT')
  }

  #convert(topic: string, topicPartition: number, raw: BatchRecord): ConnectRecord | null {
    const { keyConverter, valueConverter, transforms } = this.#options
    this.#stage = 'KEY_CONVERTER'
    const key = keyConverter.toConnect(topic, raw.key)
    this.#stage = 'VALUE_CONVERTER'
    const value = valueConverter.toConnect(topic, raw.value)
    this.#stage = 'HEADER_CONVERTER'
    const headers = raw.headers.length === 0 ? NO_HEADERS : this.#headers(topic, raw)
    this.#stage = 'TRANSFORMATION'
    return transforms.apply({
      topic,
      topicPartition,
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      headers,
      timestampMs: raw.timestampMs < 0 ? null : raw.timestampMs,
    })
  }

  #headers(topic: string, raw: BatchRecord): RecordHeader[] {
    const { headerConverter } = this.#options
    return raw.headers.map(({ key, value }) => {
      const converted = headerValue(headerConverter, topic, key, value)
      return { key, schema: converted.schema, value: converted.value }
    })
  }

  /** Tries again what may pass by itself, as long as the policy allows. */
  async #again(
    topic: string,
    partition: number,
    raw: BatchRecord,
    thrown: unknown,
  ): Promise<{ record: ConnectRecord | null; failure: unknown }> {
    const { policy, signal } = this.#options
    const end = policy.retryTimeoutMs < 0 ? Number.POSITIVE_INFINITY : performance.now() + policy.retryTimeoutMs
    let failure = thrown
    for (let attempt = 0; CdcError.from(failure).retriable && performance.now() < end; attempt++) {
      await sleep(Math.min(backoffMs(attempt, FIRST_RETRY_MS, policy.retryDelayMaxMs), end - performance.now()), {
        signal,
      })
      if (signal.aborted) throw new CdcError('CDC_STATE_ABORTED', 'stopped')
      try {
        return { record: this.#convert(topic, partition, raw), failure: null }
      } catch (again) {
        failure = again
      }
    }
    return { record: null, failure }
  }

  #refuse(topic: string, partition: number, raw: BatchRecord, failure: unknown, stage: SinkStage): void {
    const { policy, deadLetters, classNames, log } = this.#options
    const error = CdcError.from(failure)
    if (policy.logsErrors) {
      const place = policy.logsRecords ? { topic, partition, offset: raw.offset } : { topic }
      const message = `Error encountered in task. Executing stage '${stage}' with class '${classNames[stage]}': ${error.message}`
      log.error({ ...place, code: error.code }, message)
    }
    if (!policy.isTolerant) throw toleranceExceeded(error)
    this.#skipped++
    deadLetters?.add({ topic, partition, raw, stage, className: classNames[stage], error })
  }
}

function headerValue(converter: HeaderConverter, topic: string, key: string, bytes: Uint8Array | null) {
  if (converter.toConnectHeader) return converter.toConnectHeader(topic, key, bytes)
  // Kafka's converters of values are header converters too, and read both alike.
  const { toConnect } = converter as Partial<Converter>
  if (toConnect) return toConnect.call(converter, topic, bytes)
  throw new CdcError('CDC_UNSUPPORTED', 'This header converter cannot read headers')
}

const NO_HEADERS: readonly RecordHeader[] = []
