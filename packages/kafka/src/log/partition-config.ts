// The topic options that the log itself obeys, with Kafka's names, defaults and units.

/** Options of a partition's log. */
export interface PartitionConfig {
  /** `segment.bytes`: a segment is closed before it grows beyond this. */
  readonly segmentBytes: number
  /** `segment.ms`: a segment is closed when it is older. */
  readonly segmentMs: number
  /** `retention.ms`: records older are deleted; -1 = never. */
  readonly retentionMs: number
  /** `retention.bytes`: oldest segments are deleted beyond this size; -1 = no limit. */
  readonly retentionBytes: number
  /** `max.message.bytes`: largest batch taken. */
  readonly maxBatchBytes: number
  /** `cleanup.policy` contains `compact`. */
  readonly isCompacted: boolean
  /** `cleanup.policy` contains `delete`. */
  readonly isDeleted: boolean
  /** `message.timestamp.type` is `LogAppendTime`. */
  readonly hasAppendTime: boolean
  /** `delete.retention.ms`: how long a tombstone stays after compaction. */
  readonly deleteRetentionMs: number
  /** `min.cleanable.dirty.ratio`: share of uncompacted bytes from which compaction is worth it. */
  readonly minDirtyRatio: number
}

const DEFAULTS: Readonly<Record<string, string>> = {
  'segment.bytes': '1073741824',
  'segment.ms': '604800000',
  'retention.ms': '604800000',
  'retention.bytes': '-1',
  'max.message.bytes': '1048588',
  'cleanup.policy': 'delete',
  'message.timestamp.type': 'CreateTime',
  'delete.retention.ms': '86400000',
  'min.cleanable.dirty.ratio': '0.5',
}

/** The options of a topic's configuration (values are texts, as Kafka's API has them); what is missing has Kafka's default. */
export function partitionConfig(configs: Readonly<Record<string, string>>): PartitionConfig {
  const text = (name: string): string => configs[name] ?? DEFAULTS[name]!
  const policies = text('cleanup.policy')
    .split(',')
    .map((policy) => policy.trim())
  return {
    // An index position has 32 bits, and one batch may follow the limit.
    segmentBytes: Math.min(Number(text('segment.bytes')), 0x7fffffff),
    segmentMs: Number(text('segment.ms')),
    retentionMs: Number(text('retention.ms')),
    retentionBytes: Number(text('retention.bytes')),
    maxBatchBytes: Number(text('max.message.bytes')),
    isCompacted: policies.includes('compact'),
    isDeleted: policies.includes('delete'),
    hasAppendTime: text('message.timestamp.type') === 'LogAppendTime',
    deleteRetentionMs: Number(text('delete.retention.ms')),
    minDirtyRatio: Number(text('min.cleanable.dirty.ratio')),
  }
}
