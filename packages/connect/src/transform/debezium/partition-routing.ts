// Debezium's PartitionRouting: the partition from fields of the change.
import { CdcError } from '../../base/errors.ts'
import type { Struct } from '../../data/record.ts'
import { getField, isStruct } from '../../data/struct.ts'
import { isEnvelope, operationOf } from '../envelope.ts'
import { fieldSchema, type StageOptions } from '../record-side.ts'
import type { Transform } from '../transform.ts'

/** io.debezium.transforms.partitions.PartitionRouting with Java's hash codes. Throws CDC_UNSUPPORTED for the murmur function. */
export function partitionRouting(options: StageOptions): Transform {
  const paths = options
    .requiredList('partition.payload.fields')
    .map((path) => path.split('.').map((part) => part.trim()))
  options.required('partition.topic.num')
  const count = options.integer('partition.topic.num', 1)
  if (count < 1) throw new CdcError('CDC_CONFIG_INVALID', 'A positive, non-zero integer value is expected')
  if (options.text('partition.hash.function', 'java').trim().toLowerCase() === 'murmur') {
    throw new CdcError('CDC_UNSUPPORTED', 'PartitionRouting with partition.hash.function=murmur is not supported yet')
  }
  return {
    apply(record) {
      if (!isEnvelope(record) || operationOf(record.value) === 't') return record
      const hashes = paths.flatMap((path) => hashAt(record.value, path))
      if (hashes.length === 0) return record
      const sum = hashes.reduce((total, hash) => (total + hash) | 0, 0) & 0x7fffffff
      return { ...record, topicPartition: (sum === 0x7fffffff ? 0 : sum) % count }
    },
    close() {},
  }
}

function hashAt(envelope: Struct, path: readonly string[]): number[] {
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
  return [javaHashCode(value, fieldSchema(struct.schema, name)?.kind ?? 'string')]
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
