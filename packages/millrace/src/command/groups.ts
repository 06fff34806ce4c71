// millrace groups: lists, describes, resets and deletes consumer groups, with the flags and the output of kafka-consumer-groups.
import { errorName, KafkaError } from '@millrace/kafka'
import { Command } from 'commander'
import { type ClientFlags, type OpenClient, withClient, withClientFlags } from './client-options.ts'
import { collected } from './flag-values.ts'
import { describeMembers, describeOffsets, describeState } from './group-tables.ts'
import { exportLines, newOffsets, type ResetFlags, resetTable } from './offset-reset.ts'

interface GroupsFlags extends ClientFlags, ResetFlags {
  readonly list?: true
  readonly describe?: true
  readonly resetOffsets?: true
  readonly delete?: true
  readonly deleteOffsets?: true
  readonly validateRegex?: string
  readonly group: readonly string[]
  readonly allGroups?: true
  readonly state?: string | true
  readonly type?: string | true
  readonly members?: true
  readonly offsets?: true
  readonly verbose?: true
  readonly execute?: true
  readonly dryRun?: true
  readonly export?: true
}

const ACTIONS = ['list', 'describe', 'delete', 'resetOffsets', 'deleteOffsets'] as const
const NO_EXECUTE =
  'WARN: No action will be performed as the --execute option is missing. Give --execute to change offsets, --dry-run to see this without the warning.'

/** The command. */
export function groupsCommand(): Command {
  return withClientFlags(new Command('groups'))
    .description('list, describe, reset and delete consumer groups')
    .option('--list', 'list all groups; with --state and --type also these')
    .option('--describe', 'show what the group reads and how far it is (--offsets), its --members or its --state')
    .option('--delete', 'delete the group and its offsets; it must have no members')
    .option('--reset-offsets', 'set offsets of the group anew; it must have no members')
    .option('--delete-offsets', 'delete offsets of the group in the topics given')
    .option('--group <name>', 'the group (repeatable)', collected, [])
    .option('--all-groups', 'all groups')
    .option('--topic <name[:p1,p2]>', 'a topic, with or without partitions (repeatable)', collected, [])
    .option('--all-topics', 'all topics of which the group has offsets')
    .option(
      '--state [states]',
      'with --list: show states, or only groups in these; with --describe: state of the group',
    )
    .option('--type [types]', 'with --list: show types, or only groups of these')
    .option('--members', 'with --describe: the members')
    .option('--offsets', 'with --describe: the offsets (the default)')
    .option('--verbose', 'with --members: also what each reads')
    .option('--to-earliest', 'reset to the first record there is')
    .option('--to-latest', 'reset to the end')
    .option('--to-current', 'reset to the current offset')
    .option('--to-offset <offset>', 'reset to an offset', Number)
    .option('--shift-by <n>', 'reset by so many records, backwards when negative', Number)
    .option('--to-datetime <time>', 'reset to a time: YYYY-MM-DDTHH:mm:SS.sss')
    .option('--by-duration <duration>', 'reset to so long ago: PnDTnHnMnS')
    .option('--execute', 'carry --reset-offsets out')
    .option('--dry-run', 'show what --reset-offsets would do')
    .option('--export', 'print the offsets as comma separated lines')
    .action(run)
}

async function run(flags: GroupsFlags, command: Command): Promise<void> {
  const [action, ...others] = ACTIONS.filter((name) => flags[name] === true)
  if (action === undefined || others.length > 0)
    command.error(
      'error: Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets',
    )
  if (action !== 'list' && flags.group.length === 0 && flags.allGroups !== true)
    command.error(`error: Option [${action}] takes one of these options: [all-groups], [group]`)
  if (action === 'deleteOffsets' && flags.topic.length === 0)
    command.error('error: Option [delete-offsets] takes the option: [topic]')
  await withClient(flags, async (client) => {
    try {
      if (action === 'list') await list(flags, client)
      else await act(action as Exclude<(typeof ACTIONS)[number], 'list'>, flags, client)
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code === 'NETWORK_EXCEPTION') throw error
      // as Kafka's tool: on standard output, and no failure for the shell
      console.log(`\nError: Executing consumer group command failed due to ${error.code}: ${error.message}`)
    }
  })
}

