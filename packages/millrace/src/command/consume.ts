// millrace consume: prints the records of a topic, with the flags of kafka-console-consumer.
import { type Admin, type BatchRecord, type Cluster, readTopic } from '@millrace/kafka'
import { Command } from 'commander'
import { type ClientFlags, withClient, withClientFlags } from './client-options.ts'
import { collected, wholeNumber } from './flag-values.ts'
import { formatRecord, type PrintFormat, printFormat } from './record-format.ts'

interface ConsumeFlags extends ClientFlags {
  readonly topic: string
  readonly fromBeginning?: true
  readonly partition?: number
  readonly offset?: string
  readonly maxMessages?: number
  readonly timeoutMs?: number
  readonly property: readonly string[]
  readonly formatterProperty: readonly string[]
  readonly group?: string
}

/** The command. */
export function consumeCommand(): Command {
  return withClientFlags(new Command('consume'))
    .description('print the records of a topic')
    .requiredOption('--topic <name>', 'the topic')
    .option('--from-beginning', 'start with the earliest record instead of the next one')
    .option('--partition <n>', 'only this partition', wholeNumber)
    .option('--offset <offset>', "with --partition: an offset, 'earliest' or 'latest'")
    .option('--max-messages <n>', 'end after this many records', wholeNumber)
    .option('--timeout-ms <ms>', 'end when no record comes for this long', wholeNumber)
    .option(
      '--property <name=value>',
      'print.key, print.value, print.headers, print.timestamp, print.partition, print.offset, key.separator, line.separator, headers.separator, null.literal (repeatable)',
      collected,
      [],
    )
    .option('--formatter-property <name=value>', 'the same under the name of newer tools', collected, [])
    .option('--group <name>', 'not supported: this command reads without a group')
    .action(run)
}

async function run(flags: ConsumeFlags, command: Command): Promise<void> {
  if (flags.offset !== undefined && flags.partition === undefined) command.error('error: --offset wants --partition')
  if (flags.group !== undefined)
    command.error(
      'error: --group is not supported: this command reads without a group (millrace groups shows and resets groups)',
    )
  const format = printFormat([...flags.property, ...flags.formatterProperty])
  await withClient(flags, async ({ cluster, admin }) => {
    const topic = (await admin.topics()).find(({ name }) => name === flags.topic)
    if (topic === undefined)
      command.error(`error: topic '${flags.topic}' does not exist (millrace topics --list shows those that do)`)
    const partitions = flags.partition === undefined ? [...(topic?.leaders.keys() ?? [])] : [flags.partition]
    if (flags.partition !== undefined && topic?.leaders[flags.partition] === undefined)
      command.error(`error: topic '${flags.topic}' has partitions 0 to ${(topic?.leaders.length ?? 1) - 1}`)
    const count = await printAll(cluster, admin, partitions, flags, format)
    console.error(`Processed a total of ${count} messages`)
  })
}

/** Reads the partitions side by side until a limit, a time-out or a signal ends it; returns how many records were printed. */
async function printAll(
  cluster: Cluster,
  admin: Admin,
  partitions: readonly number[],
  flags: ConsumeFlags,
  format: PrintFormat,
): Promise<number> {
  const ending = new AbortController()
  const end = () => ending.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  let printed = 0
  let timer: NodeJS.Timeout | undefined
  const restartTimer = () => {
    clearTimeout(timer)
    if (flags.timeoutMs !== undefined) timer = setTimeout(end, flags.timeoutMs)
  }
  const print = (record: BatchRecord, partition: number) => {
    if (ending.signal.aborted) return
    process.stdout.write(formatRecord(record, partition, format))
    restartTimer()
    if (++printed === flags.maxMessages) end()
  }
  restartTimer()
  await Promise.all(
    partitions.map(async (partition) => {
      const fromOffset = await firstOffset(admin, partition, flags)
      for await (const { records } of readTopic(cluster, {
        topic: flags.topic,
        partition,
        fromOffset,
        signal: ending.signal,
      }))
        for (const record of records) print(record, partition)
    }),
  )
  clearTimeout(timer)
  process.removeListener('SIGINT', end).removeListener('SIGTERM', end)
  return printed
}

async function firstOffset(admin: Admin, partition: number, flags: ConsumeFlags): Promise<number> {
  if (flags.offset !== undefined && /^\d+$/.test(flags.offset)) return Number(flags.offset)
  const isEarliest = flags.fromBeginning === true || flags.offset === 'earliest'
  return isEarliest ? admin.earliestOffset(flags.topic, partition) : admin.latestOffset(flags.topic, partition)
}
