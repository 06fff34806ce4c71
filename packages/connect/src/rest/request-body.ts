// Reading request bodies into what the worker takes. Wrong shapes are answered with 500, which is what Connect's own parser errors end in;
// the message says what was wrong.
import type { StoredConfig, TargetState } from '../store/store.ts'
import type { OffsetEntry } from '../worker/answers.ts'
import { JsonNumber, type JsonObject, type JsonValue } from './json-reader.ts'
import { RestError } from './resource.ts'

/** The body of `POST /connectors`. `config` null: the member is absent or null. */
export interface CreateRequest {
  readonly name: string
  readonly config: StoredConfig
  readonly initial: TargetState | undefined
}

/** Reads the body of `POST /connectors`. */
export function readCreateRequest(body: JsonValue | undefined): CreateRequest {
  const object = asObject(body, 'a connector (name, config, initial_state)')
  checkMembers(object, ['name', 'config', 'initial_state'], 'a connector')
  const name = asText(object.get('name') ?? null, 'name') ?? ''
  const config = readConfig(object.get('config'), 'config')
  const state = asText(object.get('initial_state') ?? null, 'initial_state')?.toUpperCase()
  if (state !== undefined && state !== 'RUNNING' && state !== 'PAUSED' && state !== 'STOPPED')
    throw new RestError(500, `The value of initial_state is none of RUNNING, PAUSED, STOPPED: ${state}`)
  return { name: trimmed(name), config, initial: state === 'RUNNING' ? 'STARTED' : state }
}

/** A name without the blanks at its ends: characters up to U+0020. */
export function trimmed(name: string): string {
  let start = 0
  let end = name.length
  while (start < end && name.charCodeAt(start) <= 0x20) start++
  while (end > start && name.charCodeAt(end - 1) <= 0x20) end--
  return name.slice(start, end)
}

/** Reads a flat configuration: texts, numbers and flags as written, nulls. */
export function readConfig(body: JsonValue | undefined, what = 'the body'): StoredConfig {
  const object = asObject(body, `${what}: a map of texts`)
  return Object.fromEntries([...object].map(([key, value]) => [key, asText(value, `${what} member "${key}"`)]))
}

/** Reads the body of `PATCH …/offsets`. */
export function readOffsets(body: JsonValue | undefined): OffsetEntry[] {
  const object = asObject(body, 'offsets: [{partition, offset}]')
  checkMembers(object, ['offsets'], 'an offsets request')
  const list = object.get('offsets') ?? null
  if (list === null) return []
  if (!Array.isArray(list)) throw new RestError(500, 'The member "offsets" is not an array')
  return list.map((value) => {
    const entry = asObject(value, 'offsets entry: {partition, offset}')
    checkMembers(entry, ['partition', 'offset'], 'an offsets entry')
    return { partition: asMap(entry.get('partition'), 'partition'), offset: asMap(entry.get('offset'), 'offset') }
  })
}

function asMap(value: JsonValue | undefined, what: string): Record<string, unknown> | null {
  if (value === undefined || value === null) return null
  if (!(value instanceof Map)) throw new RestError(500, `The member "${what}" of an offsets entry is not an object`)
  return plain(value) as Record<string, unknown>
}

/** Plain JavaScript of a JSON value: integers beyond 2^53 as bigint. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) {
    const number = Number(value.text)
    return /^-?\d+$/.test(value.text) && !Number.isSafeInteger(number) ? BigInt(value.text) : number
  }
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]))
  return Array.isArray(value) ? value.map(plain) : value
}

function asObject(value: JsonValue | undefined, expected: string): JsonObject {
  if (value instanceof Map) return value
  if (value === undefined || value === null) throw new RestError(500, `A JSON object is missing; expected ${expected}`)
  throw new RestError(500, `A JSON object is expected (${expected}), not ${kindOf(value)}`)
}

function asText(value: JsonValue, what: string): string | null {
  if (value === null || typeof value === 'string') return value
  if (value instanceof JsonNumber) return value.text
  if (typeof value === 'boolean') return String(value)
  throw new RestError(500, `The value of ${what} must be a text, not ${kindOf(value)}`)
}

function checkMembers(object: JsonObject, known: readonly string[], what: string): void {
  const unknown = [...object.keys()].find((key) => !known.includes(key))
  if (unknown !== undefined)
    throw new RestError(500, `Unrecognized field "${unknown}" in ${what}; known are ${known.join(', ')}`)
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Map) return 'an object'
  return value instanceof JsonNumber ? 'a number' : `a ${typeof value}`
}
