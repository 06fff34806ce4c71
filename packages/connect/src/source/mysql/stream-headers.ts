// The headers that Debezium puts on data and schema-change records.
import { randomFillSync } from 'node:crypto'
import type { FlavourName } from '../../config/mysql/mysql-config.ts'
import type { RecordHeader, Struct } from '../../data/record.ts'
import { STRING } from '../../data/schema-builder.ts'

/** What the context headers say. */
export interface HeaderContext {
  readonly topicPrefix: string
  readonly flavour: FlavourName
  readonly taskId: number
  /** `extended.headers.enabled`. */
  readonly isEnabled: boolean
}

/** Headers of one run of the connector; the `runId` is new with every run. */
export class ContextHeaders {
  /** One array for all records without a header of their own. */
  readonly plain: readonly RecordHeader[]

  constructor({ topicPrefix, flavour, taskId, isEnabled }: HeaderContext) {
    const text = (key: string, value: string) => ({ key: `__debezium.context.${key}`, schema: STRING, value })
    this.plain = !isEnabled
      ? []
      : [
          text('connectorLogicalName', topicPrefix),
          text('taskId', String(taskId)),
          text('connectorName', flavour),
          text('runId', uuidVersion7(Date.now())),
        ]
  }

  /** Headers of the halves of a change of key. */
  withKey(name: '__debezium.newkey' | '__debezium.oldkey', key: Struct): readonly RecordHeader[] {
    return [{ key: name, schema: key.schema, value: key }, ...this.plain]
  }
}

/** A UUID of version 7: 48 bits of milliseconds, then random bits. */
export function uuidVersion7(epochMs: number): string {
  const bytes = randomFillSync(Buffer.alloc(16))
  bytes.writeUIntBE(epochMs, 0, 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
