// millrace configs: shows and changes options of topics, brokers and groups, with the flags and the output of kafka-configs.
import { CONFIG_RESOURCE, type ConfigChange, type ConfigDescription, KafkaError } from '@millrace/kafka'
import { Command } from 'commander'
import { type ClientFlags, type OpenClient, withClient, withClientFlags } from './client-options.ts'

interface ConfigFlags extends ClientFlags {
  readonly describe?: true
  readonly alter?: true
  readonly all?: true
  readonly entityType?: string
  readonly entityName?: string
  readonly topic?: string
  readonly broker?: string
  readonly group?: string
  readonly addConfig?: string
  readonly deleteConfig?: string
}

/** Names of the sources of a value, as kafka-configs prints them. */
const SOURCES: Readonly<Record<number, string>> = {
  1: 'DYNAMIC_TOPIC_CONFIG',
  2: 'DYNAMIC_BROKER_CONFIG',
  3: 'DYNAMIC_DEFAULT_BROKER_CONFIG',
  4: 'STATIC_BROKER_CONFIG',
  5: 'DEFAULT_CONFIG',
  8: 'DYNAMIC_GROUP_CONFIG',
}
/** Sources that somebody set at run time. */
const DYNAMIC = new Set([1, 2, 3, 8])
const KINDS: Readonly<Record<string, keyof typeof CONFIG_RESOURCE>> = {
  topics: 'topic',
  brokers: 'broker',
  groups: 'group',
}

/** The command. */
export function configsCommand(): Command {
  return withClientFlags(new Command('configs'))
    .description('show and change options of topics, brokers and groups')
    .option('--describe', 'show the options that were set')
    .option('--alter', 'change options')
    .option('--all', 'with --describe: also those that have their default')
    .option('--entity-type <type>', 'topics, brokers or groups')
    .option('--entity-name <name>', 'name of the topic, id of the broker, or name of the group')
    .option('--topic <name>', 'the same as --entity-type topics --entity-name <name>')
    .option('--broker <id>', 'the same as --entity-type brokers --entity-name <id>')
    .option('--group <name>', 'the same as --entity-type groups --entity-name <name>')
    .option('--add-config <k1=v1,k2=[v1,v2],…>', 'options to set')
    .option('--delete-config <k1,k2>', 'options to set back to their default')
    .action(run)
}

async function run(flags: ConfigFlags, command: Command): Promise<void> {
  if ((flags.describe === true) === (flags.alter === true))
    command.error('error: Command must include exactly one action: --describe, --alter')
  const { kind, name } = entityOf(flags, command)
  if (flags.alter === true && flags.addConfig === undefined && flags.deleteConfig === undefined)
    command.error('error: At least one of --add-config or --delete-config must be specified with --alter')
  if (flags.alter === true && name === undefined)
    command.error('error: an entity-name must be specified with --alter of topics, brokers or groups')
  await withClient(flags, async (client) => {
    if (flags.alter === true) await alter(flags, client, kind, name as string)
    else await describe(flags, client, kind, name)
  })
}

function entityOf(
  flags: ConfigFlags,
  command: Command,
): { kind: keyof typeof CONFIG_RESOURCE; name: string | undefined } {
  for (const kind of ['topic', 'broker', 'group'] as const) {
    const name = flags[kind]
    if (name !== undefined) return { kind, name }
  }
  const kind = flags.entityType === undefined ? undefined : KINDS[flags.entityType]
  if (flags.entityType === undefined)
    command.error('error: At least one of --entity-type, --topic, --broker, --group is required')
  if (kind === undefined)
    command.error(
      `error: Invalid entity type ${flags.entityType}, the entity type must be one of topics, brokers, groups`,
    )
  return { kind: kind as keyof typeof CONFIG_RESOURCE, name: flags.entityName }
}

async function describe(
  flags: ConfigFlags,
  { topics }: OpenClient,
  kind: keyof typeof CONFIG_RESOURCE,
  name: string | undefined,
): Promise<void> {
  if (name === undefined && kind !== 'topic')
    throw new KafkaError('INVALID_REQUEST', `a ${kind} must be named`, { hint: 'Add --entity-name.' })
  const known = kind === 'topic' ? (await topics.describeTopics()).map((topic) => topic.name) : [name as string]
  const names = name === undefined ? known : [name]
  for (const one of names) {
    if (!known.includes(one)) {
      console.log(`The ${kind} '${one}' doesn't exist and doesn't have dynamic config.`)
      continue
    }
    console.log(`${flags.all === true ? 'All' : 'Dynamic'} configs for ${kind} ${one} are:`)
    const configs = await topics.configs(CONFIG_RESOURCE[kind], one)
    for (const config of configs.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (flags.all === true || DYNAMIC.has(config.source)) console.log(lineOf(config))
    }
  }
}

function lineOf({ name, value, isSensitive, synonyms }: ConfigDescription): string {
  const texts = synonyms.map((one) => `${SOURCES[one.source] ?? 'UNKNOWN'}:${one.name}=${one.value ?? 'null'}`)
  return `  ${name}=${value ?? 'null'} sensitive=${isSensitive} synonyms={${texts.join(', ')}}`
}

async function alter(
  { addConfig, deleteConfig }: ConfigFlags,
  { topics }: OpenClient,
  kind: keyof typeof CONFIG_RESOURCE,
  name: string,
): Promise<void> {
  const changes: ConfigChange[] = []
  for (const [option, value] of pairsOf(addConfig ?? '')) changes.push({ name: option, operation: 'set', value })
  for (const option of (deleteConfig ?? '').split(',').filter((one) => one !== ''))
    changes.push({ name: option.trim(), operation: 'delete', value: null })
  await topics.alterConfigs(CONFIG_RESOURCE[kind], name, changes)
  console.log(`Completed updating config for ${kind} ${name}.`)
}

/** Reads `k1=v1,k2=[v1,v2]`: commas within brackets belong to the value. */
function pairsOf(text: string): [string, string][] {
  const pairs: [string, string][] = []
  for (const part of text.match(/[^,=]+=(?:\[[^\]]*\]|[^,]*)|[^,]+/g) ?? []) {
    const at = part.indexOf('=')
    if (at < 0)
      throw new KafkaError(
        'INVALID_CONFIG',
        `Invalid entity config: all configs to be added must be in the format "key=val": ${part}`,
        {
          hint: 'Write key=value; a list of values in brackets: key=[a,b].',
        },
      )
    const value = part.slice(at + 1)
    pairs.push([part.slice(0, at).trim(), /^\[.*\]$/.test(value) ? value.slice(1, -1) : value])
  }
  return pairs
}
