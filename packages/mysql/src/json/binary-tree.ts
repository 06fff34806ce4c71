// A binary JSON document as a tree that can be changed and packed again. Only the containers on the way to a change are opened; everything
// else stays the bytes it is, because a container's offsets count from its own start.
import { damagedJson } from './damaged-json.ts'
import {
  DOUBLE,
  INT16,
  INT32,
  INT64,
  LARGE_ARRAY,
  LARGE_OBJECT,
  LITERAL,
  OPAQUE,
  SMALL_ARRAY,
  SMALL_OBJECT,
  STRING,
  UINT16,
  UINT32,
} from './value-types.ts'

/** Largest container with offsets of two bytes. */
const MAX_SMALL_BYTES = 0xffff

/** A value that is not opened: its type and its bytes, without the type. */
export interface RawJson {
  readonly kind: 'raw'
  readonly type: number
  readonly bytes: Buffer
}

/** An opened object; keys in stored order, which is by length, then by bytes. */
export interface OpenObject {
  readonly kind: 'object'
  readonly keys: Buffer[]
  readonly values: JsonNode[]
}

/** An opened array. */
export interface OpenArray {
  readonly kind: 'array'
  readonly values: JsonNode[]
}

/** One value of a tree. */
export type JsonNode = RawJson | OpenObject | OpenArray

/** The document `bytes[start, end)`, a view on them; no bytes at all are the document `null`. Throws MysqlDataError for damaged bytes. */
export function rawJson(bytes: Buffer, start: number, end: number): RawJson {
  if (start === end) return { kind: 'raw', type: LITERAL, bytes: Buffer.alloc(1) }
  return rawValue(bytes.subarray(start, end), bytes[start]!, 1)
}

/** The same value, opened if it is an object or array that is not. */
export function opened(node: JsonNode): JsonNode {
  if (node.kind !== 'raw' || node.type > LARGE_ARRAY) return node
  const { bytes, type } = node
  const isObject = type === SMALL_OBJECT || type === LARGE_OBJECT
  const width = type === LARGE_OBJECT || type === LARGE_ARRAY ? 4 : 2
  const count = numberAt(bytes, 0, width)
  const keyEntries = 2 * width
  const valueEntries = isObject ? keyEntries + count * (width + 2) : keyEntries
  if (valueEntries + count * (width + 1) > bytes.length) throw damagedJson()
  const keys: Buffer[] = []
  const values: JsonNode[] = []
  for (let i = 0; i < count; i++) {
    if (isObject) {
      const entry = keyEntries + i * (width + 2)
      const start = numberAt(bytes, entry, width)
      const end = start + numberAt(bytes, entry + width, 2)
      if (end > bytes.length) throw damagedJson()
      keys.push(bytes.subarray(start, end))
    }
    const entry = valueEntries + i * (width + 1)
    const valueType = bytes[entry]!
    const at = isInlined(valueType, width) ? entry + 1 : numberAt(bytes, entry + 1, width)
    values.push(rawValue(bytes, valueType, at))
  }
  return isObject ? { kind: 'object', keys, values } : { kind: 'array', values }
}

/** The whole document: type byte and value. */
export function packedJson(node: JsonNode): Buffer {
  const { type, bytes } = packed(node)
  return Buffer.concat([Buffer.from([type]), bytes])
}

/** Where a key stands in an opened object; `~place` of where it would stand if it is not there. */
export function keyPlace(object: OpenObject, key: Buffer): number {
  for (let i = 0; i < object.keys.length; i++) {
    const known = object.keys[i]!
    const order = known.length - key.length || Buffer.compare(known, key)
    if (order === 0) return i
    if (order > 0) return ~i
  }
  return ~object.keys.length
}

function rawValue(bytes: Buffer, type: number, at: number): RawJson {
  const end = at + valueBytes(bytes, type, at)
  if (!(end <= bytes.length)) throw damagedJson()
  return { kind: 'raw', type, bytes: bytes.subarray(at, end) }
}

/** How many bytes a value takes at its place. */
function valueBytes(bytes: Buffer, type: number, at: number): number {
  switch (type) {
    case SMALL_OBJECT:
    case SMALL_ARRAY:
      return numberAt(bytes, at + 2, 2)
    case LARGE_OBJECT:
    case LARGE_ARRAY:
      return numberAt(bytes, at + 4, 4)
    case LITERAL:
      return 1
    case INT16:
    case UINT16:
      return 2
    case INT32:
    case UINT32:
      return 4
    case STRING:
      return lengthAt(bytes, at)
    case OPAQUE:
      return 1 + lengthAt(bytes, at + 1)
    default:
      if (type >= INT64 && type <= DOUBLE) return 8
      throw damagedJson()
  }
}

/** A length of 1 to 5 bytes, seven bits each, and what it says: together. */
function lengthAt(bytes: Buffer, at: number): number {
  let length = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw damagedJson()
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return i + 1 + length
  }
  throw damagedJson()
}

function numberAt(bytes: Buffer, at: number, size: number): number {
  if (at + size > bytes.length) throw damagedJson()
  return size === 2 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at)
}

/** True for values that stand in their entry: literals and 16-bit numbers, in large containers 32-bit numbers too. */
function isInlined(type: number, width: number): boolean {
  return type === LITERAL || type === INT16 || type === UINT16 || (width === 4 && (type === INT32 || type === UINT32))
}

function packed(node: JsonNode): { readonly type: number; readonly bytes: Buffer } {
  if (node.kind === 'raw') return node
  const keys = node.kind === 'object' ? node.keys : []
  const values = node.values.map(packed)
  const small = containerBytes(keys, values, 2)
  if (small <= MAX_SMALL_BYTES) {
    return { type: node.kind === 'object' ? SMALL_OBJECT : SMALL_ARRAY, bytes: container(keys, values, 2, small) }
  }
  const size = containerBytes(keys, values, 4)
  return { type: node.kind === 'object' ? LARGE_OBJECT : LARGE_ARRAY, bytes: container(keys, values, 4, size) }
}

type Packed = ReturnType<typeof packed>

function containerBytes(keys: readonly Buffer[], values: readonly Packed[], width: number): number {
  let size = 2 * width + values.length * (width + 1)
  for (const key of keys) size += width + 2 + key.length
  for (const { type, bytes } of values) if (!isInlined(type, width)) size += bytes.length
  return size
}

/** Element count, size, per key offset and length, per value type and offset or value, keys, values: see BinaryJson. */
function container(keys: readonly Buffer[], values: readonly Packed[], width: number, size: number): Buffer {
  const out = Buffer.alloc(size)
  const put = (at: number, value: number): void => {
    if (width === 2) out.writeUInt16LE(value, at)
    else out.writeUInt32LE(value, at)
  }
  put(0, values.length)
  put(width, size)
  let entry = 2 * width
  let at = entry + keys.length * (width + 2) + values.length * (width + 1)
  for (const key of keys) {
    put(entry, at)
    out.writeUInt16LE(key.length, entry + width)
    entry += width + 2
    at += key.copy(out, at)
  }
  for (const { type, bytes } of values) {
    out[entry] = type
    if (isInlined(type, width)) bytes.copy(out, entry + 1)
    else {
      put(entry + 1, at)
      at += bytes.copy(out, at)
    }
    entry += width + 1
  }
  return out
}
