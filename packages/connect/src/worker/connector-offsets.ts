// What REST may do to a connector's offsets: list them in any state, change or reset them while it is stopped.
import { CdcError } from '../base/errors.ts'
import { inJavaMapOrder } from '../store/java-map.ts'
import type { OffsetEntry } from './answers.ts'
import type { Worker } from './worker.ts'

/** Offsets of sink connectors are topic offsets of a consumer group; this is what manages them. */
export interface SinkOffsets {
  list(connector: string): Promise<OffsetEntry[]>
  alter(connector: string, entries: readonly OffsetEntry[]): Promise<void>
  reset(connector: string): Promise<void>
}

/** Offsets of connectors. Errors are CdcErrors with Connect's status and message. */
export class ConnectorOffsets {
  readonly #worker: Worker
  readonly #sinks: SinkOffsets | null

  /** Without `sinks` the offsets of sink connectors answer "not supported". */
  constructor(worker: Worker, sinks: SinkOffsets | null = null) {
    this.#worker = worker
    this.#sinks = sinks
  }

  /** Every source partition with a stored offset. */
  async list(connector: string): Promise<OffsetEntry[]> {
    if (this.#worker.plugin(connector).type === 'sink') return this.#sinkOffsets().list(connector)
    return this.#worker.parts.offsets.all(connector).map(({ partition, offset }) => ({ partition, offset }))
  }

  /** Stores the offsets given; an entry without one resets its partition. Returns the sentence for the answer. */
  async alter(connector: string, entries: readonly OffsetEntry[]): Promise<string> {
    this.#worker.config(connector)
    if (entries.length === 0)
      throw new CdcError(
        'CDC_STATE_BAD_REQUEST',
        'Partitions / offsets need to be provided for an alter offsets request',
      )
    return this.#worker.whileStopped(connector, async () => {
      const plugin = this.#worker.plugin(connector)
      if (plugin.type === 'sink') await this.#sinkOffsets().alter(connector, entries)
      else {
        plugin.checkOffsets?.(entries)
        for (const { partition, offset } of entries) checkPrimitives(partition, offset)
        const written = entries.map(({ partition, offset }) => ({
          partition: partition && inJavaMapOrder(partition),
          offset: offset && inJavaMapOrder(offset),
        }))
        await this.#worker.parts.offsets.putAll(connector, written)
      }
      return sentence(plugin.ownsOffsets, 'altered')
    })
  }

  /** Removes every offset of the connector. Returns the sentence for the answer. */
  async reset(connector: string): Promise<string> {
    return this.#worker.whileStopped(connector, async () => {
      const plugin = this.#worker.plugin(connector)
      const { offsets } = this.#worker.parts
      if (plugin.type === 'sink') await this.#sinkOffsets().reset(connector)
      else
        await offsets.putAll(
          connector,
          offsets.all(connector).map(({ partition }) => ({ partition, offset: null })),
        )
      return sentence(plugin.ownsOffsets, 'reset')
    })
  }

  #sinkOffsets(): SinkOffsets {
    if (this.#sinks) return this.#sinks
    throw new CdcError('CDC_UNSUPPORTED', 'Offsets of sink connectors are not supported yet')
  }
}

/** Debezium's connectors leave the question open whether they keep offsets elsewhere, as Java's default does. */
function sentence(isOwn: boolean, done: 'altered' | 'reset'): string {
  if (isOwn) return `The offsets for this connector have been ${done} successfully`
  return (
    `The Connect framework-managed offsets for this connector have been ${done} successfully. However, if this connector ` +
    `manages offsets externally, they will need to be manually ${done} in the system that the connector uses.`
  )
}

function checkPrimitives(...maps: readonly (Readonly<Record<string, unknown>> | null)[]): void {
  for (const map of maps) {
    for (const [field, value] of Object.entries(map ?? {})) {
      if (typeof value !== 'object' || value === null) continue
      const kind = Array.isArray(value) ? 'ARRAY' : 'MAP'
      const message = `Offsets may only contain primitive types as values, but field ${field} contains ${kind}`
      throw new CdcError('CDC_STATE_BAD_REQUEST', message, { httpStatus: 500 })
    }
  }
}
