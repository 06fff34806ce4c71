// Schemas of JSON envelopes that were read before. Messages of one topic begin with the same bytes, `{"schema":…,"payload":`: these are compared
// instead of parsed, and the schema stays the same object, by which sinks and transforms remember what they worked out for it.
import type { ConnectSchema } from '../../data/schema.ts'

interface Entry {
  readonly prefix: Buffer
  readonly schema: ConnectSchema
}

const HEAD = Buffer.from('{"schema":')
const BEHIND = Buffer.from(',"payload":')
const MOST_ENTRIES = 64

/** What was read before, the last used first. */
export class EnvelopeCache {
  readonly #entries: Entry[] = []

  /** The schema of a message and its payload's bytes; null when it begins as none before did. */
  find(bytes: Uint8Array): { readonly schema: ConnectSchema; readonly payload: Uint8Array } | null {
    const entries = this.#entries
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as Entry
      const { length } = entry.prefix
      if (bytes.length <= length || entry.prefix.compare(bytes, 0, length) !== 0) continue
      if (i > 0) {
        entries.splice(i, 1)
        entries.unshift(entry)
      }
      if (bytes[bytes.length - 1] !== CLOSE) return null
      return { schema: entry.schema, payload: bytes.subarray(length, bytes.length - 1) }
    }
    return null
  }

  /** Remembers the schema that was read from a message. */
  add(bytes: Uint8Array, schema: ConnectSchema): void {
    const length = prefixLength(bytes)
    if (length < 0) return
    this.#entries.unshift({ prefix: Buffer.from(bytes.subarray(0, length)), schema })
    if (this.#entries.length > MOST_ENTRIES) this.#entries.pop()
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

/** Bytes up to behind `"payload":` of an envelope whose first member is an object named schema; -1 for any other text. */
function prefixLength(bytes: Uint8Array): number {
  if (HEAD.compare(bytes, 0, Math.min(HEAD.length, bytes.length)) !== 0 || bytes[HEAD.length] !== OPEN) return -1
  let depth = 0
  for (let i = HEAD.length; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) i = stringEnd(bytes, i)
    else if (byte === OPEN) depth++
    else if (byte === CLOSE && --depth === 0) {
      const end = i + 1 + BEHIND.length
      return bytes.length > end && BEHIND.compare(bytes, i + 1, end) === 0 ? end : -1
    }
  }
  return -1
}

function stringEnd(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++
    else if (bytes[i] === QUOTE) return i
  }
  return bytes.length
}
