// Reads what a scenario wrote: every record of every topic but Connect's own and the broker's, as golden lines.
import { Admin, type BatchRecord, Cluster, connectTcp, readToEnd } from '@millrace/kafka'
import { Kafka, logLevel } from 'kafkajs'
import type { GoldenBytes, GoldenRecord } from './scenario.ts'

const CONNECT_TOPICS = /^(__consumer_offsets|__transaction_state|connect-(configs|offsets|status)|my_connect_.*)$/

/** A reader of a broker's topics. */
export class TopicDump {
  readonly #bootstrap: string
  readonly #cluster: Cluster
  readonly #admin: Admin

  private constructor(bootstrap: string) {
    this.#bootstrap = bootstrap
    this.#cluster = new Cluster({ bootstrap: [bootstrap], open: connectTcp, clientId: 'goldens' })
    this.#admin = new Admin(this.#cluster)
  }

  /** Opens a reader. */
  static async connect(bootstrap: string): Promise<TopicDump> {
    const dump = new TopicDump(bootstrap)
    await dump.#admin.topics()
    return dump
  }

  /** Number of records in all topics that count. */
  async count(): Promise<number> {
    let count = 0
    for (const { name, partition } of await this.#partitions()) {
      const [first, end] = [
        await this.#admin.earliestOffset(name, partition),
        await this.#admin.latestOffset(name, partition),
      ]
      count += end - first
    }
    return count
  }

  /** All records by topic name, partition, offset. */
  async read(withTimestamps: boolean): Promise<GoldenRecord[]> {
    const out: GoldenRecord[] = []
    for (const { name, partition } of await this.#partitions())
      for await (const { records } of readToEnd(this.#cluster, {
        topic: name,
        partition,
        fromOffset: await this.#admin.earliestOffset(name, partition),
      }))
        for (const record of records) out.push(line(name, partition, record, withTimestamps))
    return out
  }

  /** Produces one record, by a client that is not ours. */
  async produce(topic: string, key: string | null, value: string | null): Promise<void> {
    const producer = new Kafka({ brokers: [this.#bootstrap], logLevel: logLevel.NOTHING }).producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ key, value }] })
    await producer.disconnect()
  }

  /** Deletes a topic. */
  async deleteTopic(topic: string): Promise<void> {
    await this.#admin.deleteTopic(topic)
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#cluster.close()
  }

  async #partitions(): Promise<{ name: string; partition: number }[]> {
    const topics = (await this.#admin.topics()).filter(
      ({ name, isInternal }) => !isInternal && !CONNECT_TOPICS.test(name),
    )
    return topics.flatMap(({ name, leaders }) => leaders.map((_leader, partition) => ({ name, partition })))
  }
}

function line(topic: string, partition: number, record: BatchRecord, withTimestamps: boolean): GoldenRecord {
  return {
    topic,
    partition,
    key: golden(record.key),
    value: golden(record.value),
    headers: record.headers.map(({ key, value }) => [key, golden(value)]),
    ...(withTimestamps ? { timestamp: record.timestampMs } : {}),
  }
}

/** Whether a control character other than tab, line feed and carriage return stands in the text. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) < 0x20 && !'\t\n\r'.includes(text[i] as string)) return true
  return false
}

/** Bytes as the goldens write them: text when it is printable UTF-8, else base64. */
export function golden(bytes: Uint8Array | null): GoldenBytes {
  if (bytes === null) return { null: true }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('utf8')
  const isText = Buffer.from(text, 'utf8').equals(buffer) && !hasControl(text)
  return isText ? { text } : { base64: buffer.toString('base64') }
}
