// millrace topics: list, create, delete, alter and describe topics, with the flags and the output of kafka-topics.
import { CONFIG_RESOURCE, KafkaError, type TopicDescription } from '@millrace/kafka'
import { Command } from 'commander'
import { type ClientFlags, type OpenClient, withClient, withClientFlags } from './client-options.ts'
import { collected, positiveNumber } from './flag-values.ts'

interface TopicsFlags extends ClientFlags {
  readonly list?: true
  readonly create?: true
  readonly delete?: true
  readonly alter?: true
  readonly describe?: true
  readonly topic?: string
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly config: readonly string[]
  readonly ifNotExists?: true
  readonly ifExists?: true
  readonly excludeInternal?: true
  readonly topicsWithOverrides?: true
  readonly unavailablePartitions?: true
  readonly underReplicatedPartitions?: true
}

const ACTIONS = ['list', 'describe', 'create', 'alter', 'delete'] as const
/** Number of a value that nobody set (DescribeConfigs). */
const SOURCE_DEFAULT = 5

/** The command. */
export function topicsCommand(): Command {
  return withClientFlags(new Command('topics'))
    .description('list, create, delete, alter or describe topics')
    .option('--list', 'list all topics')
    .option('--create', 'create the topic')
    .option('--delete', 'delete the topic (a regular expression, as for --list and --describe)')
    .option('--alter', 'give the topic more partitions')
    .option('--describe', 'show partitions and options of the topic, or of all topics')
    .option('--topic <name>', 'the topic')
    .option('--partitions <n>', 'partitions of a new or altered topic', positiveNumber)
    .option('--replication-factor <n>', 'replicas of a new topic', positiveNumber)
    .option('--config <name=value>', 'an option of a new topic (repeatable)', collected, [])
    .option('--if-not-exists', 'with --create: an existing topic is no error')
    .option('--if-exists', 'with --delete, --alter, --describe: a missing topic is no error')
    .option('--exclude-internal', 'with --list, --describe: leave internal topics out')
    .option('--topics-with-overrides', 'with --describe: only topics with options of their own, without partitions')
    .option('--unavailable-partitions', 'with --describe: only partitions without a leader')
    .option('--under-replicated-partitions', 'with --describe: only partitions with replicas out of sync')
    .action(run)
}

async function run(flags: TopicsFlags, command: Command): Promise<void> {
  const [action, ...others] = ACTIONS.filter((name) => flags[name] === true)
  if (action === undefined || others.length > 0)
    command.error('error: Command must include exactly one action: --list, --describe, --create, --alter or --delete')
  if (action !== 'list' && action !== 'describe' && flags.topic === undefined)
    command.error('error: Missing required argument "[topic]"')
  if (action === 'alter' && flags.partitions === undefined)
    command.error('error: Missing required argument "[partitions]"')
  await withClient(flags, async (client) => {
    try {
      await act(action as (typeof ACTIONS)[number], flags, client)
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code === 'NETWORK_EXCEPTION') throw error
      // as Kafka's tool: on standard output
      console.log(`Error while executing topic command : ${error.message}`)
      process.exitCode = 1
    }
  })
}

async function act(action: (typeof ACTIONS)[number], flags: TopicsFlags, client: OpenClient): Promise<void> {
  if (action === 'create') return create(flags, client)
  const topics = chosen(flags, await client.topics.describeTopics())
  if (topics.length === 0 && flags.topic !== undefined && action !== 'list') {
    if (flags.ifExists === true) return
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `Topic '${flags.topic}' does not exist as expected`)
  }
  for (const topic of topics) {
    if (action === 'list') console.log(topic.name)
    else if (action === 'delete') await client.admin.deleteTopic(topic.name)
    else if (action === 'alter') await client.topics.addPartitions(topic.name, flags.partitions as number)
    else await describe(flags, client, topic)
  }
}

/** The topics that `--topic` (a regular expression for the whole name) and `--exclude-internal` leave. */
function chosen(flags: TopicsFlags, topics: readonly TopicDescription[]): TopicDescription[] {
  const pattern = flags.topic === undefined ? undefined : new RegExp(`^(?:${flags.topic})$`)
  return topics.filter(
    ({ name, isInternal }) =>
      (pattern === undefined || pattern.test(name)) && !(isInternal && flags.excludeInternal === true),
  )
}

async function create(flags: TopicsFlags, { admin }: OpenClient): Promise<void> {
  const name = flags.topic as string
  if (/[._]/.test(name))
    console.log(
      "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.",
    )
  const isNew = await admin.createTopic({
    name,
    ...(flags.partitions === undefined ? {} : { partitions: flags.partitions }),
    ...(flags.replicationFactor === undefined ? {} : { replicationFactor: flags.replicationFactor }),
    configs: Object.fromEntries(
      flags.config.map((text) => [text.split('=', 1)[0] as string, text.slice(text.indexOf('=') + 1)]),
    ),
  })
  if (isNew) console.log(`Created topic ${name}.`)
  else if (flags.ifNotExists !== true) throw new KafkaError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
}

async function describe(flags: TopicsFlags, { topics }: OpenClient, topic: TopicDescription): Promise<void> {
  const { name, id, partitions } = topic
  const isWhole = flags.unavailablePartitions !== true && flags.underReplicatedPartitions !== true
  if (isWhole) {
    const configs = (await topics.configs(CONFIG_RESOURCE.topic, name)).filter(
      ({ source }) => source !== SOURCE_DEFAULT,
    )
    if (flags.topicsWithOverrides === true && configs.length === 0) return
    const texts = configs.map(({ name: option, value }) => `${option}=${value}`)
    console.log(
      `Topic: ${name}\tTopicId: ${id}\tPartitionCount: ${partitions.length}\tReplicationFactor: ${partitions[0]?.replicas.length ?? 0}\tConfigs: ${texts.join(',')}`,
    )
    if (flags.topicsWithOverrides === true) return
  }
  for (const { index, leader, replicas, isr } of partitions) {
    if (flags.unavailablePartitions === true && leader >= 0) continue
    if (flags.underReplicatedPartitions === true && isr.length >= replicas.length) continue
    const leaderText = leader < 0 ? 'none' : leader
    console.log(
      `\tTopic: ${name}\tPartition: ${index}\tLeader: ${leaderText}\tReplicas: ${replicas.join(',')}\tIsr: ${isr.join(',')}\tElr: \tLastKnownElr: `,
    )
  }
}
