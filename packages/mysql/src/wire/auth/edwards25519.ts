// Signatures of MariaDB's ed25519 method. It is Ed25519 with one change: the secret is the SHA-512 of a password of any length, where the
// standard hashes a seed of 32 bytes. node:crypto takes only such seeds, so the few operations are here, in BigInt. Not constant in time:
// it signs a server's random bytes, once a login.
import { createHash } from 'node:crypto'

const P = 2n ** 255n - 19n
/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = mod(-121665n * inverse(121666n))

/** A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. */
interface Point {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
  readonly t: bigint
}

const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n
const BASE_Y = mod(4n * inverse(5n))
const BASE: Point = { x: BASE_X, y: BASE_Y, z: 1n, t: mod(BASE_X * BASE_Y) }

/** The 64 bytes of the signature of `message` by the secret that `password` is. */
export function signByPassword(password: Buffer, message: Buffer): Buffer {
  const secret = sha512(password)
  const scalarBytes = Buffer.from(secret.subarray(0, 32))
  scalarBytes[0]! &= 248
  scalarBytes[31]! &= 127
  scalarBytes[31]! |= 64
  const scalar = numberOf(scalarBytes)
  const publicKey = encode(times(scalar))
  const nonce = numberOf(sha512(secret.subarray(32), message)) % L
  const commitment = encode(times(nonce))
  const challenge = numberOf(sha512(commitment, publicKey, message)) % L
  return Buffer.concat([commitment, bytesOf((nonce + challenge * scalar) % L)])
}

function times(factor: bigint): Point {
  let sum: Point = { x: 0n, y: 1n, z: 1n, t: 0n }
  let power = BASE
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power)
    power = add(power, power)
  }
  return sum
}

// The complete addition law of twisted Edwards curves with a = -1 (RFC 8032, 5.1.4).
function add(p: Point, q: Point): Point {
  const a = mod((p.y - p.x) * (q.y - q.x))
  const b = mod((p.y + p.x) * (q.y + q.x))
  const c = mod(2n * p.t * q.t * D)
  const d = mod(2n * p.z * q.z)
  const e = b - a
  const f = d - c
  const g = d + c
  const h = b + a
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) }
}

function encode({ x, y, z }: Point): Buffer {
  const invertedZ = inverse(z)
  const bytes = bytesOf(mod(y * invertedZ))
  if (mod(x * invertedZ) & 1n) bytes[31]! |= 0x80
  return bytes
}

function mod(value: bigint): bigint {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

// Fermat: value^(P-2)
function inverse(value: bigint): bigint {
  let result = 1n
  let power = mod(value)
  for (let rest = P - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * power)
    power = mod(power * power)
  }
  return result
}

function numberOf(littleEndian: Buffer): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`)
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
