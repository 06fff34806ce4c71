// Snapshots of a real server give the records, history and offsets that Debezium recorded for the same scenarios.
import { readFileSync } from 'node:fs'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasGoldens, readScenario, setupOf } from './golden-scenarios.ts'
import { masked, type SnapshotOutcome, type TopicRecord, takeSnapshot } from './snapshot-lab.ts'

/** Scenarios whose snapshot is compared; MILLRACE_SNAPSHOT_SCENARIOS (comma list) replaces them. */
const SCENARIOS = (
  process.env['MILLRACE_SNAPSHOT_SCENARIOS'] ??
  'snapshot-initial,snapshot-many,snapshot-last-empty,snapshot-no-data,snapshot-empty-all,snapshot-no-tables,snapshot-overrides,' +
    'snapshot-include,filter-tables,filter-columns,keys-schemas,demo-stage-a,demo-stage-b,types-schemas,types-defaults,outbox-default,' +
    'time-zone-driver,time-zone-server,ddl-zoo,ddl-store-captured-tables,ddl-schema-comments,json-zoo,generated-invisible,names'
).split(',')

let server: MysqlServer

/** Undoes the variables of a scenario. */
async function restore(scenario: string): Promise<void> {
  const { serverVariables } = readScenario(scenario)
  for (const name of Object.keys(serverVariables)) {
    await server.sql(`SET GLOBAL ${name} = ${name === 'time_zone' ? "'+00:00'" : 'DEFAULT'}`)
  }
}

beforeAll(async () => {
  server = await startMysql({ args: ['--default-time-zone=+00:00'] })
})
afterAll(async () => {
  await server?.stop()
})

async function prepare(scenario: string): Promise<void> {
  const databases = await server.sql(
    "SELECT CONCAT('DROP DATABASE `', schema_name, '`;') FROM information_schema.schemata WHERE schema_name NOT IN ('mysql','sys','information_schema','performance_schema')",
  )
  const drops = databases.split('\n').filter((line) => line.startsWith('DROP'))
  const variables = Object.entries(readScenario(scenario).serverVariables)
  const sets = variables.map(([name, value]) => `SET GLOBAL ${name} = '${value}';`)
  await server.sql(`${drops.join('\n')}\nRESET BINARY LOGS AND GTIDS;\n${sets.join('\n')}`)
  await server.sql(readFileSync(setupOf(scenario), 'utf8'), { force: true })
}

function byTopic(records: readonly TopicRecord[]): Record<string, (string | null)[][]> {
  const topics: Record<string, (string | null)[][]> = {}
  for (const { topic, key, value } of records) {
    topics[topic] ??= []
    topics[topic].push([masked(key), masked(value)])
  }
  return topics
}

/** The snapshot's part of a recorded scenario. */
function wantedOf(scenario: string): { records: TopicRecord[]; history: string[] } {
  const { records, connector, history } = readScenario(scenario)
  const wanted: TopicRecord[] = []
  for (const record of records) {
    if (record.topic === connector['schema.history.internal.kafka.topic']) continue
    const text = record.value.text
    if (text === undefined) continue
    if (!/"snapshot":"(?!false)/.test(text)) continue
    wanted.push({ topic: record.topic, key: record.key.text ?? null, value: text })
  }
  return { records: wanted, history: history.filter((text) => text.includes('"snapshot" : "INITIAL"')) }
}

describe.skipIf(!hasGoldens)('snapshots of the recorded scenarios', () => {
  it.each(SCENARIOS)('%s', async (scenario) => {
    await prepare(scenario)
    const { connector, server: recordedServer } = readScenario(scenario)
    const outcome: SnapshotOutcome = await takeSnapshot(connector, server.port)
    await restore(scenario)
    const wanted = wantedOf(scenario)
    // This server has GTIDs; some scenarios were recorded without.
    const plain = (text: string) =>
      recordedServer === 'gtid' ? masked(text) : masked(text.replace(/ *"gtids" : .*\n/, ''))
    expect(outcome.history.map(plain)).toEqual(wanted.history.map(plain))
    if (connector['transforms'] === undefined) expect(byTopic(outcome.records)).toEqual(byTopic(wanted.records))
    expect(Object.keys(outcome.final)).toEqual(
      ['ts_sec', 'file', 'pos', 'gtids'].filter((name) => name in outcome.final),
    )
    expect(outcome.offsets.at(-1)).toEqual(outcome.final)
    for (const offset of outcome.offsets.slice(0, -1)) expect(offset).toMatchObject({ snapshot: 'INITIAL' })
  })
})
