// The recorded scenarios, as the tests of the schema rooms read them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const events = fileURLToPath(new URL('../../../../../../shared/goldens/events/', import.meta.url))

/** Whether the goldens lie beside the checkout. */
export const hasGoldens = existsSync(events)

/** A record of `expected.jsonl`. */
export interface GoldenRecord {
  readonly topic: string
  readonly key: { readonly text?: string }
  readonly value: { readonly text?: string }
  readonly headers: readonly unknown[]
}

/** One scenario's files. */
export interface GoldenScenario {
  readonly name: string
  readonly connector: Readonly<Record<string, string>>
  /** `gtid` or `nogtid`. */
  readonly server: string
  readonly serverVariables: Readonly<Record<string, string>>
  readonly history: readonly string[]
  readonly schemaChanges: readonly GoldenRecord[]
  readonly records: readonly GoldenRecord[]
  /** The server's log, where it was recorded. */
  readonly binlog: Buffer | null
}

/** Names of all scenarios that have records. */
export function scenarioNames(): string[] {
  return hasGoldens ? readdirSync(events).filter((name) => existsSync(`${events}${name}/expected.jsonl`)) : []
}

export function readScenario(name: string): GoldenScenario {
  const folder = `${events}${name}/`
  const connector = JSON.parse(readFileSync(`${folder}connector.json`, 'utf8')) as Record<string, string>
  const records = readFileSync(`${folder}expected.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoldenRecord)
  const binlogs = readdirSync(folder).filter((file) => /^binlog\.\d+\.gz$/.test(file))
  const { server, serverVariables } = JSON.parse(readFileSync(`${folder}scenario.json`, 'utf8')) as GoldenScenario
  return {
    name,
    connector,
    server,
    serverVariables,
    records,
    history: records
      .filter((record) => record.topic === connector['schema.history.internal.kafka.topic'])
      .map((record) => record.value.text ?? ''),
    schemaChanges: records.filter((record) => record.topic === connector['topic.prefix']),
    binlog: binlogs.length === 1 ? gunzipSync(readFileSync(`${folder}${binlogs[0]}`)) : null,
  }
}

/** Path of a scenario's setup. */
export function setupOf(name: string): string {
  return `${events}${name}/setup.sql`
}
