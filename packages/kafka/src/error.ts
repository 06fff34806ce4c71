// The error of this package. Kafka's own codes and the few that exist only on this side (a port in use, a malformed frame).

import { errorName, KAFKA_ERROR_CODES, type KafkaErrorCode } from './error-codes.ts'

/** Errors that never travel in a response: name → [retriable, what the operator can do]. */
const LOCAL_CODES = {
  MALFORMED_FRAME: [false, 'The peer does not speak the Kafka protocol, or the bytes were damaged on the way.'],
  FRAME_TOO_LARGE: [false, 'Lower the batch size of the client, or raise the frame limit of the broker.'],
  PORT_IN_USE: [false, 'Stop the program that holds the port, or choose another one.'],
  LISTEN_REFUSED: [false, 'Listen on a loopback address, or allow unauthenticated access explicitly.'],
  DATA_FOLDER_LOCKED: [false, 'Stop the other process, or give this one a data folder of its own.'],
  DATA_FOLDER_UNUSABLE: [false, 'Check that the folder exists, is writable and has space.'],
  DATA_CORRUPT: [false, 'Restore the named file from a copy; nothing behind the damage is served.'],
  NOT_SUPPORTED: [false, 'This is not built.'],
  CLOSED: [false, 'The object was closed before the call.'],
} as const satisfies Record<string, readonly [retriable: boolean, hint: string]>

/** Name of an error that exists only on this side of the wire. */
export type LocalErrorCode = keyof typeof LOCAL_CODES

const HINTS: Partial<Record<KafkaErrorCode, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'Create the topic, or allow its automatic creation.',
  OFFSET_OUT_OF_RANGE: 'The offset was deleted by retention or never written: choose a reset policy or another offset.',
  CORRUPT_MESSAGE: 'The batch was damaged on the way or on disk: its checksum does not match.',
  MESSAGE_TOO_LARGE: 'Raise max.message.bytes of the topic, or make the batch smaller.',
  NETWORK_EXCEPTION: 'Check that the broker runs and that its address is right.',
  UNSUPPORTED_VERSION: 'The other side does not serve this request or this version of it.',
  KAFKA_STORAGE_ERROR: "Check the disk under the broker's data folder: space, rights, health.",
  TOPIC_ALREADY_EXISTS: 'Use the existing topic or another name.',
  INVALID_CONFIG: 'Check name and value of the topic option.',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'Batches of an idempotent producer are missing: make a new producer.',
  PRODUCER_FENCED: 'A newer producer took over: end this one.',
}

/** Either kind of code. */
export type AnyErrorCode = KafkaErrorCode | LocalErrorCode

/**
 * An error of the Kafka side. `code`: its name; `number`: what stands in a response (a local code travels as UNKNOWN_SERVER_ERROR, -1);
 * `retriable`: whether the same request may succeed later; `hint`: what the operator can do.
 */
export class KafkaError extends Error {
  readonly code: AnyErrorCode
  readonly number: number
  readonly retriable: boolean
  readonly hint: string

  /** `message` defaults to the code; `options.hint` replaces the table's hint. Messages never hold record contents. */
  constructor(code: AnyErrorCode, message?: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message ?? code, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'KafkaError'
    this.code = code
    if (code in LOCAL_CODES) {
      const [retriable, hint] = LOCAL_CODES[code as LocalErrorCode]
      this.number = -1
      this.retriable = retriable
      this.hint = options.hint ?? hint
    } else {
      const [number, retriable] = KAFKA_ERROR_CODES[code as KafkaErrorCode]
      this.number = number
      this.retriable = retriable
      this.hint = options.hint ?? HINTS[code as KafkaErrorCode] ?? ''
    }
  }

  /** The error of a number found in a response. */
  static fromNumber(number: number, message?: string | null): KafkaError {
    return new KafkaError(errorName(number), message ?? undefined)
  }

  /** Any thrown thing as a KafkaError; what is not one becomes UNKNOWN_SERVER_ERROR with it as cause. Never throws. */
  static from(thrown: unknown): KafkaError {
    if (thrown instanceof KafkaError) return thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return new KafkaError('UNKNOWN_SERVER_ERROR', message, { cause: thrown })
  }
}
