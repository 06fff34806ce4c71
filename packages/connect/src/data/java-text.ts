// Connect values as text: as Java's `toString` prints them (StringConverter) and as Connect's `Values` does (SimpleHeaderConverter).

import { javaDecimal, javaDouble, javaFloat } from './java-number.ts'
import type { Struct } from './record.ts'
import type { ConnectSchema } from './schema.ts'
import { LOGICAL } from './schema-builder.ts'
import { getField, isStruct } from './struct.ts'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `value.toString()` in Java: structs as `Struct{field=value,…}` without null fields, lists and maps as java.util prints them. */
export function javaToString(schema: ConnectSchema | null, value: unknown, isNested = false): string {
  if (value === null || value === undefined) return 'null'
  const date = dateOf(schema, value)
  if (date !== null) return javaDate(date)
  if (value instanceof Uint8Array) {
    if (schema?.name === LOGICAL.decimal) return decimalText(schema, value)
    // Bytes inside of structs are ByteBuffers in Debezium's records; a bare byte[] prints its identity, which nobody can match.
    return isNested ? `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]` : '[B@0'
  }
  if (isStruct(value)) return structText(value)
  if (Array.isArray(value)) {
    return `[${value.map((item) => javaToString(schema?.items ?? null, item, true)).join(', ')}]`
  }
  if (value instanceof Map) {
    const members = [...value].map(
      ([key, item]) =>
        `${javaToString(schema?.keys ?? null, key, true)}=${javaToString(schema?.values ?? null, item, true)}`,
    )
    return `{${members.join(', ')}}`
  }
  return numberOrText(schema, value)
}

function structText(struct: Struct): string {
  const parts: string[] = []
  for (const [index, field] of (struct.schema.fields ?? []).entries()) {
    const value = struct.values[index] ?? null
    if (value !== null) parts.push(`${field.name}=${javaToString(field.schema, value, true)}`)
  }
  return `Struct{${parts.join(',')}}`
}

/** `Values.convertToString`: JSON-like for structures, bare for a value by itself. */
export function valuesText(schema: ConnectSchema | null, value: unknown, isEmbedded = false): string {
  if (value === null || value === undefined) return 'null'
  const date = dateOf(schema, value)
  if (date !== null) return isoDate(date)
  if (value instanceof Uint8Array) {
    if (schema?.name === LOGICAL.decimal) return decimalText(schema, value)
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    return isEmbedded ? `"${text}"` : text
  }
  if (typeof value === 'string') return isEmbedded ? quoteForValues(value) : value
  if (isStruct(value)) {
    const members = (value.schema.fields ?? []).map(
      (field) => `${quoteForValues(field.name)}:${valuesText(field.schema, getField(value, field.name), true)}`,
    )
    return `{${members.join(',')}}`
  }
  if (Array.isArray(value)) return `[${value.map((item) => valuesText(schema?.items ?? null, item, true)).join(',')}]`
  if (value instanceof Map) {
    const members = [...value].map(
      ([key, item]) =>
        `${valuesText(schema?.keys ?? null, key, true)}:${valuesText(schema?.values ?? null, item, true)}`,
    )
    return `{${members.join(',')}}`
  }
  return numberOrText(schema, value)
}

function quoteForValues(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function numberOrText(schema: ConnectSchema | null, value: unknown): string {
  if (typeof value !== 'number') return String(value)
  if (schema?.kind === 'float32') return javaFloat(value)
  return schema?.kind === 'float64' || !Number.isInteger(value) ? javaDouble(value) : String(value)
}

function decimalText(schema: ConnectSchema, value: Uint8Array): string {
  return javaDecimal(value, Number(schema.parameters?.scale ?? 0))
}

/** The instant that a value of Connect's Date, Time or Timestamp stands for; null for others. */
function dateOf(schema: ConnectSchema | null, value: unknown): Date | null {
  const factor =
    schema?.name === LOGICAL.date
      ? 86_400_000
      : schema?.name === LOGICAL.time || schema?.name === LOGICAL.timestamp
        ? 1
        : 0
  if (factor === 0 || (typeof value !== 'number' && typeof value !== 'bigint')) return null
  return new Date(Number(value) * factor)
}

/** `java.util.Date.toString` in UTC. */
function javaDate(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${time} UTC ${date.getUTCFullYear()}`
}

/** Connect prints a date without time, a time without date, or both, by what the instant has. */
function isoDate(date: Date): string {
  const ms = date.getTime()
  const text = date.toISOString()
  if (ms < 86_400_000) return text.slice(11)
  return ms % 86_400_000 === 0 ? text.slice(0, 10) : text
}
