// Where --reset-offsets puts a group: the scope (topics and partitions) and the new offset of each.
import { KafkaError, type TopicPartition } from '@millrace/kafka'
import type { OpenClient } from './client-options.ts'

/** The flags that say what is reset and to where. */
export interface ResetFlags {
  readonly topic: readonly string[]
  readonly allTopics?: true
  readonly toEarliest?: true
  readonly toLatest?: true
  readonly toCurrent?: true
  readonly toOffset?: number
  readonly shiftBy?: number
  readonly toDatetime?: string
  readonly byDuration?: string
}

/** A partition and the offset it gets. */
export type NewOffset = TopicPartition & { readonly offset: number }

const TARGETS = ['toEarliest', 'toLatest', 'toCurrent', 'toOffset', 'shiftBy', 'toDatetime', 'byDuration'] as const
const LATEST = -1

/** The new offsets, by topic and partition. Errors: INVALID_REQUEST for flags that do not fit, INVALID_CONFIG for a time that is none. */
export async function newOffsets(flags: ResetFlags, client: OpenClient, group: string): Promise<NewOffset[]> {
  const [target, ...others] = TARGETS.filter((name) => flags[name] !== undefined)
  if (target === undefined || others.length > 0)
    throw refusal(
      'Option [reset-offsets] takes one of these options: [to-offset], [shift-by], [to-datetime], [by-duration], [to-earliest], [to-latest], [to-current]',
    )
  const current = await client.groups.offsets(group)
  const offsetOf = ({ topic, partition }: TopicPartition): number | undefined =>
    current.find((one) => one.topic === topic && one.partition === partition)?.offset
  const result: NewOffset[] = []
  for (const place of await scope(flags, client, current)) {
    const wanted = await wantedOffset(flags, target, client, place, offsetOf(place))
    result.push({ ...place, offset: await withinLog(client, place, wanted) })
  }
  return result
}

async function scope(
  flags: ResetFlags,
  { topics }: OpenClient,
  current: readonly TopicPartition[],
): Promise<TopicPartition[]> {
  if (flags.allTopics === true) return [...current]
  if (flags.topic.length === 0) throw refusal('One of the reset scopes should be defined: --all-topics, --topic.')
  const known = new Map((await topics.describeTopics()).map((one) => [one.name, one.partitions]))
  return flags.topic.flatMap((text) => {
    const [topic = '', list] = text.split(':')
    const partitions = known.get(topic)
    if (partitions === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${topic} does not exist`)
    const wanted = list?.split(',').map(Number) ?? partitions.map(({ index }) => index)
    return wanted.map((partition) => ({ topic, partition }))
  })
}

async function wantedOffset(
  flags: ResetFlags,
  target: (typeof TARGETS)[number],
  { admin }: OpenClient,
  { topic, partition }: TopicPartition,
  current: number | undefined,
): Promise<number> {
  const atTime = async (timeMs: number): Promise<number> => {
    const found = await admin.offsetAt(topic, partition, timeMs)
    return found < 0 ? admin.latestOffset(topic, partition) : found
  }
  switch (target) {
    case 'toEarliest':
      return admin.earliestOffset(topic, partition)
    case 'toLatest':
      return admin.latestOffset(topic, partition)
    case 'toOffset':
      return flags.toOffset as number
    case 'toDatetime':
      return atTime(timeOf(flags.toDatetime as string))
    case 'byDuration':
      return atTime(Date.now() - durationMs(flags.byDuration as string))
    case 'toCurrent':
      return current ?? admin.offsetAt(topic, partition, LATEST)
    default:
      if (current === undefined)
        throw refusal(
          `Cannot shift offset for partition ${topic}-${partition} since there is no current committed offset`,
        )
      return current + (flags.shiftBy as number)
  }
}

async function withinLog({ admin }: OpenClient, { topic, partition }: TopicPartition, wanted: number): Promise<number> {
  const [earliest, latest] = [await admin.earliestOffset(topic, partition), await admin.latestOffset(topic, partition)]
  const end =
    wanted > latest
      ? { word: 'higher', name: 'latest', offset: latest }
      : { word: 'lower', name: 'earliest', offset: earliest }
  if (wanted >= earliest && wanted <= latest) return wanted
  console.error(
    `WARN: New offset (${wanted}) is ${end.word} than ${end.name} offset for topic partition ${topic}-${partition}. Value will be set to ${end.offset}`,
  )
  return end.offset
}

/** The table that kafka-consumer-groups prints. */
export function resetTable(group: string, offsets: readonly NewOffset[]): string {
  const row = (cells: readonly string[]): string =>
    `${cells[0]?.padEnd(15)} ${cells[1]?.padEnd(15)} ${cells[2]?.padEnd(10)} ${cells[3]}`
  const rows = offsets.map(({ topic, partition, offset }) => row([group, topic, String(partition), String(offset)]))
  return `\n${[row(['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET']), ...rows].join('\n')}`
}

/** The lines that --export prints. */
export function exportLines(offsets: readonly NewOffset[]): string {
  return `${offsets.map(({ topic, partition, offset }) => `${topic},${partition},${offset}\n`).join('')}`
}

/** A time of day without a zone is UTC, as in Kafka's tool. */
function timeOf(text: string): number {
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text)
  const timeMs = Date.parse(hasZone ? text : `${text}Z`)
  if (Number.isNaN(timeMs)) throw badTime(text, 'YYYY-MM-DDTHH:mm:SS.sss')
  return timeMs
}

function durationMs(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text)
  if (match === null) throw badTime(text, 'PnDTnHnMnS')
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}

function badTime(text: string, form: string): KafkaError {
  return new KafkaError('INVALID_CONFIG', `${text} cannot be read as ${form}`, { hint: `Write it as ${form}.` })
}

function refusal(message: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', message)
}
