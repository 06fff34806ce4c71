// What record.ts keeps of a scenario, and how two runs of it are compared.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { SourceOffset } from '../../src/source/source.ts'
import type { GoldenRecord } from '../source/mysql/golden-scenarios.ts'

/** The recorded scenarios. */
export const SCENARIOS = [
  'compressed',
  'ddl-rows',
  'demo-stage-a',
  'include-query',
  'keys',
  'mask',
  'types-plain',
] as const

/** Name of the one log file. */
export const LOG_FILE = 'binlog.000001'

/** A record that Debezium streamed, its texts masked. */
export interface OfflineRecord {
  readonly topic: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly string[]
}

/** One scenario without its log. */
export interface OfflineFixture {
  readonly connector: Readonly<Record<string, string>>
  /** Where the snapshot ended. */
  readonly from: SourceOffset
  /** Texts of the schema history up to there. */
  readonly history: readonly string[]
  readonly records: readonly OfflineRecord[]
}

/** What a clock, a connection or a fresh server gives: the goldens' masks for the JSON of the source block and of schema changes. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/"(\w*ts_(?:ms|us|ns|sec))":-?\d+/g, '"$1":0'],
  [/"(pos|thread)":\d+/g, '"$1":0'],
  [/"file":"[^"]*\.\d{6}"/g, '"file":"<file>"'],
  [/"gtid":"[^"]*"/g, '"gtid":"<gtid>"'],
  // Values of CURRENT_TIMESTAMP and the like: instants of the year of recording, in any unit.
  [/(?<![\w.:-])179[5-6]\d{6}(?:\d{3}|\d{6}|\d{9})?(?![\w.])/g, '0'],
  [/(?<=:)179[5-6]\d{6}(?:\d{3}|\d{6}|\d{9})?(?=[,}\]])/g, '0'],
]

/** A text without what differs from run to run. */
export function masked(text: string | null): string | null {
  return text === null ? null : MASKS.reduce((result, [pattern, by]) => result.replace(pattern, by), text)
}

/** The records behind the snapshot, masked. */
export function streamedPart(records: readonly GoldenRecord[], historyTopic: string | undefined): OfflineRecord[] {
  return records
    .filter(
      ({ topic, value }) =>
        topic !== historyTopic &&
        (value.text === undefined || /"snapshot":(null|"false")|"status":"(BEGIN|END)"/.test(value.text)),
    )
    .map(({ topic, key, value, headers }) => ({
      topic,
      key: masked(key.text ?? null),
      value: masked(value.text ?? null),
      headers: headers.map((header) => (header as [string])[0]),
    }))
}

/** Reads a recorded scenario: its log and what belongs to it. */
export function readOffline(name: string): { readonly log: Buffer; readonly fixture: OfflineFixture } {
  const unpacked = (file: string) => gunzipSync(readFileSync(new URL(`./logs/${file}.gz`, import.meta.url)))
  return {
    log: unpacked(`${name}.binlog`),
    fixture: JSON.parse(unpacked(`${name}.json`).toString('utf8')) as OfflineFixture,
  }
}
