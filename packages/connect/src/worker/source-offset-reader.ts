// Reads one source offset from the offset topic as it is committed now. A task with exactly-once support asks for it after it has fenced its
// predecessors: only then no older transaction can still add to the topic.
import { Admin, type Cluster, partitionForKey, readTopic } from '@millrace/kafka'
import type { SourceOffset, SourcePartition } from '../source/source.ts'
import { parseExact } from '../store/exact-json.ts'
import { offsetKey } from '../store/kafka-offset-store.ts'

/** What to read. */
export interface OffsetQuestion {
  readonly topic: string
  readonly partitions: number
  readonly connector: string
  readonly partition: SourcePartition
  readonly signal?: AbortSignal
}

/**
 * The offset stored last; null when there is none. Open transactions of others in the same topic partition are waited for, since what is
 * wanted may stand behind them. Errors: KafkaError of the broker.
 */
export async function readSourceOffset(cluster: Cluster, question: OffsetQuestion): Promise<SourceOffset | null> {
  const { topic, partitions, connector, partition, signal } = question
  const key = Buffer.from(offsetKey(connector, partition))
  const topicPartition = partitionForKey(partitions, key)
  const admin = new Admin(cluster)
  const fromOffset = await admin.earliestOffset(topic, topicPartition)
  const end = await admin.latestOffset(topic, topicPartition)
  if (fromOffset >= end) return null
  let found: string | null = null
  const reading = { topic, partition: topicPartition, fromOffset, ...(signal === undefined ? {} : { signal }) }
  for await (const { records, nextOffset } of readTopic(cluster, reading)) {
    for (const record of records)
      if (record.key !== null && key.equals(record.key)) found = record.value === null ? null : textOf(record.value)
    if (nextOffset >= end) break
  }
  return found === null ? null : readOffset(found)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** Null for what no Connect worker wrote, as the offset store has it. */
function readOffset(text: string): SourceOffset | null {
  try {
    const parsed = parseExact(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as SourceOffset) : null
  } catch {
    return null
  }
}
