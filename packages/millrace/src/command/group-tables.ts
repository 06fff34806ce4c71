// The tables of kafka-consumer-groups --describe: offsets, members, state.
import type { DescribedGroup, DescribedMember, TopicPartition } from '@millrace/kafka'
import type { OpenClient } from './client-options.ts'

/** How far the group is in each partition, and who reads it. */
export async function describeOffsets({ groups, admin }: OpenClient, id: string): Promise<void> {
  const group = await groups.describe(id)
  tellState(group)
  const owners = new Map(
    group.members.flatMap((member) =>
      member.assignment.map((one): [string, DescribedMember] => [`${one.topic}|${one.partition}`, member]),
    ),
  )
  const offsets = new Map(
    (await groups.offsets(id)).map((one): [string, TopicPartition & { offset: number }] => [
      `${one.topic}|${one.partition}`,
      one,
    ]),
  )
  for (const { assignment } of group.members)
    for (const one of assignment) {
      const key = `${one.topic}|${one.partition}`
      if (!offsets.has(key)) offsets.set(key, { ...one, offset: -1 })
    }
  if (offsets.size === 0) return
  const rows: string[][] = []
  for (const [key, { topic, partition, offset }] of [...offsets].sort(byPartition)) {
    const owner = owners.get(key)
    const end = await admin.latestOffset(topic, partition)
    const lag = offset < 0 ? '-' : String(end - offset)
    const who = [owner?.id ?? '-', owner?.host ?? '-', owner?.clientId ?? '-']
    rows.push([id, topic, String(partition), offset < 0 ? '-' : String(offset), String(end), lag, ...who])
  }
  const titles = [
    'GROUP',
    'TOPIC',
    'PARTITION',
    'CURRENT-OFFSET',
    'LOG-END-OFFSET',
    'LAG',
    'CONSUMER-ID',
    'HOST',
    'CLIENT-ID',
  ]
  print(titles, rows, [widest(rows, 0), widest(rows, 1), 10, 15, 15, 15, widest(rows, 6), widest(rows, 7), 0])
}

/** The members, with what they read when asked for. */
export async function describeMembers({ groups }: OpenClient, id: string, isVerbose: boolean): Promise<void> {
  const group = await groups.describe(id)
  tellState(group)
  const rows = group.members.map(({ id: member, host, clientId, assignment }) => {
    const byTopic = Map.groupBy(assignment, ({ topic }) => topic)
    const texts = [...byTopic].map(([topic, own]) => `${topic}(${own.map(({ partition }) => partition).join(',')})`)
    const row = [id, member, host, clientId, String(assignment.length)]
    return isVerbose ? [...row, texts.length === 0 ? '-' : texts.sort().join(', ')] : row
  })
  const titles = ['GROUP', 'CONSUMER-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS', ...(isVerbose ? ['ASSIGNMENT'] : [])]
  const widths = [widest(rows, 0), widest(rows, 1), widest(rows, 2), widest(rows, 3)]
  print(titles, rows, isVerbose ? [...widths, 15, 0] : [...widths, 16])
}

/** The state, and the broker that coordinates. */
export async function describeState({ groups }: OpenClient, id: string): Promise<void> {
  const group = await groups.describe(id)
  tellState(group)
  const { host, port, id: node } = group.coordinator
  const coordinator = `${host}:${port}  (${node})`
  const row = [id, coordinator, group.assignor === '' ? '-' : group.assignor, group.state, String(group.members.length)]
  const titles = ['GROUP', 'COORDINATOR (ID)', 'ASSIGNMENT-STRATEGY', 'STATE', '#MEMBERS']
  print(titles, [row], [widest([row], 0), Math.max(25, coordinator.length), 20, 20, 0])
}

function tellState({ id, state }: DescribedGroup): void {
  if (state === 'Empty') console.error(`\nConsumer group '${id}' has no active members.`)
  else if (state === 'Dead') console.error(`\nConsumer group '${id}' does not exist.`)
  else if (state !== 'Stable') console.error(`\nWarning: Consumer group '${id}' is rebalancing.`)
}

function byPartition(
  a: [string, { topic: string; partition: number }],
  b: [string, { topic: string; partition: number }],
): number {
  return a[1].topic === b[1].topic ? a[1].partition - b[1].partition : a[1].topic < b[1].topic ? -1 : 1
}

function widest(rows: readonly (readonly string[])[], column: number): number {
  return rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 15)
}

/** Kafka's tool puts the line end before each line, and one behind the table. */
function print(titles: readonly string[], rows: readonly (readonly string[])[], widths: readonly number[]): void {
  const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' ')
  console.log(`\n${[titles, ...rows].map(line).join('\n')}`)
}
