// Which topic partition a record goes to: Kafka's default, murmur2 of the key's bytes.

/** murmur2 of `bytes[start, end)` with Kafka's seed, as a signed 32-bit number (equal to the Java client's). */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const m = 0x5bd1e995
  const length = end - start
  let h = 0x9747b28c ^ length
  let i = start
  for (const wide = end - 3; i < wide; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = end - i
  if (rest > 2) h ^= bytes[i + 2]! << 16
  if (rest > 1) h ^= bytes[i + 1]! << 8
  if (rest > 0) h = Math.imul(h ^ bytes[i]!, m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}

/** The topic partition of a record with the key `bytes[start, end)`. */
export function partitionForKey(partitions: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}
