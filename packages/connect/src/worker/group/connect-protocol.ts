// The bytes that Kafka Connect's workers exchange through their group: what a member tells when it joins, and what the leader hands out.
// Version 0 is the eager protocol `default`, 1 is `compatible`, 2 `sessioned`, whose bytes are those of 1 with another number.
import { CdcError } from '../../base/errors.ts'
import { Work } from './work.ts'

/** Protocol names of the group, by version. */
export const PROTOCOL_NAMES = ['default', 'compatible', 'sessioned'] as const

/** The group's protocol type. */
export const PROTOCOL_TYPE = 'connect'

/** The assignment's error when a member has read more of the config topic than the leader can: all must catch up and join again. */
export const CONFIG_MISMATCH = 1

/** What the leader hands out to one member. In versions 1 and 2 it names only what is new for the member, and what it must give up. */
export interface Assignment {
  readonly version: number
  /** 0, or {@link CONFIG_MISMATCH}. */
  readonly error: number
  /** Member id of the leader, and the base address of its REST interface, as `http://host:8083/`. */
  readonly leader: string
  readonly leaderUrl: string
  /** How far the config topic was read for it: the offset behind the last record, -1 for none. */
  readonly configOffset: number
  readonly assigned: Work
  readonly revoked: Work
  /** After this time the member joins again, to get what a lost member had. */
  readonly delayMs: number
}

/** What a member tells when it joins. */
export interface MemberMetadata {
  readonly version: number
  readonly url: string
  readonly configOffset: number
  /** What it runs; null in version 0 and at its first join. */
  readonly current: Assignment | null
}

/** Writes what a member tells. */
export function writeMetadata(metadata: MemberMetadata): Buffer {
  const parts = [int16(metadata.version), string(metadata.url), int64(metadata.configOffset)]
  if (metadata.version >= 1) parts.push(nullableBytes(metadata.current && writeAssignment(metadata.current)))
  return Buffer.concat(parts)
}

/** Reads what a member tells. Errors: CDC_INTERNAL for bytes that are none of the known versions'. */
export function readMetadata(bytes: Buffer): MemberMetadata {
  return reading(bytes, (reader) => {
    const version = reader.int16()
    const url = reader.string()
    const configOffset = reader.int64()
    const current = version >= 1 && !reader.isAtEnd ? reader.nullableBytes() : null
    return { version, url, configOffset, current: current && current.length > 0 ? readAssignment(current) : null }
  })
}

/** Writes what the leader hands out. */
export function writeAssignment(assignment: Assignment): Buffer {
  const { version, error, leader, leaderUrl, configOffset, assigned, revoked, delayMs } = assignment
  const parts = [int16(version), int16(error), string(leader), string(leaderUrl), int64(configOffset), work(assigned)]
  if (version >= 1) parts.push(work(revoked), int32(delayMs))
  return Buffer.concat(parts)
}

/** Reads what the leader hands out. Errors: CDC_INTERNAL for bytes that are none of the known versions'. */
export function readAssignment(bytes: Buffer): Assignment {
  return reading(bytes, (reader) => {
    const version = reader.int16()
    const error = reader.int16()
    const leader = reader.string()
    const leaderUrl = reader.string()
    const configOffset = reader.int64()
    const assigned = reader.work()
    const revoked = version >= 1 ? reader.work() : new Work()
    const delayMs = version >= 1 ? reader.int32() : 0
    return { version, error, leader, leaderUrl, configOffset, assigned, revoked, delayMs }
  })
}

function reading<T>(bytes: Buffer, read: (reader: Reader) => T): T {
  try {
    return read(new Reader(bytes))
  } catch (cause) {
    throw new CdcError('CDC_INTERNAL', 'A member of the worker group sent bytes that are not Kafka Connect’s', {
      cause,
    })
  }
}

class Reader {
  readonly #bytes: Buffer
  #pos = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#pos >= this.#bytes.length
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#skip(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#skip(4))
  }

  int64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#skip(8)))
  }

  string(): string {
    const length = Math.max(this.int16(), 0)
    const start = this.#skip(length)
    return this.#bytes.toString('utf8', start, start + length)
  }

  nullableBytes(): Buffer | null {
    const length = this.int32()
    if (length < 0) return null
    const start = this.#skip(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** An array of connectors with their task ids; null, as Java may write it, counts as empty. */
  work(): Work {
    const found = new Work()
    for (let connectors = this.int32(); connectors > 0; connectors--) {
      const connector = this.string()
      for (let tasks = this.int32(); tasks > 0; tasks--) found.add(connector, this.int32())
    }
    return found
  }

  #skip(count: number): number {
    const start = this.#pos
    this.#pos += count
    if (this.#pos > this.#bytes.length) throw new RangeError('the bytes end too early')
    return start
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([int16(bytes.length), bytes])
}

function nullableBytes(bytes: Buffer | null): Buffer {
  return bytes ? Buffer.concat([int32(bytes.length), bytes]) : int32(-1)
}

function work(pieces: Work): Buffer {
  const parts = [int32(pieces.byConnector().size)]
  for (const [connector, tasks] of pieces.byConnector()) {
    const sorted = [...tasks].sort((a, b) => a - b)
    parts.push(string(connector), int32(sorted.length), ...sorted.map((task) => int32(task)))
  }
  return Buffer.concat(parts)
}
