// A client of the broker that is not ours: kafkajs.
import { Kafka, logLevel } from 'kafkajs'

const client = (bootstrap: string) =>
  new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 0 }, clientId: 'bad-input' })

/** Writes values to partition 0 of a topic and waits for the acknowledgement. */
export async function produce(bootstrap: string, topic: string, values: readonly string[]): Promise<void> {
  const producer = client(bootstrap).producer({ allowAutoTopicCreation: true })
  await producer.connect()
  try {
    await producer.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) })
  } finally {
    await producer.disconnect()
  }
}

/** The first `count` values of a topic. */
export async function messagesOf(bootstrap: string, topic: string, count: number): Promise<string[]> {
  const consumer = client(bootstrap).consumer({ groupId: `reader-${topic}` })
  const values: string[] = []
  const full = Promise.withResolvers<void>()
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        values.push(message.value?.toString() ?? '')
        if (values.length === count) full.resolve()
      },
    })
    await full.promise
  } finally {
    await consumer.disconnect()
  }
  return values
}
