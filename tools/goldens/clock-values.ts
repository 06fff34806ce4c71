// Values that a scenario took from the server's clock (`DEFAULT CURRENT_TIMESTAMP`, `NOW()`): the time of the run here, the time of the
// recording in the golden. Masked on both sides where they lie in that span; other instants are compared.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { GoldenBytes, GoldenRecord } from './scenario.ts'

/** A span of time, Unix epoch milliseconds. */
export interface TimeSpan {
  readonly fromMs: number
  readonly toMs: number
}

const INSTANT = /\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?(Z?)/g
/** The setup of a recording ran this long before its first record at most. */
const SETUP_MS = 600_000
const END_MS = 60_000

/** When the scenario was recorded, by the record timestamps of expected.jsonl; null where it has none. */
export function recordingSpan(folder: string): TimeSpan | null {
  const file = path.join(folder, 'expected.jsonl')
  if (!existsSync(file)) return null
  const stamps: number[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const timestamp = line === '' ? undefined : (JSON.parse(line) as { timestamp?: number }).timestamp
    if (timestamp !== undefined) stamps.push(timestamp)
  }
  if (stamps.length === 0) return null
  return { fromMs: Math.min(...stamps) - SETUP_MS, toMs: Math.max(...stamps) + END_MS }
}

/** The record with every instant of the span replaced; whether it has a fraction stays visible. */
export function maskClock(record: GoldenRecord, span: TimeSpan | null): GoldenRecord {
  if (span === null) return record
  return { ...record, key: masked(record.key, span), value: masked(record.value, span) }
}

function masked(bytes: GoldenBytes, { fromMs, toMs }: TimeSpan): GoldenBytes {
  if (!('text' in bytes)) return bytes
  const text = bytes.text.replace(
    INSTANT,
    (all: string, separator: string, fraction: string | undefined, zone: string) => {
      const ms = Date.parse(`${all.slice(0, 10)}T${all.slice(11, 19)}Z`)
      if (Number.isNaN(ms) || ms < fromMs - 1000 || ms > toMs) return all
      return `<now${separator}${fraction === undefined ? '' : '.f'}${zone}>`
    },
  )
  return { text }
}
