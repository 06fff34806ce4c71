// Signals from a Kafka topic: partition 0, records whose key is the topic prefix. The group's offset says which were taken.
import { Admin, Cluster, GroupAdmin, KafkaError, type LinkFactory, parseBootstrap, readToEnd } from '@millrace/kafka'
import type { Logger } from '../../../base/logger.ts'
import type { PolledChannel } from './file-channel.ts'
import { signalOf } from './file-channel.ts'
import type { Signal } from './signal.ts'

/** What {@link KafkaChannel} works with. */
export interface KafkaChannelOptions {
  readonly topic: string
  readonly groupId: string
  readonly bootstrapServers: string
  /** The key of records that are meant for this connector. */
  readonly key: string
  readonly openLink: LinkFactory
  readonly clientId: string
  readonly log: Logger
}

/** See the file's head. */
export class KafkaChannel implements PolledChannel {
  readonly #options: KafkaChannelOptions
  readonly #cluster: Cluster
  #next: number | null = null
  #hasWarned = false

  constructor(options: KafkaChannelOptions) {
    this.#options = options
    const { bootstrapServers, openLink: open, clientId } = options
    this.#cluster = new Cluster({ bootstrap: parseBootstrap(bootstrapServers), open, clientId })
  }

  async poll(): Promise<readonly Signal[]> {
    const { topic, groupId, log } = this.#options
    try {
      const from = this.#next ?? (await this.#start())
      const signals: Signal[] = []
      let next = from
      for await (const chunk of readToEnd(this.#cluster, { topic, partition: 0, fromOffset: from })) {
        next = chunk.nextOffset
        for (const { key, value } of chunk.records) signals.push(...this.#read(key, value))
      }
      this.#next = next
      if (next > from) await new GroupAdmin(this.#cluster).commit(groupId, [{ topic, partition: 0, offset: next }])
      this.#hasWarned = false
      return signals
    } catch (thrown) {
      const { code, message } = KafkaError.from(thrown)
      if (!this.#hasWarned) log.warn({ topic, code }, `the signal topic cannot be read: ${message}`)
      this.#hasWarned = true
      return []
    }
  }

  async close(): Promise<void> {
    await this.#cluster.close()
  }

  async #start(): Promise<number> {
    const { topic, groupId } = this.#options
    const earliest = await new Admin(this.#cluster).earliestOffset(topic, 0)
    const committed = (await new GroupAdmin(this.#cluster).offsets(groupId)).find(
      (entry) => entry.topic === topic && entry.partition === 0,
    )
    return Math.max(earliest, committed?.offset ?? 0)
  }

  #read(key: Uint8Array | null, value: Uint8Array | null): readonly Signal[] {
    const { log, key: own } = this.#options
    if (key === null || value === null || Buffer.from(key).toString('utf8') !== own) {
      log.info('a signal whose key is not the topic prefix is left out')
      return []
    }
    return signalOf(Buffer.from(value).toString('utf8'), log)
  }
}
