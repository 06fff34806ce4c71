// The 32-bit hash that Debezium takes for `partition.hash.function=murmur`: the upper half of an early x64 form of MurmurHash3, whose
// constants change from block to block. Seed 9001. 64-bit arithmetic on bigint: routing by it is not on the hot path.

const MASK = 0xffff_ffff_ffff_ffffn
const SEED = 9001n
const BLOCK_BYTES = 16

interface State {
  h1: bigint
  h2: bigint
  c1: bigint
  c2: bigint
}

const wrap = (value: bigint) => value & MASK
const rotate = (value: bigint, bits: bigint) => wrap((value << bits) | (value >> (64n - bits)))

/** Hash of bytes as a signed 32-bit integer. */
export function murmurHash(bytes: Uint8Array): number {
  const state: State = {
    h1: 0x9368_e53c_2f6a_f274n ^ SEED,
    h2: 0x586d_cd20_8f7c_d3fdn ^ SEED,
    c1: 0x87c3_7b91_1142_53d5n,
    c2: 0x4cf5_ad43_2745_937fn,
  }
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) mix(state, word(bytes, at), word(bytes, at + 8))
  let { h1, h2 } = state
  h2 ^= BigInt(bytes.length)
  h1 = wrap(h1 + h2)
  h2 = wrap(h2 + h1)
  h1 = finish(h1)
  h2 = finish(h2)
  h1 = wrap(h1 + h2)
  return Number(BigInt.asIntN(32, h1 >> 32n))
}

/** Hash of a 32-bit integer: of its four bytes, lowest first. */
export function murmurHashOfInt(value: number): number {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value | 0)
  return murmurHash(bytes)
}

/** Eight bytes, lowest first; bytes beyond the end count as zero. */
function word(bytes: Uint8Array, at: number): bigint {
  let value = 0n
  for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0)
  return value
}

function mix(state: State, first: bigint, second: bigint): void {
  const k1 = wrap(rotate(wrap(first * state.c1), 23n) * state.c2)
  state.h1 = wrap((state.h1 ^ k1) + state.h2)
  state.h2 = rotate(state.h2, 41n)
  const k2 = wrap(rotate(wrap(second * state.c2), 23n) * state.c1)
  state.h2 = wrap((state.h2 ^ k2) + state.h1)
  state.h1 = wrap(state.h1 * 3n + 0x52dc_e729n)
  state.h2 = wrap(state.h2 * 3n + 0x3849_5ab5n)
  state.c1 = wrap(state.c1 * 5n + 0x7b7d_159cn)
  state.c2 = wrap(state.c2 * 5n + 0x6bce_6396n)
}

function finish(value: bigint): bigint {
  value = wrap((value ^ (value >> 33n)) * 0xff51_afd7_ed55_8ccdn)
  value = wrap((value ^ (value >> 33n)) * 0xc4ce_b9fe_1a85_ec53n)
  return value ^ (value >> 33n)
}
