import { partitionForKey } from '@millrace/kafka'
import { expect, test } from 'vitest'
import { CdcError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import type { ChangeRow, ChangeShape, SourceItem } from '../../src/data/change-row.ts'
import type { ConnectRecord } from '../../src/data/record.ts'
import type { Source, SourceBatch } from '../../src/source/source.ts'
import { OffsetProgress } from '../../src/worker/offset-progress.ts'
import { RecordWriter, type RecordWriterOptions } from '../../src/worker/record-writer.ts'
import { runSourceLoop } from '../../src/worker/source-loop.ts'
import { traceOf } from '../../src/worker/trace.ts'
import { MemoryOutput } from '../support/memory-output.ts'

const text = (value: unknown) => (typeof value === 'string' ? Buffer.from(value) : null)
const noLane = { fromConnect: (_t: string, _s: unknown, value: unknown) => text(value), changeWriter: () => null }
const converter = { ...noLane, toConnect: () => ({ schema: null, value: null }) }

function record(topic: string, key: string | null, value: string | null): SourceItem {
  const plain: ConnectRecord = {
    topic,
    topicPartition: null,
    keySchema: null,
    key,
    valueSchema: null,
    value,
    headers: [],
    timestampMs: null,
  }
  return { kind: 'record', record: plain }
}

function batchOf(pos: number, items: SourceItem[]): SourceBatch {
  return {
    forEach: (visit) => {
      for (const item of items) visit(item)
    },
    sourcePartition: { server: 's' },
    sourceOffset: { pos },
    acked: () => {},
  }
}

function loopOf(
  batches:
    | Iterable<SourceBatch>
    | AsyncIterable<SourceBatch>
    | ((interrupted: Promise<void>) => AsyncIterable<SourceBatch>),
  options: Partial<RecordWriterOptions> = {},
) {
  const output = new MemoryOutput()
  const stored: unknown[] = []
  const interrupted = Promise.withResolvers<void>()
  const topics: string[] = []
  const writer = new RecordWriter({
    output,
    keyConverter: converter,
    valueConverter: converter,
    headerConverter: { fromConnectHeader: () => null },
    transforms: { touches: () => false, apply: (given) => given },
    isTolerant: false,
    logsErrors: false,
    log: silentLogger,
    nowMs: () => 42,
    ...options,
  })
  const progress = new OffsetProgress({
    store: async (_partition, offset) => void stored.push(offset.pos),
    intervalMs: 1_000_000,
    log: silentLogger,
  })
  const source: Source = {
    async *batches() {
      yield* typeof batches === 'function' ? batches(interrupted.promise) : batches
    },
    async [Symbol.asyncDispose]() {},
  }
  const run = () =>
    runSourceLoop({
      source,
      interrupt: () => interrupted.resolve(),
      writer,
      output,
      progress,
      whenUnpaused: async () => {},
      onTopics: (names) => topics.push(...names),
    })
  return { run, output, writer, stored, topics, progress }
}

test('writes records in order, finds topics first, and stores the last offset at the end', async () => {
  const { run, output, stored, topics } = loopOf([
    batchOf(1, [record('a', 'k', 'v1'), record('b', null, null), record('a', 'k', 'v2')]),
    batchOf(2, [record('a', 'k', 'v3')]),
  ])
  await run()
  expect(output.records.map(({ topic, key, value, timestampMs }) => [topic, key, value, timestampMs])).toEqual([
    ['a', 'k', 'v1', 42],
    ['b', null, null, 42],
    ['a', 'k', 'v2', 42],
    ['a', 'k', 'v3', 42],
  ])
  expect(stored).toEqual([2])
  expect(topics).toEqual(['a', 'b'])
})

test('partitions by the key as Kafka does, and honours a partition that a transform asks for', async () => {
  const apply = (given: ConnectRecord) => (given.value === 'routed' ? { ...given, topicPartition: 6 } : given)
  const transforms = { touches: () => true, apply }
  const { run, output } = loopOf(
    [batchOf(1, [record('a', 'k1', 'v'), record('a', 'k2', 'v'), record('a', 'k1', 'routed')])],
    {
      transforms,
    },
  )
  output.partitions = 7
  await run()
  const expected = ['k1', 'k2'].map((key) => partitionForKey(7, Buffer.from(key)))
  expect(output.records.map(({ partition }) => partition)).toEqual([...expected, 6])
})

test('a record that cannot be transformed ends the task before its offset', async () => {
  const apply = (given: ConnectRecord) => {
    if (given.value === 'bad') throw new CdcError('CDC_DATA_INVALID', 'Field does not exist: nope')
    return given
  }
  const transforms = { touches: () => true, apply }
  const { run, output, stored } = loopOf(
    [batchOf(1, [record('a', 'k', 'v')]), batchOf(2, [record('a', 'k', 'w'), record('a', 'k', 'bad')])],
    { transforms },
  )
  const failure = await run().catch((caught: unknown) => caught)
  const lines = traceOf(failure).split('\n')
  expect(lines[0]).toBe('org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler')
  expect(lines[1]).toBe('Caused by: org.apache.kafka.connect.errors.DataException: Field does not exist: nope')
  expect(stored).toEqual([1])
  expect(output.records).toHaveLength(2)
})

test('a source that is left in the middle is told, so that it closes its connections', async () => {
  let isClosed = false
  async function* batches() {
    try {
      yield batchOf(1, [record('a', 'k', 'bad')])
      yield batchOf(2, [record('a', 'k', 'never asked for')])
    } finally {
      isClosed = true
    }
  }
  const apply = () => {
    throw new CdcError('CDC_DATA_INVALID', 'Field does not exist: nope')
  }
  const { run } = loopOf(batches(), { transforms: { touches: () => true, apply } })
  await expect(run()).rejects.toThrow('Tolerance exceeded in error handler')
  expect(isClosed).toBe(true)
})

test('with errors.tolerance=all such a record is skipped and counted', async () => {
  const apply = (given: ConnectRecord) => {
    if (given.value === 'bad') throw new Error('no')
    return given.value === 'dropped' ? null : given
  }
  const transforms = { touches: () => true, apply }
  const { run, output, stored, writer } = loopOf(
    [batchOf(1, [record('a', 'k', 'bad'), record('a', 'k', 'dropped'), record('a', 'k', 'good')])],
    { transforms, isTolerant: true },
  )
  await run()
  expect(output.records.map(({ value }) => value)).toEqual(['good'])
  expect(writer.skipped).toBe(1)
  expect(stored).toEqual([1])
})

test('a record that the broker refuses ends the task, and its offset is never stored', async () => {
  const gate = Promise.withResolvers<void>()
  async function* batches() {
    yield batchOf(1, [record('a', 'k', 'v')])
    await gate.promise
    yield batchOf(2, [record('a', 'k', 'w')])
  }
  const { run, output, stored, progress } = loopOf(batches())
  const running = run().catch((caught: Error) => caught.message)
  await new Promise((resolve) => setImmediate(resolve))
  await progress.flush()
  expect(stored).toEqual([1])
  output.failure = new CdcError('CDC_PRODUCE_FAILED', 'too large')
  gate.resolve()
  expect(await running).toBe('too large')
  expect(stored).toEqual([1])
})

test('a refusal is seen while the source waits for something to read', async () => {
  async function* batches(interrupted: Promise<void>) {
    yield batchOf(1, [record('a', 'k', 'v')])
    await interrupted
  }
  const { run, output, stored } = loopOf(batches)
  output.holds = true
  const running = run().catch((caught: Error) => caught.message)
  while (output.sends === 0) await new Promise((resolve) => setImmediate(resolve))
  output.failure = new CdcError('CDC_PRODUCE_FAILED', 'too large')
  output.release()
  expect(await running).toBe('too large')
  expect(stored).toEqual([])
})

test('sends what is open as soon as the source has nothing at hand', async () => {
  const gate = Promise.withResolvers<void>()
  async function* batches() {
    yield batchOf(1, [record('a', 'k', 'v')])
    await gate.promise
  }
  const { run, output } = loopOf(batches())
  const running = run()
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
  expect(output.sends).toBe(1)
  gate.resolve()
  await running
})

test('row changes take the fast lane when both converters have one, also to several partitions', async () => {
  const writes = (word: string) => (row: ChangeRow, sink: { bytes: Buffer; pos: number; reserve(n: number): void }) => {
    const bytes = Buffer.from(`${word}-${row.op}`)
    sink.reserve(bytes.length)
    bytes.copy(sink.bytes, sink.pos)
    sink.pos += bytes.length
    return true
  }
  const shape = { topic: 'a', keySchema: { kind: 'struct', optional: false } } as unknown as ChangeShape
  const row = { kind: 'change', shape, op: 'c', headers: [] } as unknown as ChangeRow
  const { run, output, writer } = loopOf([batchOf(1, [row, row])], {
    keyConverter: { ...converter, changeWriter: () => ({ writeKey: writes('key') }) },
    valueConverter: { ...converter, changeWriter: () => ({ writeValue: writes('value') }) },
  })
  output.known.set('a', 5)
  await run()
  expect(output.records.map(({ key, value }) => [key, value])).toEqual([
    ['key-c', 'value-c'],
    ['key-c', 'value-c'],
  ])
  expect(output.records[0]!.partition).toBe(partitionForKey(5, Buffer.from('key-c')))
  expect(writer.skipped).toBe(0)
})
