// Partial updates (`binlog_row_value_options=PARTIAL_JSON`): what an UPDATE changed in a document, applied to the document before it.
import { type JsonNode, keyPlace, opened, packedJson, rawJson } from './binary-tree.ts'
import { damagedJson } from './damaged-json.ts'
import { type PathLeg, parseJsonPath } from './json-path.ts'

const REPLACE = 0
const INSERT = 1
const REMOVE = 2
/** The server refuses deeper documents than 100; a damaged one whose containers hold themselves must not be followed for ever. */
const MAX_LEGS = 120

/**
 * The document `before` with the changes `bytes[start, end)` applied one after the other: both in binary form. Shape of a change:
 * operation (1) | length of path (lenenc) | path, UTF-8 | unless it removes: length of value (lenenc) | value, binary JSON. Throws
 * MysqlDataError for changes that do not fit the document.
 */
export function applyJsonDiffs(before: Buffer, bytes: Buffer, start: number, end: number): Buffer {
  let root: JsonNode = rawJson(before, 0, before.length)
  const reader = new DiffReader(bytes, start, end)
  while (reader.hasMore()) {
    const operation = reader.byte()
    const legs = parseJsonPath(reader.piece().toString('utf8'))
    if (operation > REMOVE || legs.length > MAX_LEGS) throw damagedJson()
    const value = operation === REMOVE ? null : reader.piece()
    root = changed(root, legs, operation, value === null ? null : rawJson(value, 0, value.length))
  }
  return packedJson(root)
}

/** The tree after one change; containers on the way are opened in place. */
function changed(root: JsonNode, legs: readonly PathLeg[], operation: number, value: JsonNode | null): JsonNode {
  const last = legs.at(-1)
  if (last === undefined) {
    if (operation !== REPLACE || value === null) throw damagedJson()
    return value
  }
  const top = opened(root)
  let parent = top
  for (const leg of legs.slice(0, -1)) {
    if (isItself(parent, leg)) continue
    if (parent.kind === 'raw') throw damagedJson()
    const at = placeOf(parent, leg)
    if (at < 0) throw damagedJson()
    const child = opened(parent.values[at]!)
    parent.values[at] = child
    parent = child
  }
  if (parent.kind === 'raw') throw damagedJson()
  const at = placeOf(parent, last)
  if (operation === INSERT) insert(parent, last, at, value as JsonNode)
  else if (at < 0) throw damagedJson()
  else if (operation === REPLACE) parent.values[at] = value as JsonNode
  else {
    parent.values.splice(at, 1)
    if (parent.kind === 'object') parent.keys.splice(at, 1)
  }
  return top
}

/** In MySQL's paths the first cell of what is no array is the value itself. */
function isItself(node: JsonNode, leg: PathLeg): boolean {
  return node.kind !== 'array' && leg.kind === 'cell' && leg.index === 0
}

/** Place of a leg in its container; negative where there is nothing. */
function placeOf(parent: Exclude<JsonNode, { kind: 'raw' }>, leg: PathLeg): number {
  if (parent.kind === 'object') return leg.kind === 'member' ? keyPlace(parent, leg.key) : -1
  if (leg.kind === 'member') return -1
  const at = leg.isFromEnd ? parent.values.length - 1 - leg.index : leg.index
  return at < parent.values.length ? at : -1
}

/** Adds a member, or a cell before the one that the path names; behind the last one where there is none. */
function insert(parent: Exclude<JsonNode, { kind: 'raw' }>, leg: PathLeg, at: number, value: JsonNode): void {
  if (parent.kind === 'object') {
    if (leg.kind !== 'member' || at >= 0) throw damagedJson()
    parent.keys.splice(~at, 0, leg.key)
    parent.values.splice(~at, 0, value)
    return
  }
  if (leg.kind === 'member') throw damagedJson()
  const count = parent.values.length
  const place = leg.isFromEnd ? Math.max(count - 1 - leg.index, 0) : Math.min(leg.index, count)
  parent.values.splice(place, 0, value)
}

class DiffReader {
  readonly #bytes: Buffer
  readonly #end: number
  #pos: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#pos = start
    this.#end = end
  }

  hasMore(): boolean {
    return this.#pos < this.#end
  }

  byte(): number {
    if (this.#pos >= this.#end) throw damagedJson()
    return this.#bytes[this.#pos++]!
  }

  /** A length and that many bytes. */
  piece(): Buffer {
    const length = this.#length()
    const from = this.#pos
    if (from + length > this.#end) throw damagedJson()
    this.#pos += length
    return this.#bytes.subarray(from, from + length)
  }

  #length(): number {
    const first = this.byte()
    if (first < 251) return first
    const size = first === 252 ? 2 : first === 253 ? 3 : first === 254 ? 8 : 0
    if (size === 0) throw damagedJson()
    let length = 0
    for (let i = 0; i < size; i++) length += this.byte() * 2 ** (8 * i)
    return length
  }
}
