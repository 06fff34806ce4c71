// GTID_LOG_EVENT, ANONYMOUS_GTID_LOG_EVENT and GTID_TAGGED_LOG_EVENT: the start of a MySQL transaction.
import { uuidText } from '../gtid/uuid.ts'
import type { ByteCursor } from './byte-cursor.ts'
import { EventType } from './event-types.ts'
import type { EventView } from './event-view.ts'

/** The start of one transaction. */
export interface GtidEvent {
  /** Source id of the transaction; null for an anonymous one. */
  readonly uuid: string | null
  /** Tag behind the source id; empty for none. */
  readonly tag: string
  /** Transaction number; 0n for an anonymous one. */
  readonly gno: bigint
  /**
   * The transaction may hold statements, not only row events: flag MAY_HAVE_SBR, which servers before 5.7.19 always set. Without it no ROLLBACK
   * follows rows.
   */
  readonly mayHaveStatements: boolean
  readonly lastCommitted: bigint
  readonly sequenceNumber: bigint
  /** Commit time on the server we read from, epoch microseconds; null before MySQL 8.0.1. */
  readonly immediateCommitUs: bigint | null
  /** Commit time on the server where the transaction began, epoch microseconds. */
  readonly originalCommitUs: bigint | null
  /** Length of the whole transaction in the log; null before MySQL 8.0.2. */
  readonly transactionBytes: bigint | null
}

/** Whose commit time says that the original's follows. */
const HAS_ORIGINAL_TIMESTAMP = 1n << 55n
const LOGICAL_TIMESTAMPS = 2
const MAY_HAVE_SBR = 1

/** Decodes either form. */
export function decodeGtid(cursor: ByteCursor, view: EventView): GtidEvent {
  if (view.header.typeCode === EventType.GTID_TAGGED_LOG_EVENT) return decodeTagged(cursor)
  return decodePlain(cursor, view.header.typeCode === EventType.ANONYMOUS_GTID_LOG_EVENT)
}

/**
 * Shape: flags (1) | uuid (16) | gno (8) | 2 | last committed (8) | sequence number (8) | commit time (7) [| original time (7)] |
 * transaction length (lenenc) | server version (4) …; servers before 8.0 end earlier.
 */
function decodePlain(cursor: ByteCursor, isAnonymous: boolean): GtidEvent {
  const mayHaveStatements = (cursor.u8() & MAY_HAVE_SBR) !== 0
  const at = cursor.take(16)
  const uuid = isAnonymous ? null : uuidText(cursor.bytes, at)
  const gno = cursor.u64()
  let lastCommitted = 0n
  let sequenceNumber = 0n
  let immediateCommitUs: bigint | null = null
  let originalCommitUs: bigint | null = null
  let transactionBytes: bigint | null = null
  if (cursor.remaining > 0 && cursor.u8() === LOGICAL_TIMESTAMPS) {
    lastCommitted = cursor.u64()
    sequenceNumber = cursor.u64()
    if (cursor.remaining > 0) {
      immediateCommitUs = cursor.u56()
      originalCommitUs = immediateCommitUs
      if ((immediateCommitUs & HAS_ORIGINAL_TIMESTAMP) !== 0n) {
        immediateCommitUs &= ~HAS_ORIGINAL_TIMESTAMP
        originalCommitUs = cursor.u56()
      }
    }
    if (cursor.remaining > 0) transactionBytes = BigInt(cursor.lenenc())
  }
  return {
    uuid,
    tag: '',
    gno,
    mayHaveStatements,
    lastCommitted,
    sequenceNumber,
    immediateCommitUs,
    originalCommitUs,
    transactionBytes,
  }
}

// Field ids of the serialised form.
const FIELD_UUID = 1
const FIELD_GNO = 2
const FIELD_TAG = 3
const FIELD_LAST_COMMITTED = 4
const FIELD_SEQUENCE_NUMBER = 5
const FIELD_IMMEDIATE_COMMIT = 6
const FIELD_ORIGINAL_COMMIT = 7
const FIELD_TRANSACTION_LENGTH = 8
const FIELD_IMMEDIATE_VERSION = 9
const FIELD_ORIGINAL_VERSION = 10
const FIELD_TICKET = 11
const FIELD_FLAGS = 0

/**
 * Shape, in the server's serialisation format: version | length of the message | last field that must be known | fields of id | value, ids
 * rising; integers are packed (see `packedUnsigned`), the uuid is 16 of them.
 */
function decodeTagged(cursor: ByteCursor): GtidEvent {
  packedUnsigned(cursor)
  packedUnsigned(cursor)
  packedUnsigned(cursor)
  const uuid = Buffer.alloc(16)
  let tag = ''
  let mayHaveStatements = false
  let gno = 0n
  let lastCommitted = 0n
  let sequenceNumber = 0n
  let immediateCommitUs: bigint | null = null
  let originalCommitUs: bigint | null = null
  let transactionBytes: bigint | null = null
  while (cursor.remaining > 0) {
    const field = Number(packedUnsigned(cursor))
    if (field === FIELD_FLAGS) mayHaveStatements = (packedUnsigned(cursor) & BigInt(MAY_HAVE_SBR)) !== 0n
    else if (field === FIELD_UUID) for (let i = 0; i < 16; i++) uuid[i] = Number(packedUnsigned(cursor) & 0xffn)
    else if (field === FIELD_GNO) gno = packedSigned(cursor)
    else if (field === FIELD_TAG) tag = cursor.latin1(Number(packedUnsigned(cursor)))
    else if (field === FIELD_LAST_COMMITTED) lastCommitted = packedSigned(cursor)
    else if (field === FIELD_SEQUENCE_NUMBER) sequenceNumber = packedSigned(cursor)
    else if (field === FIELD_IMMEDIATE_COMMIT) immediateCommitUs = packedUnsigned(cursor)
    else if (field === FIELD_ORIGINAL_COMMIT) originalCommitUs = packedUnsigned(cursor)
    else if (field === FIELD_TRANSACTION_LENGTH) transactionBytes = packedUnsigned(cursor)
    else if (field === FIELD_IMMEDIATE_VERSION || field === FIELD_ORIGINAL_VERSION) packedUnsigned(cursor)
    else if (field === FIELD_TICKET) packedUnsigned(cursor)
    else break
  }
  originalCommitUs ??= immediateCommitUs
  return {
    uuid: uuidText(uuid, 0),
    tag,
    gno,
    mayHaveStatements,
    lastCommitted,
    sequenceNumber,
    immediateCommitUs,
    originalCommitUs,
    transactionBytes,
  }
}

/**
 * A packed unsigned integer: as many 1 bits at the low end of the first byte as bytes follow, then a 0 bit, then the value, little-endian;
 * a first byte of 0xFF is followed by 8 bytes.
 */
function packedUnsigned(cursor: ByteCursor): bigint {
  const first = cursor.u8()
  if (first === 0xff) return cursor.u64()
  let more = 0
  while ((first >> more) & 1) more++
  let value = BigInt(first) >> BigInt(more + 1)
  const shift = 7 - more
  for (let i = 0; i < more; i++) value |= BigInt(cursor.u8()) << BigInt(shift + 8 * i)
  return value
}

/** A packed signed integer: zigzag over the unsigned form. */
function packedSigned(cursor: ByteCursor): bigint {
  const value = packedUnsigned(cursor)
  return (value & 1n) === 0n ? value >> 1n : -((value + 1n) >> 1n)
}
