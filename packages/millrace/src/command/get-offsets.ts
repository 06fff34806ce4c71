// millrace get-offsets: offsets of topic partitions by time, with the flags and the output of kafka-get-offsets.
import { KafkaError } from '@millrace/kafka'
import { Command } from 'commander'
import { type ClientFlags, withClient, withClientFlags } from './client-options.ts'

interface OffsetsFlags extends ClientFlags {
  readonly topic?: string
  readonly partitions?: string
  readonly topicPartitions?: string
  readonly time: string
  readonly excludeInternalTopics?: true
}

/** Times with a name, as ListOffsets numbers them. */
const NAMED_TIMES: Readonly<Record<string, number>> = {
  latest: -1,
  earliest: -2,
  'max-timestamp': -3,
  'earliest-local': -4,
  'latest-tiered': -5,
}

/** The command. */
export function getOffsetsCommand(): Command {
  return withClientFlags(new Command('get-offsets'))
    .description('show offsets of topic partitions')
    .option('--topic <pattern>', 'a regular expression for the whole name of topics')
    .option('--partitions <ids>', 'partitions, separated by commas')
    .option(
      '--topic-partitions <list>',
      'topics with partitions, separated by commas: topic, topic:3, topic:1-5, topic:1-, :4 (topic as a regular expression)',
    )
    .option('--time <time>', 'Unix epoch milliseconds, or latest, earliest, max-timestamp, earliest-local', 'latest')
    .option('--exclude-internal-topics', 'leave internal topics out')
    .action(run)
}

type Accepts = (topic: string, partition: number) => boolean

async function run(flags: OffsetsFlags, command: Command): Promise<void> {
  if (flags.topicPartitions !== undefined && (flags.topic !== undefined || flags.partitions !== undefined))
    command.error('error: --topic-partitions cannot be used with --topic or --partitions')
  const timeMs = NAMED_TIMES[flags.time.toLowerCase()] ?? Number(flags.time)
  if (!Number.isInteger(timeMs))
    command.error(
      `error: Malformed time argument ${flags.time}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered, or a specified long format timestamp`,
    )
  const accepts = filterOf(flags)
  await withClient(flags, async ({ admin, topics }) => {
    let count = 0
    for (const { name, partitions, isInternal } of await topics.describeTopics()) {
      if (isInternal && flags.excludeInternalTopics === true) continue
      for (const { index } of partitions) {
        if (!accepts(name, index)) continue
        count++
        const offset = await admin.offsetAt(name, index, timeMs)
        if (offset >= 0) console.log(`${name}:${index}:${offset}`)
      }
    }
    if (count > 0) return
    const message = 'Error occurred: Could not match any topic-partitions with the specified filters'
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', message, {
      hint: 'millrace topics --list shows the topics there are.',
    })
  })
}

function filterOf({ topic, partitions, topicPartitions }: OffsetsFlags): Accepts {
  if (topicPartitions !== undefined) {
    const rules = topicPartitions.split(',').map(ruleOf)
    return (name, index) => rules.some((accepts) => accepts(name, index))
  }
  const named = nameFilter(topic ?? '')
  const wanted = partitions === undefined ? undefined : new Set(partitions.split(',').map(Number))
  return (name, index) => named(name) && wanted?.has(index) !== false
}

/** `topic:1-5`: the upper end of a range is not part of it, as in Kafka's tool. */
function ruleOf(text: string): Accepts {
  const match = /^([^:,]*)(?::(?:(\d+)|(\d*)-(\d*)))?$/.exec(text)
  if (match === null)
    throw new KafkaError('INVALID_CONFIG', `Invalid rule specification: ${text}`, {
      hint: 'Write topic, topic:3, topic:1-5, topic:1-, topic:-5 or :3.',
    })
  const [, topic = '', single, from, to] = match
  const named = nameFilter(topic)
  if (single !== undefined) return (name, index) => named(name) && index === Number(single)
  const low = from === undefined || from === '' ? 0 : Number(from)
  const high = to === undefined || to === '' ? Number.POSITIVE_INFINITY : Number(to)
  return (name, index) => named(name) && index >= low && index < high
}

function nameFilter(pattern: string): (name: string) => boolean {
  if (pattern === '') return () => true
  const expression = new RegExp(`^(?:${pattern})$`)
  return (name) => expression.test(name)
}