async function list({ state, type }: GroupsFlags, { groups }: OpenClient): Promise<void> {
  const filter = (value: string | true | undefined): string[] =>
    typeof value === 'string' ? value.split(',').map((one) => one.trim()) : []
  const found = await groups.list(filter(state), filter(type))
  const width = found.reduce((widest, { id }) => Math.max(widest, id.length), 15) + 10
  const columns: ((group: (typeof found)[number]) => string)[] = [({ id }) => id.padEnd(width)]
  const titles = ['GROUP'.padEnd(width)]
  if (type !== undefined) {
    titles.push('TYPE'.padEnd(20))
    columns.push((group) => capitalized(group.type).padEnd(20))
  }
  if (state !== undefined) {
    titles.push('STATE'.padEnd(20))
    columns.push((group) => group.state.padEnd(20))
  }
  if (titles.length === 1) for (const { id } of found) console.log(id)
  else for (const line of [titles, ...found.map((group) => columns.map((of) => of(group)))]) console.log(line.join(' '))
}

async function act(
  action: Exclude<(typeof ACTIONS)[number], 'list'>,
  flags: GroupsFlags,
  client: OpenClient,
): Promise<void> {
  const ids = flags.allGroups === true ? (await client.groups.list()).map(({ id }) => id) : flags.group
  switch (action) {
    case 'describe': {
      const table =
        flags.members === true ? describeMembers : flags.state !== undefined ? describeState : describeOffsets
      for (const id of ids) await table(client, id, flags.verbose === true)
      return
    }
    case 'delete':
      return remove(client, ids)
    case 'deleteOffsets':
      for (const id of ids) await forget(flags, client, id)
      return
    default:
      for (const id of ids) await reset(flags, client, id)
  }
}

async function remove({ groups }: OpenClient, ids: readonly string[]): Promise<void> {
  const failed: string[] = []
  const gone: string[] = []
  for (const id of ids) {
    try {
      await groups.delete(id)
      gone.push(`'${id}'`)
    } catch (error) {
      failed.push(`* Group '${id}' could not be deleted due to: ${KafkaError.from(error).code}`)
    }
  }
  if (failed.length > 0) console.log(`\nError: Deletion of some consumer groups failed:\n${failed.join('\n')}`)
  if (gone.length > 0)
    console.log(
      `${failed.length > 0 ? '\nThese consumer groups were deleted successfully: ' : 'Deletion of requested consumer groups ('}${gone.join(', ')}${failed.length > 0 ? '' : ') was successful.'}`,
    )
}

async function forget(flags: GroupsFlags, { groups, topics }: OpenClient, id: string): Promise<void> {
  const known = new Map((await topics.describeTopics()).map((topic) => [topic.name, topic.partitions.length]))
  const keys = flags.topic.flatMap((text) => {
    const [topic = '', partitions] = text.split(':')
    const all = Array.from({ length: known.get(topic) ?? 1 }, (_, index) => index)
    return (partitions?.split(',').map(Number) ?? all).map((partition) => ({ topic, partition }))
  })
  const results = await groups.forget(id, keys)
  const isDone = results.every(({ errorCode }) => errorCode === 0)
  console.log(
    isDone
      ? `Request succeeded for deleting offsets from group ${id}.`
      : '\nError: Encountered some partition-level error, see the follow-up details:',
  )
  console.log(`\n${'TOPIC'.padEnd(15)} ${'PARTITION'.padEnd(10)} ${'STATUS'.padEnd(15)}`)
  for (const { topic, partition, errorCode } of results) {
    const status = errorCode === 0 ? 'Successful' : `Error: ${errorName(errorCode)}`
    console.log(`${topic.padEnd(15)} ${String(partition).padEnd(10)} ${status.padEnd(15)}`)
  }
}

async function reset(flags: GroupsFlags, client: OpenClient, id: string): Promise<void> {
  const state = await client.groups.describe(id).then(
    (group) => group.state,
    () => 'Empty', // no such group yet: offsets may be set before its first member
  )
  if (state !== 'Empty' && state !== 'Dead') {
    console.log(
      `\nError: Assignments can only be reset if the group '${id}' is inactive, but the current state is ${state}.`,
    )
    return
  }
  const offsets = await newOffsets(flags, client, id)
  if (flags.execute === true) await client.groups.commit(id, offsets)
  else if (flags.dryRun !== true) console.error(NO_EXECUTE)
  console.log(flags.export === true ? exportLines(offsets) : resetTable(id, offsets))
}

function capitalized(text: string): string {
  return text === '' ? 'Unknown' : `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
