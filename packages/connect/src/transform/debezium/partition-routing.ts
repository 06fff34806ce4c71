// Debezium's PartitionRouting: the partition from fields of the change.
import { CdcError } from '../../base/errors.ts'
import type { Struct } from '../../data/record.ts'
import { getField, isStruct } from '../../data/struct.ts'
import { isEnvelope, operationOf } from '../envelope.ts'
import { fieldSchema, type StageOptions } from '../record-side.ts'
import type { Transform } from '../transform.ts'
import { murmurHash, murmurHashOfInt } from './murmur-hash.ts'

/** io.debezium.transforms.partitions.PartitionRouting with both hash functions. Throws CDC_CONFIG_INVALID. */
export function partitionRouting(options: StageOptions): Transform {
  const paths = options
    .requiredList('partition.payload.fields')
    .map((path) => path.split('.').map((part) => part.trim()))
  options.required('partition.topic.num')
  const count = options.integer('partition.topic.num', 1)
  if (count < 1) throw new CdcError('CDC_CONFIG_INVALID', 'A positive, non-zero integer value is expected')
  const isMurmur = options.text('partition.hash.function', 'java').trim().toLowerCase() === 'murmur'
  const hash = isMurmur ? murmurHashCode : javaHashCode
  return {
    apply(record) {
      if (!isEnvelope(record) || operationOf(record.value) === 't') return record
      const hashes = paths.flatMap((path) => hashAt(record.value, path, hash))
      if (hashes.length === 0) return record
      const sum = hashes.reduce((total, hash) => (total + hash) | 0, 0) & 0x7fffffff
      return { ...record, topicPartition: (sum === 0x7fffffff ? 0 : sum) % count }
    },
    close() {},
  }
}

type Hash = (value: unknown, kind: string) => number

function hashAt(envelope: Struct, path: readonly string[], hash: Hash): number[] {
  let struct: Struct = envelope
  for (const part of path.slice(0, -1)) {
    const name = part === 'change' ? (operationOf(envelope) === 'd' ? 'before' : 'after') : part
    const next = getField(struct, name)
    if (!isStruct(next)) return []
    struct = next
  }
  const name = path.at(-1) as string
  const value = getField(struct, name)
  if (value === undefined || value === null) return []
  return [hash(value, fieldSchema(struct.schema, name)?.kind ?? 'string')]
}

/** Debezium's murmur hash of a value: texts by their UTF-8 bytes, long integers by eight bytes, others by their hash code. */
function murmurHashCode(value: unknown, kind: string): number {
  if (typeof value === 'string') return murmurHash(Buffer.from(value, 'utf8'))
  if (typeof value !== 'bigint') return murmurHashOfInt(javaHashCode(value, kind))
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, value))
  return murmurHash(bytes)
}

/** `Object.hashCode` of the Java object that stands for a value. */
function javaHashCode(value: unknown, kind: string): number {
  switch (typeof value) {
    case 'boolean':
      return value ? 1231 : 1237
    case 'bigint': {
      const bits = BigInt.asUintN(64, value)
      return Number(BigInt.asIntN(32, bits ^ (bits >> 32n)))
    }
    case 'number':
      return kind.startsWith('float') ? floatHash(value, kind) : value
    case 'string': {
      let hash = 0
      for (let i = 0; i < value.length; i++) hash = (Math.imul(hash, 31) + value.charCodeAt(i)) | 0
      return hash
    }
    default:
      throw new CdcError('CDC_TRANSFORM_FAILED', `PartitionRouting cannot hash a value of schema type ${kind}`)
  }
}

function floatHash(value: number, kind: string): number {
  const view = new DataView(new ArrayBuffer(8))
  if (kind === 'float32') {
    view.setFloat32(0, value)
    return view.getInt32(0)
  }
  view.setFloat64(0, value)
  return view.getInt32(0) ^ view.getInt32(4)
}
