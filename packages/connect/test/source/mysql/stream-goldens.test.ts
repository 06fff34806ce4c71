// Recorded logs give the records, offsets and history that Debezium wrote for them, byte for byte but for the clock.
import { describe, expect, test } from 'vitest'
import { unsupportedIn } from '../../../src/config/mysql/support.ts'
import type { SourceOffset } from '../../../src/source/source.ts'
import { goldenFile } from '../../support/goldens.ts'
import { type GoldenRecord, hasGoldens, readScenario, scenarioNames } from './golden-scenarios.ts'
import { streamLog } from './stream-lab.ts'

interface ScenarioFile {
  readonly summary?: unknown
  readonly steps: readonly Readonly<Record<string, unknown>>[]
  readonly failure: unknown
  readonly offsets?: { readonly offsets: readonly { readonly offset: SourceOffset }[] }
}

const FILE = 'binlog.000001'

/** Where Debezium is wrong and we are not (docs/reference/differences.md). */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'ddl-zoo': 'Debezium loses a column when two swap their names',
  'json-zoo': 'Debezium garbles a negative TIME in JSON',
  'opt-jdbc-sink-converter': 'Debezium garbles latin1 text',
}

/** Why a scenario cannot be streamed from its log alone; null where it can. */
function reasonToSkip(name: string): string | null {
  const { connector, binlog, history, records } = readScenario(name)
  const { steps, failure, summary } = JSON.parse(goldenFile(name, 'scenario.json')) as ScenarioFile
  if (DIFFERENCES[name] !== undefined) return DIFFERENCES[name]
  if (binlog === null || !existsFile(name)) return 'no log'
  if (connector['transforms'] !== undefined) return 'transforms'
  if (summary) return 'only the ends of its topics are kept'
  if (!/JsonConverter/.test(connector['value.converter'] ?? '')) return 'another converter'
  if (failure !== null && failure !== undefined) return 'ends in a failure'
  if (steps.some((step) => !('sql' in step))) return 'steps beside SQL'
  if (records.some(({ value }) => value.text?.includes('"type":"schema-changes"'))) return 'a signal changes a table'
  if (startOf(history) === null) return 'no snapshot position'
  const problems = unsupportedIn(connector)
  return problems.length > 0 ? problems.join(' ') : null
}

function existsFile(name: string): boolean {
  return goldenFile(name, `${FILE}.gz`) !== ''
}

/** The snapshot's position in the recorded history. */
function startOf(history: readonly string[]): SourceOffset | null {
  const text = history.findLast((entry) => entry.includes('"snapshot" : "INITIAL"'))
  if (text === undefined) return null
  const { snapshot: _, ...position } = (JSON.parse(text) as { position: Record<string, unknown> }).position
  return position
}

/** A text without the time of processing, which is behind `op` in changes and behind `source` in schema changes. */
function withoutClock(text: string | null): string | null {
  return (
    text
      ?.replace(/("op":"\w","ts_ms":)\d+,"ts_us":\d+,"ts_ns":\d+/, '$10')
      .replace(/(\},"ts_ms":)\d+(,"databaseName")/, '$10$2')
      .replace(/("ts_ms" : )\d+/, '$10') ?? null
  )
}

function streamedOf(records: readonly GoldenRecord[], historyTopic: string | undefined) {
  return records
    .filter(
      ({ topic, value }) =>
        topic !== historyTopic &&
        (value.text === undefined || /"snapshot":(null|"false")|"status":"(BEGIN|END)"/.test(value.text)),
    )
    .map(({ topic, key, value, headers }) => ({
      topic,
      key: key.text ?? null,
      value: withoutClock(value.text ?? null),
      headers: headers.map((header) => (header as [string])[0]),
    }))
}

function byTopic<T extends { readonly topic: string }>(records: readonly T[]): Record<string, T[]> {
  return Object.groupBy(records, ({ topic }) => topic) as Record<string, T[]>
}

const names = hasGoldens ? scenarioNames() : []
const skipped = new Map(names.map((name) => [name, reasonToSkip(name)]))
const streamable = names.filter((name) => skipped.get(name) === null)
// With transaction metadata a restart repeats BEGIN or END, in Debezium as well.
const resumable = streamable.filter((name) => readScenario(name).connector['provide.transaction.metadata'] !== 'true')

describe.skipIf(!hasGoldens)('recorded logs (skipped without ../shared/goldens)', () => {
  test('there are logs to stream', () => {
    expect(streamable.length).toBeGreaterThan(10)
  })

  test.each(streamable)('%s', async (name) => {
    const { connector, binlog, history, records, server } = readScenario(name)
    const snapshotHistory = history.filter((text) => text.includes('"snapshot" : "INITIAL"'))
    const outcome = await streamLog({
      connector,
      log: binlog!,
      file: FILE,
      hasGtids: server === 'gtid',
      from: startOf(history)!,
      history: snapshotHistory,
    })
    const streamed = outcome.records.map((record) => ({ ...record, value: withoutClock(record.value) }))
    expect(byTopic(streamed)).toEqual(byTopic(streamedOf(records, connector['schema.history.internal.kafka.topic'])))
    expect(outcome.history.map(withoutClock)).toEqual(history.slice(snapshotHistory.length).map(withoutClock))
    const { offsets } = JSON.parse(goldenFile(name, 'scenario.json')) as ScenarioFile
    if (outcome.offsets.length > 0) expect(outcome.offsets.at(-1)).toEqual(offsets?.offsets[0]?.offset)
    // Cut anywhere, the same comes out.
    const cut = await streamLog({
      ...{ connector, log: binlog!, file: FILE, hasGtids: server === 'gtid', from: startOf(history)! },
      history: snapshotHistory,
      chunkEvents: 1,
    })
    expect(cut.records.map(({ key }) => key)).toEqual(outcome.records.map(({ key }) => key))
  })

  test.each(resumable)('%s: any stored offset goes on with the record behind it', async (name) => {
    const { connector, binlog, history, server } = readScenario(name)
    const snapshotHistory = history.filter((text) => text.includes('"snapshot" : "INITIAL"'))
    const base = { connector, log: binlog!, file: FILE, hasGtids: server === 'gtid', chunkEvents: 1 }
    const whole = await streamLog({ ...base, from: startOf(history)!, history: snapshotHistory })
    const texts = (records: typeof whole.records) => records.map(({ key, value }) => `${key} ${withoutClock(value)}`)
    const all = texts(whole.records)
    const { offsets, counts } = whole
    const known = [...snapshotHistory, ...whole.history]
    const step = Math.max(1, Math.floor(offsets.length / 6))
    for (let i = offsets.length - 1; i >= 0; i -= step) {
      const from = offsets[i]!
      const rest = texts((await streamLog({ ...base, from, history: known })).records)
      expect(rest).toEqual(all.slice(counts[i]!))
      const { row } = from
      if (typeof row !== 'number' || row < 2) continue
      // One row earlier inside the same event.
      const earlier = texts((await streamLog({ ...base, from: { ...from, row: row - 1 }, history: known })).records)
      // Rows without a change may give no record.
      expect(earlier.length).toBeGreaterThanOrEqual(rest.length)
      expect(all.slice(-earlier.length)).toEqual(earlier)
    }
  })

  test.each([...skipped].filter(([, reason]) => reason !== null))('%s is left to the runner: %s', (_, reason) => {
    expect(reason).not.toBe('')
  })
})
