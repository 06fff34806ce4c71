// Packs a JSON value as the server stores it: the other direction of BinaryJson, for property tests.

/** What a test document is made of; bigint for 64-bit integers, Opaque for what JSON itself lacks. */
export type Packable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Opaque
  | readonly Packable[]
  | { readonly [key: string]: Packable }

/** An opaque value: type code and bytes. */
export class Opaque {
  readonly type: number
  readonly bytes: Buffer
  constructor(type: number, bytes: Buffer) {
    this.type = type
    this.bytes = bytes
  }
}

/** The whole document: type byte and value. `isLarge` makes every container use the large format. */
export function packJson(value: Packable, isLarge = false): Buffer {
  const { type, bytes } = pack(value, isLarge)
  return Buffer.concat([Buffer.from([type]), bytes])
}

function pack(value: Packable, isLarge: boolean): { type: number; bytes: Buffer } {
  if (value === null) return { type: 4, bytes: Buffer.from([0]) }
  if (typeof value === 'boolean') return { type: 4, bytes: Buffer.from([value ? 1 : 2]) }
  if (typeof value === 'bigint') return packInteger(value)
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    return { type: 11, bytes }
  }
  if (typeof value === 'string') return { type: 12, bytes: withLength(Buffer.from(value)) }
  if (value instanceof Opaque) {
    return { type: 15, bytes: Buffer.concat([Buffer.from([value.type]), withLength(value.bytes)]) }
  }
  if (Array.isArray(value)) return { type: isLarge ? 3 : 2, bytes: packContainer([], value, isLarge) }
  const keys = Object.keys(value)
  const members = keys.map((key) => (value as { readonly [key: string]: Packable })[key] as Packable)
  return { type: isLarge ? 1 : 0, bytes: packContainer(keys, members, isLarge) }
}

function packInteger(value: bigint): { type: number; bytes: Buffer } {
  const fits = (bits: number, isSigned: boolean): boolean =>
    (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, value))
  if (fits(16, true)) return { type: 5, bytes: bytes.subarray(0, 2) }
  if (fits(16, false)) return { type: 6, bytes: bytes.subarray(0, 2) }
  if (fits(32, true)) return { type: 7, bytes: bytes.subarray(0, 4) }
  if (fits(32, false)) return { type: 8, bytes: bytes.subarray(0, 4) }
  return { type: fits(64, true) ? 9 : 10, bytes }
}

function withLength(bytes: Buffer): Buffer {
  const head: number[] = []
  let rest = bytes.length
  while (rest >= 0x80) {
    head.push((rest & 0x7f) | 0x80)
    rest >>= 7
  }
  head.push(rest)
  return Buffer.concat([Buffer.from(head), bytes])
}

function packContainer(keys: readonly string[], members: readonly Packable[], isLarge: boolean): Buffer {
  const width = isLarge ? 4 : 2
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes.subarray(0, width)
  }
  const names = keys.map((key) => Buffer.from(key))
  const values = members.map((member) => pack(member, isLarge))
  let offset = 2 * width + keys.length * (width + 2) + members.length * (width + 1)
  const keyEntries = names.map((name) => {
    const length = Buffer.alloc(2)
    length.writeUInt16LE(name.length)
    const entry = Buffer.concat([number(offset), length])
    offset += name.length
    return entry
  })
  const tail: Buffer[] = []
  const valueEntries = values.map(({ type, bytes }) => {
    const isInlined = type === 4 || type === 5 || type === 6 || (isLarge && (type === 7 || type === 8))
    if (isInlined) return Buffer.concat([Buffer.from([type]), Buffer.concat([bytes], width)])
    const entry = Buffer.concat([Buffer.from([type]), number(offset)])
    offset += bytes.length
    tail.push(bytes)
    return entry
  })
  return Buffer.concat([number(members.length), number(offset), ...keyEntries, ...valueEntries, ...names, ...tail])
}
