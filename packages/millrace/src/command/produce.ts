// millrace produce: sends the lines of standard input as records, with the flags of kafka-console-producer.
import { createInterface } from 'node:readline'
import { type Compression, encodeHeaders, KafkaError, Producer, partitionForKey } from '@millrace/kafka'
import { Command, Option } from 'commander'
import { type ClientFlags, type OpenClient, withClient, withClientFlags } from './client-options.ts'
import { collected } from './flag-values.ts'
import { type LineFormat, type LineRecord, lineFormat, recordOfLine } from './line-format.ts'

interface ProduceFlags extends ClientFlags {
  readonly topic: string
  readonly property: readonly string[]
  readonly readerProperty: readonly string[]
  readonly compressionCodec?: Compression | true
}

/** The command. */
export function produceCommand(): Command {
  return withClientFlags(new Command('produce'))
    .description('send the lines of standard input as records')
    .requiredOption('--topic <name>', 'the topic')
    .option(
      '--reader-property <name=value>',
      'parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator, null.marker, ignore.error (repeatable)',
      collected,
      [],
    )
    .option('--property <name=value>', 'the same under the name of older tools', collected, [])
    .addOption(
      new Option('--compression-codec [codec]', 'compress the batches; gzip when nothing is named').choices([
        'none',
        'gzip',
        'snappy',
        'lz4',
        'zstd',
      ]),
    )
    .action(run)
}

async function run(flags: ProduceFlags): Promise<void> {
  const format = lineFormat([...flags.property, ...flags.readerProperty])
  const compression = flags.compressionCodec === true ? 'gzip' : (flags.compressionCodec ?? 'none')
  await withClient(flags, async (client) => {
    await client.cluster.refresh([flags.topic], true)
    const producer = await Producer.open({ cluster: client.cluster, compression })
    try {
      if (!(await producer.resolve([flags.topic])))
        throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic '${flags.topic}' does not exist`)
      await sendAll(client, producer, flags.topic, format)
    } finally {
      await producer.close()
    }
  })
}

async function sendAll(_client: OpenClient, producer: Producer, topic: string, format: LineFormat): Promise<void> {
  const partitions = producer.partitionCount(topic) ?? 1
  // records without a key go to one partition of this run, as Kafka's sticky partitioner does for so few
  const sticky = Math.floor(Math.random() * partitions)
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const record = recordOfLine(line, format)
    const partition = record.key === null ? sticky : partitionForKey(partitions, record.key)
    append(producer, topic, partition, record)
    await producer.room()
  }
  producer.send()
  await producer.checkpoint()
}

function append(producer: Producer, topic: string, partition: number, { key, value, headers }: LineRecord): void {
  const appender = producer.appender(topic, partition)
  const put = (bytes: Uint8Array): void => {
    appender.sink.reserve(bytes.length)
    appender.sink.bytes.set(bytes, appender.sink.pos)
    appender.sink.pos += bytes.length
  }
  appender.begin(Date.now())
  if (key === null) appender.nullKey()
  else {
    appender.beginKey()
    put(key)
    appender.endKey()
  }
  if (value === null) appender.nullValue()
  else {
    appender.beginValue()
    put(value)
    appender.endValue()
  }
  appender.end(encodeHeaders(headers))
}
