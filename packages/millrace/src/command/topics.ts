// millrace topics: list, create, delete and describe topics, with the flags of kafka-topics.
import { Command } from 'commander'
import { type ClientFlags, withClient, withClientFlags } from './client-options.ts'
import { collected, positiveNumber } from './flag-values.ts'

interface TopicsFlags extends ClientFlags {
  readonly list?: true
  readonly create?: true
  readonly delete?: true
  readonly describe?: true
  readonly topic?: string
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly config: readonly string[]
  readonly ifNotExists?: true
  readonly ifExists?: true
  readonly excludeInternal?: true
}

/** The command. */
export function topicsCommand(): Command {
  return withClientFlags(new Command('topics'))
    .description('list, create, delete or describe topics')
    .option('--list', 'list all topics')
    .option('--create', 'create the topic')
    .option('--delete', 'delete the topic')
    .option('--describe', 'show partitions and options of the topic, or of all topics')
    .option('--topic <name>', 'the topic')
    .option('--partitions <n>', 'partitions of a new topic', positiveNumber)
    .option('--replication-factor <n>', 'replicas of a new topic', positiveNumber)
    .option('--config <name=value>', 'an option of a new topic (repeatable)', collected, [])
    .option('--if-not-exists', 'with --create: an existing topic is no error')
    .option('--if-exists', 'with --delete: a missing topic is no error')
    .option('--exclude-internal', 'with --list: leave internal topics out')
    .action(run)
}

async function run(flags: TopicsFlags, command: Command): Promise<void> {
  const actions = (['list', 'create', 'delete', 'describe'] as const).filter((name) => flags[name] === true)
  if (actions.length !== 1) command.error('error: exactly one of --list, --create, --delete, --describe is wanted')
  if (actions[0] !== 'list' && actions[0] !== 'describe' && flags.topic === undefined)
    command.error(`error: --${actions[0]} wants --topic`)
  await withClient(flags, async ({ admin }) => {
    const topic = flags.topic ?? ''
    if (flags.list === true) {
      for (const { name, isInternal } of await admin.topics())
        if (!(isInternal && flags.excludeInternal === true)) console.log(name)
    } else if (flags.create === true) {
      const isNew = await admin.createTopic({
        name: topic,
        ...(flags.partitions === undefined ? {} : { partitions: flags.partitions }),
        ...(flags.replicationFactor === undefined ? {} : { replicationFactor: flags.replicationFactor }),
        configs: Object.fromEntries(
          flags.config.map((text) => [text.split('=', 1)[0] as string, text.slice(text.indexOf('=') + 1)]),
        ),
      })
      if (!isNew && flags.ifNotExists !== true) command.error(`error: topic '${topic}' already exists`)
      if (isNew) console.log(`Created topic ${topic}.`)
    } else if (flags.delete === true) {
      const isGone = await admin.deleteTopic(topic)
      if (!isGone && flags.ifExists !== true) command.error(`error: topic '${topic}' does not exist`)
    } else
      for (const { name, leaders } of await admin.topics()) {
        if (flags.topic !== undefined && name !== flags.topic) continue
        console.log(`Topic: ${name}\tPartitionCount: ${leaders.length}`)
        for (const [partition, leader] of leaders.entries())
          console.log(
            `\tTopic: ${name}\tPartition: ${partition}\tLeader: ${leader}\tEndOffset: ${await admin.latestOffset(name, partition)}`,
          )
      }
  })
}
