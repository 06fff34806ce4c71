// Kafka's record format of the internal topic __transaction_state: key version 0, value versions 0 and 1 (written: 1, with tagged fields).

import { KafkaError } from '../../error.ts'
import { int8, int16, int32, int64, string } from '../../protocol/field.ts'
import { ProtocolReader } from '../../protocol/reader.ts'
import { array, nullableArray, structure, structureCodec } from '../../protocol/structure.ts'
import { ProtocolWriter } from '../../protocol/writer.ts'
import { TRANSACTION_STATES, type Transaction, type TransactionState } from './transaction.ts'

const KEY_VERSION = 0
const VALUE_VERSION = 1

const VALUE = {
  producerId: int64(),
  previousProducerId: int64({ since: 1, tag: 0, or: -1 }),
  nextProducerId: int64({ since: 1, tag: 1, or: -1 }),
  producerEpoch: int16(),
  timeoutMs: int32(),
  status: int8(),
  partitions: nullableArray(structure({ topic: string(), partitionIds: array(int32()) })),
  updateMs: int64(),
  startMs: int64(),
  clientVersion: int16({ since: 1, tag: 2, or: 0 }),
}
const VALUE_CODECS = [structureCodec(VALUE, 0, false), structureCodec(VALUE, 1, true)]
const STATE_NAMES = Object.keys(TRANSACTION_STATES) as TransactionState[]

/** Key bytes of a transactional id. */
export function transactionKeyBytes(transactionalId: string): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(KEY_VERSION)
  writer.nullableString(transactionalId, false)
  return writer.toBuffer()
}

/** Value bytes of its state. */
export function transactionValueBytes(entry: Transaction): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(VALUE_VERSION)
  const partitions =
    entry.state === 'Empty'
      ? null
      : [...entry.partitions].map(([topic, numbers]) => ({ topic, partitionIds: [...numbers] }))
  VALUE_CODECS[VALUE_VERSION]!.write(writer, { ...entry, status: TRANSACTION_STATES[entry.state], partitions })
  return writer.toBuffer()
}

/** The transactional id that a key names; undefined for kinds of keys that this broker does not write. */
export function readTransactionKey(bytes: Buffer): string | undefined {
  const reader = new ProtocolReader(bytes)
  return reader.int16() === KEY_VERSION ? (reader.nullableString(false) ?? '') : undefined
}

/** The state in a value. Throws `DATA_CORRUPT` for a format or state that is not known. */
export function readTransactionValue(transactionalId: string, bytes: Buffer): Transaction {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  const codec = VALUE_CODECS[version]
  if (codec === undefined)
    throw new KafkaError('DATA_CORRUPT', `a record of __transaction_state has format ${version}, which is not known`)
  const { status, partitions, ...value } = codec.read(reader)
  const state = STATE_NAMES[status]
  if (state === undefined) throw new KafkaError('DATA_CORRUPT', `a transaction has state ${status}, which is not known`)
  return {
    ...value,
    transactionalId,
    // not stored, as in Kafka: it is only for clients that repeat their last call
    lastEpoch: -1,
    state,
    partitions: new Map((partitions ?? []).map(({ topic, partitionIds }) => [topic, new Set(partitionIds)])),
  }
}
