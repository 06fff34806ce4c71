// A decoded key value as an SQL literal, so that its row can be asked for.
import type { ConnectSchema } from '../../../data/schema.ts'

/** Literals of moments are in UTC: the session's time zone must be +00:00. Null for a value that has no literal that compares equal. */
export function valueLiteral(schema: ConnectSchema, value: unknown): string | null {
  switch (schema.name) {
    case 'org.apache.kafka.connect.data.Decimal':
      return decimalText(value as Buffer, Number(schema.parameters?.['scale'] ?? 0))
    case 'io.debezium.data.Bits':
      return unscaled((value as Buffer).toReversed(), false).toString()
    case 'io.debezium.time.Date':
    case 'org.apache.kafka.connect.data.Date':
      return quotedText(momentText(BigInt(value as number) * 86_400_000_000_000n).slice(0, 10))
    case 'io.debezium.time.Timestamp':
    case 'org.apache.kafka.connect.data.Timestamp':
      return quotedText(momentText(BigInt(value as bigint) * 1_000_000n))
    case 'io.debezium.time.MicroTimestamp':
      return quotedText(momentText((value as bigint) * 1000n))
    case 'io.debezium.time.NanoTimestamp':
      return quotedText(momentText(value as bigint))
    case 'io.debezium.time.Time':
    case 'org.apache.kafka.connect.data.Time':
      return quotedText(durationText(BigInt(value as number) * 1_000_000n))
    case 'io.debezium.time.MicroTime':
      return quotedText(durationText((value as bigint) * 1000n))
    case 'io.debezium.time.NanoTime':
      return quotedText(durationText(value as bigint))
    case 'io.debezium.time.ZonedTimestamp':
    case 'io.debezium.time.IsoTimestamp':
      return quotedText(String(value).replace('T', ' ').replace(/Z$/, ''))
    case 'io.debezium.time.IsoDate':
    case 'io.debezium.time.IsoTime':
      return quotedText(String(value).replace(/Z$/, ''))
    default:
      return plainLiteral(value)
  }
}

/** A text in quotes that mean the same in every sql_mode. */
export function quotedText(text: string): string {
  // Neither a backslash nor a character that the session's character set could read in another way stands in quotes.
  if (/^[\x20-\x5b\x5d-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`
  return `_utf8mb4 x'${Buffer.from(text, 'utf8').toString('hex')}'`
}

function plainLiteral(value: unknown): string | null {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? String(value) : null
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value ? '1' : '0'
    case 'string':
      return quotedText(value)
    default:
      return Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : null
  }
}

function decimalText(bytes: Buffer, scale: number): string {
  const value = unscaled(bytes, true)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const sign = value < 0n ? '-' : ''
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function unscaled(bytes: Uint8Array, isSigned: boolean): bigint {
  const hex = Buffer.from(bytes).toString('hex')
  if (hex === '') return 0n
  const value = BigInt(`0x${hex}`)
  return isSigned ? BigInt.asIntN(bytes.length * 8, value) : value
}

function momentText(epochNs: bigint): string {
  const ms = Number(epochNs / 1_000_000n - (epochNs % 1_000_000n < 0n ? 1n : 0n))
  const micros = ((epochNs % 1_000_000n) + 1_000_000n) % 1_000_000n
  return `${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}${String(micros / 1000n).padStart(3, '0')}`
}

function durationText(ns: bigint): string {
  const us = (ns < 0n ? -ns : ns) / 1000n
  const two = (value: bigint) => value.toString().padStart(2, '0')
  const sign = ns < 0n ? '-' : ''
  const fraction = (us % 1_000_000n).toString().padStart(6, '0')
  return `${sign}${two(us / 3_600_000_000n)}:${two((us / 60_000_000n) % 60n)}:${two((us / 1_000_000n) % 60n)}.${fraction}`
}
