import { expect, test } from 'vitest'
import type { SourceItem } from '../../src/data/change-row.ts'
import { prometheusText } from '../../src/rest/metrics.ts'
import { MeasureBoard } from '../../src/worker/measure-board.ts'
import { SourceMeasures } from '../../src/worker/task-measures.ts'

const change = (op: string) => ({ kind: 'change', op }) as unknown as SourceItem

function measured(measures: SourceMeasures): Record<string, number> {
  return Object.fromEntries(
    measures.samples().map(({ name, value, labels }) => [`${name} ${labels['context'] ?? ''}`.trim(), value]),
  )
}

test('a snapshot and the stream after it: what Debezium’s beans show', () => {
  let now = 1_000_000_000_000
  const config = { 'connector.class': 'io.debezium.connector.mysql.MySqlConnector', 'topic.prefix': 'shop' }
  const measures = new SourceMeasures(config, () => now)
  measures.batch({ sourceOffset: { snapshot: true, pos: 4, ts_sec: 1 } })
  for (const op of ['r', 'r', 'r']) measures.counts.see(change(op))
  now += 7000
  expect(measured(measures)).toMatchObject({
    'debezium_metrics_SnapshotRunning snapshot': 1,
    'debezium_metrics_SnapshotDurationInSeconds snapshot': 7,
    'debezium_metrics_TotalNumberOfEventsSeen snapshot': 3,
    'debezium_metrics_MilliSecondsBehindSource streaming': -1,
  })
  measures.batch({ sourceOffset: { pos: 157, gtids: 'x:1-2', ts_sec: now / 1000 - 3 } })
  for (const op of ['c', 'u', 'd', 'u']) measures.counts.see(change(op))
  now += 500
  expect(measured(measures)).toMatchObject({
    'debezium_metrics_SnapshotRunning snapshot': 0,
    'debezium_metrics_SnapshotCompleted snapshot': 1,
    'debezium_metrics_TotalNumberOfEventsSeen streaming': 4,
    'debezium_metrics_TotalNumberOfUpdateEventsSeen streaming': 2,
    'debezium_metrics_MilliSecondsBehindSource streaming': 3000,
    'debezium_metrics_MilliSecondsSinceLastEvent streaming': 500,
    'debezium_metrics_BinlogPosition streaming': 157,
    'debezium_metrics_IsGtidModeEnabled streaming': 1,
    kafka_connect_source_task_source_record_poll_total: 7,
    kafka_connect_connector_task_batch_size_max: 4,
  })
})

test('a connector that is not Debezium’s has Connect’s measures only', () => {
  const names = new SourceMeasures({ 'connector.class': 'x.FileStreamSource' }).samples().map(({ name }) => name)
  expect(names).toContain('kafka_connect_source_task_source_record_write_total')
  expect(names.some((name) => name.startsWith('debezium'))).toBe(false)
})

test('a task that never answers holds nothing up', async () => {
  const board = new MeasureBoard()
  const sample = { name: 'n', help: 'h', kind: 'gauge', value: 1, labels: {} } as const
  board.add({ connector: 'stuck', task: 0, measure: () => new Promise(() => {}) })
  board.add({ connector: 'well', task: 1, measure: async () => [sample] })
  expect(await board.samples(20)).toEqual([{ ...sample, labels: { connector: 'well', task: '1' } }])
})

test('the text format: one head for each name, labels escaped', () => {
  const sample = { name: 'n', help: 'a\nb', kind: 'counter', value: 2, labels: { c: 'x"\\\n' } } as const
  const other = { name: 'm', help: 'm', kind: 'gauge', value: -1, labels: {} } as const
  expect(prometheusText([sample, other, { ...sample, value: 3, labels: {} }])).toBe(
    '# HELP n a\\nb\n# TYPE n counter\nn{c="x\\"\\\\\\n"} 2\nn 3\n# HELP m m\n# TYPE m gauge\nm -1\n',
  )
})
