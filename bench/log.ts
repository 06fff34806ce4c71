// Kafka's side of the road: how fast record batches are written, appended durably, and produced to the embedded broker over a message port.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  Admin,
  BatchWriter,
  Cluster,
  FileCache,
  PartitionLog,
  PortLink,
  Producer,
  partitionConfig,
  type RecordAppender,
  startBrokerThread,
} from '@millrace/kafka'
import type { BenchFigure } from './figure.ts'

/** Size of a record's value, as the order table's Debezium event has it. */
const VALUE_BYTES = 627
const KEY_BYTES = 60
const BATCH_BYTES = 512 * 1024
const LOG_BYTES = 600_000_000
const PRODUCED_RECORDS = 1_000_000

/** Runs the three; on a folder of the system's temporary folder. */
export async function runLog(): Promise<BenchFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  try {
    return [...writeBatches(), ...(await appendToLog(join(folder, 'log'))), ...(await produce(join(folder, 'broker')))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const FILL = Buffer.alloc(VALUE_BYTES, '{"before":null,"after":')
const NO_HEADERS = { count: 0, bytes: new Uint8Array(0) }

function writeRecord(appender: RecordAppender): void {
  const { sink } = appender
  appender.begin(1_750_000_000_000)
  appender.beginKey()
  sink.reserve(KEY_BYTES)
  sink.pos += FILL.copy(sink.bytes, sink.pos, 0, KEY_BYTES)
  appender.endKey()
  appender.beginValue()
  sink.reserve(VALUE_BYTES)
  sink.pos += FILL.copy(sink.bytes, sink.pos)
  appender.endValue()
  appender.end(NO_HEADERS)
}

function filledBatch(writer: BatchWriter): Buffer {
  writer.reset()
  while (writer.sizeBytes < BATCH_BYTES) writeRecord(writer)
  return writer.close({ producerId: -1, producerEpoch: -1, baseSequence: -1 }).bytes
}

function writeBatches(): BenchFigure[] {
  const writer = new BatchWriter(BATCH_BYTES * 2)
  let records = 0
  let bytes = 0
  for (let i = 0; i < 50; i++) filledBatch(writer)
  const start = performance.now()
  while (performance.now() - start < 1000) {
    bytes += filledBatch(writer).length
    records += writer.count
  }
  const seconds = (performance.now() - start) / 1000
  return [
    { name: 'batch writer: records', value: records / seconds, unit: 'records/s', better: 'higher' },
    { name: 'batch writer: bytes, checksum included', value: bytes / seconds / 1e6, unit: 'MB/s', better: 'higher' },
  ]
}

async function appendToLog(folder: string): Promise<BenchFigure[]> {
  const log = await PartitionLog.open({
    topic: 'bench',
    partition: 0,
    folder,
    config: partitionConfig({}),
    files: new FileCache(),
  })
  const batch = Buffer.from(filledBatch(new BatchWriter(BATCH_BYTES * 2)))
  // Made before the clock starts, as the broker finds them in the frames it receives.
  const batches = Array.from({ length: Math.ceil(LOG_BYTES / batch.length) }, () => Buffer.from(batch))
  let inAppendMs = 0
  const start = performance.now()
  for (const one of batches) {
    const before = performance.now()
    log.append(one)
    inAppendMs += performance.now() - before
    const durable = log.flush()
    if (log.pendingBytes > 32 * 1024 * 1024) await durable
  }
  await log.flush()
  const seconds = (performance.now() - start) / 1000
  const bytes = log.sizeBytes
  const readStart = performance.now()
  let read = 0
  for (let offset = 0; offset < log.highWatermark; ) {
    const chunk = await log.read(offset, 8 * 1024 * 1024)
    read += chunk.length
    offset += (chunk.length / batch.length) * (log.highWatermark / batches.length)
  }
  const readSeconds = (performance.now() - readStart) / 1000
  await log.close()
  return [
    {
      name: 'log: validated append on its thread',
      value: bytes / inAppendMs / 1e3,
      unit: 'MB/s',
      better: 'higher',
      target: 400,
    },
    { name: 'log: append until on disk', value: bytes / seconds / 1e6, unit: 'MB/s', better: 'higher' },
    { name: 'log: read, checksums verified', value: read / readSeconds / 1e6, unit: 'MB/s', better: 'higher' },
  ]
}

async function produce(dataFolder: string): Promise<BenchFigure[]> {
  await using broker = await startBrokerThread({ dataFolder })
  const cluster = new Cluster({
    bootstrap: ['embedded:9092'],
    open: async () => new PortLink(broker.connect()),
    clientId: 'bench',
  })
  await new Admin(cluster).createTopic({ name: 'bench', partitions: 1 })
  const producer = await Producer.open({ cluster })
  await producer.resolve(['bench'])
  const run = async (records: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < records; i++) {
      writeRecord(producer.appender('bench', 0))
      // The loop of a task awaits once per source batch.
      if (i % 1000 === 999) await producer.room()
    }
    producer.send()
    await producer.checkpoint()
    return (performance.now() - start) / 1000
  }
  await run(PRODUCED_RECORDS / 5)
  const cpu = process.cpuUsage()
  const seconds = await run(PRODUCED_RECORDS)
  const { user, system } = process.cpuUsage(cpu)
  const latencies: number[] = []
  for (let i = 0; i < 200; i++) latencies.push((await run(1)) * 1000)
  latencies.sort((a, b) => a - b)
  await producer.close()
  await cluster.close()
  return [
    {
      name: 'producer to embedded broker, acknowledged',
      value: PRODUCED_RECORDS / seconds,
      unit: 'records/s',
      better: 'higher',
    },
    {
      name: 'producer to embedded broker: CPU of both threads',
      value: (user + system) / PRODUCED_RECORDS,
      unit: 's per million records',
      better: 'lower',
    },
    { name: 'producer to embedded broker: one record, median', value: latencies[100]!, unit: 'ms', better: 'lower' },
  ]
}
