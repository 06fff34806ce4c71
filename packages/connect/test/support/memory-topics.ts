// State topics in memory: what a broker would keep, for tests of the stores and the worker. `log` holds every record in order.
import type { StateRecord, StateTopic, StateTopicOptions, StateTopics } from '../../src/store/state-topic.ts'

export class MemoryTopics implements StateTopics {
  readonly log = new Map<string, StateRecord[]>()
  /** Set to make every further write fail. */
  failure: Error | null = null

  records(topic: string): StateRecord[] {
    const records = this.log.get(topic) ?? []
    this.log.set(topic, records)
    return records
  }

  async open(options: StateTopicOptions, listener: (record: StateRecord) => void): Promise<StateTopic> {
    const records = this.records(options.topic)
    for (const record of records) listener(record)
    return {
      partitions: Math.max(options.partitions, 1),
      put: async (...written) => {
        await Promise.resolve()
        if (this.failure) throw this.failure
        for (const record of written) {
          records.push(record)
          listener(record)
        }
      },
      [Symbol.asyncDispose]: async () => {},
    }
  }
}
