// Records the logs of the offline level: runs a golden scenario's statements on a real server, without Debezium, and keeps the binlog, where
// streaming starts, the history up to there, and what Debezium had streamed for the same statements.
// usage: node packages/connect/test/offline/record.ts [SCENARIO …]   (needs the goldens beside the checkout)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { readScenario, setupOf } from '../source/mysql/golden-scenarios.ts'
import { takeSnapshot } from '../source/mysql/snapshot-lab.ts'
import { LOG_FILE, type OfflineFixture, type OfflineRecord, SCENARIOS, streamedPart } from './offline-fixture.ts'

const FOLDER = path.join(import.meta.dirname, 'logs')

// A label with a comma has a backslash in what Debezium streams (docs/reference/differences.md).
function corrected(records: readonly OfflineRecord[]): OfflineRecord[] {
  return records.map((record) => ({ ...record, value: record.value?.replaceAll('"b\\\\,c"', '"b,c"') ?? null }))
}

async function record(server: MysqlServer, name: string): Promise<void> {
  const { connector, records, serverVariables } = readScenario(name)
  const databases = await server.sql(
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ('mysql','sys','information_schema','performance_schema')",
  )
  for (const database of databases.trim().split('\n').filter(Boolean)) await server.sql(`DROP DATABASE \`${database}\``)
  for (const [variable, value] of Object.entries(serverVariables)) {
    await server.sql(`SET GLOBAL ${variable}='${value}'`)
  }
  await server.sql('RESET BINARY LOGS AND GTIDS')
  const sql = (file: string) => readFileSync(path.join(path.dirname(setupOf(name)), file), 'utf8')
  await server.sql(sql('setup.sql'))
  const { final, history } = await takeSnapshot(connector, server.port)
  await server.sql(sql('workload.sql'), { force: true })
  await server.sql('FLUSH BINARY LOGS')
  for (const variable of Object.keys(serverVariables)) await server.sql(`SET GLOBAL ${variable}=DEFAULT`)
  const log = readFileSync(path.join(server.dataFolder, 'data', LOG_FILE))
  const { snapshot: _, snapshot_completed: __, ...from } = final as Readonly<Record<string, unknown>>
  const historyTopic = connector['schema.history.internal.kafka.topic']
  const fixture: OfflineFixture = { connector, from, history, records: corrected(streamedPart(records, historyTopic)) }
  writeFileSync(path.join(FOLDER, `${name}.binlog.gz`), gzipSync(log, { level: 9 }))
  writeFileSync(path.join(FOLDER, `${name}.json.gz`), gzipSync(JSON.stringify(fixture), { level: 9 }))
  console.log(`${name}: ${log.length} bytes of log, ${fixture.records.length} records, from ${JSON.stringify(from)}`)
}

mkdirSync(FOLDER, { recursive: true })
const wanted = process.argv.slice(2)
const server = await startMysql()
try {
  for (const name of SCENARIOS) if (wanted.length === 0 || wanted.includes(name)) await record(server, name)
} finally {
  await server.stop()
}
console.log(`${readdirSync(FOLDER).length} files`)
