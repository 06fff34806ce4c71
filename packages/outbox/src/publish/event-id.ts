// Ids of outbox rows: UUID version 7 as 32 hex digits, so that primary-key order is creation order and a snapshot
// of the table reads in commit order.
import { randomFillSync } from 'node:crypto'

const RANDOM_BYTES = 8
const COUNTER_LIMIT = 0x1000 // the 12 bits of rand_a

/** Makes ids; give it a clock and a random source in tests. */
export interface EventIdSource {
  /** Next id: 32 lower-case hex digits, greater than every id this source has given before, even when the clock goes back. */
  next(): string
}

/**
 * Builds a source of monotonic UUIDv7 ids.
 *
 * Shape: 48 bits milliseconds | version 7 | 12 bits counter | variant 10 | 62 bits random (RFC 9562, method 1 of section 6.2).
 * The counter starts at 0 in every new millisecond; past 4095 ids in one the time part is moved one millisecond ahead.
 */
export function eventIdSource(
  nowMs: () => number = Date.now,
  fillRandom: (bytes: Uint8Array) => void = (bytes) => void randomFillSync(bytes),
): EventIdSource {
  let lastMs = -1
  let counter = 0
  const random = Buffer.alloc(RANDOM_BYTES)
  return {
    next() {
      const now = nowMs()
      if (now > lastMs) {
        lastMs = now
        counter = 0
      } else if (++counter === COUNTER_LIMIT) {
        lastMs += 1
        counter = 0
      }
      fillRandom(random)
      random[0] = (random[0]! & 0x3f) | 0x80
      return lastMs.toString(16).padStart(12, '0') + (0x7000 | counter).toString(16) + random.toString('hex')
    },
  }
}

/** True when `id` (with or without hyphens) is a UUID of version 7, whose text order is time order. */
export function isTimeOrderedId(id: string): boolean {
  return /^[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(id)
}
