// What a statement in statement format needs besides its text: INTVAR_EVENT, RAND_EVENT, USER_VAR_EVENT before it; and INCIDENT_EVENT, which
// says that something is missing. No change is read from them: they are for tools that show a log.
import { charsetOfCollationId } from '../charset/collation-ids.ts'
import type { ByteCursor } from './byte-cursor.ts'
import { statementText } from './statement-text.ts'

/** A number that the statement uses. */
export interface IntvarEvent {
  /** `LAST_INSERT_ID`, `INSERT_ID`, or the number of a kind that is not known. */
  readonly variable: string
  readonly value: bigint
}

/** The seeds of RAND(). */
export interface RandEvent {
  readonly seeds: readonly [bigint, bigint]
}

/** A user variable. */
export interface UserVarEvent {
  readonly name: string
  /** STRING, REAL, INT, ROW, DECIMAL, or the number of a type that is not known; null for NULL. */
  readonly type: string | null
  /** Character set of a text; null where it has none. */
  readonly charset: string | null
  /** Null for NULL; bytes for types without a plain form (DECIMAL: precision, scale, packed digits). */
  readonly value: string | number | bigint | Uint8Array | null
}

/** What the server says of its own log. */
export interface IncidentEvent {
  /** 1: events are missing. */
  readonly incident: number
  readonly message: string
}

const INTVARS = ['INVALID', 'LAST_INSERT_ID', 'INSERT_ID']
const TYPES = ['STRING', 'REAL', 'INT', 'ROW', 'DECIMAL']
const UNSIGNED = 1

/** Shape: kind (1) | value (8). */
export function decodeIntvar(cursor: ByteCursor): IntvarEvent {
  const kind = cursor.u8()
  return { variable: INTVARS[kind] ?? String(kind), value: cursor.u64() }
}

/** Shape: two seeds (8 each). */
export function decodeRand(cursor: ByteCursor): RandEvent {
  return { seeds: [cursor.u64(), cursor.u64()] }
}

/** Shape: length of the name (4) | name | is NULL (1) | type (1) | collation (4) | length of the value (4) | value | flags (1, may be missing). */
export function decodeUserVar(cursor: ByteCursor): UserVarEvent {
  const name = cursor.utf8(cursor.u32())
  if (cursor.u8() !== 0) return { name, type: null, charset: null, value: null }
  const code = cursor.u8()
  const type = TYPES[code] ?? String(code)
  const collation = cursor.u32()
  const valueBytes = cursor.u32()
  const start = cursor.take(valueBytes)
  const isUnsigned = cursor.remaining > 0 && (cursor.u8() & UNSIGNED) !== 0
  const { bytes } = cursor
  const end = start + valueBytes
  const charset = type === 'STRING' ? charsetOfCollationId(collation) : null
  if (type === 'STRING' && charset !== 'binary') {
    return { name, type, charset, value: statementText(bytes, start, end, collation) }
  }
  if (type === 'REAL' && valueBytes === 8) return { name, type, charset, value: bytes.readDoubleLE(start) }
  if (type === 'INT' && valueBytes === 8) {
    const value = isUnsigned ? bytes.readBigUInt64LE(start) : bytes.readBigInt64LE(start)
    return { name, type, charset, value }
  }
  return { name, type, charset, value: Uint8Array.prototype.slice.call(bytes, start, end) }
}

/** Shape: number (2) | length (1) | message. */
export function decodeIncident(cursor: ByteCursor): IncidentEvent {
  return { incident: cursor.u16(), message: cursor.utf8(cursor.u8()) }
}
