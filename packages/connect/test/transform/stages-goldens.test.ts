// Recorded scenarios of transforms and converters, fed with the records of a scenario that has the same SQL and no transforms.
import { expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.ts'
import { parseMysqlConfig } from '../../src/config/mysql/mysql-config.ts'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import type { ConnectRecord, Struct } from '../../src/data/record.ts'
import { STRING } from '../../src/data/schema-builder.ts'
import { isStruct } from '../../src/data/struct.ts'
import { createStages } from '../../src/plugins.ts'
import {
  bytesOfGolden,
  type GoldenBytes,
  goldenConfig,
  goldenFile,
  goldenMasks,
  goldenRecords,
  hasGoldens,
  scenarios,
} from '../support/goldens.ts'

/** Scenarios whose records carry schemas and went through no transform. */
const BASES = ['transaction-metadata-schemas', 'opt-header-converter-json']

/** What cannot be tested this way, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'tr-unwrap-null-default': 'needs nulls that the base recording shows as defaults',
  'tr-schema-to-record': 'transform not built',
}

const sql = (scenario: string) => goldenFile(scenario, 'setup.sql') + goldenFile(scenario, 'workload.sql')
const baseOf = (scenario: string) => BASES.find((base) => sql(base) === sql(scenario))
const cases = hasGoldens
  ? scenarios().filter(
      (name) =>
        /^(unwrap|smt|tr)-|^(converter-string|opt-header-converter-json|opt-headers-off|decimal-numeric-json)$/.test(
          name,
        ) &&
        baseOf(name) !== undefined &&
        !(name in LEFT_OUT),
    )
  : []

const reader = new JsonConverter({ replaceNullWithDefault: false })
const masks = goldenMasks()
/** Masked, and without the GTID: a base may be recorded on a server without them. */
const mask = (text: string) =>
  masks
    .reduce((out, [pattern, replacement]) => out.replace(pattern, replacement), text)
    .replace(/gtid":(null|"<gtid>")/g, 'gtid":0')
    .replace(/thread":\d+/g, 'thread":0')
    .replaceAll('gtid=<gtid>,', '')

function decode(part: GoldenBytes, from: string, to: string) {
  if (part.text === undefined) return { schema: null, value: null }
  return reader.toConnect('', Buffer.from(part.text.replaceAll(from, to)))
}

/** As the source would give it: `snapshot` null while streaming, no transaction block. */
function asSourced(value: unknown): unknown {
  if (!isStruct(value)) return value
  const values = value.values.map((member, index) => {
    const name = value.schema.fields?.[index]?.name
    if (name === 'transaction' || (name === 'snapshot' && member === 'false')) return null
    return name === 'source' ? asSourced(member) : member
  })
  return { schema: value.schema, values } satisfies Struct
}

/** One decoded schema object per schema text, as a source has. */
function sourceRecords(base: string, scenario: string): ConnectRecord[] {
  const config = goldenConfig(scenario)
  const login = { 'database.port': '3306', 'database.hostname': 'h', 'database.user': 'u' }
  const { filters, includeSchemaChanges } = parseMysqlConfig({ ...config, ...login }).config
  const records: ConnectRecord[] = []
  for (const line of goldenRecords(base)) {
    if (/^(history|schemahistory)|\.transaction$/.test(line.topic)) continue
    const [, database, table] = line.topic.split('.')
    const isWanted = table === undefined ? includeSchemaChanges : filters.includesTable(database ?? '', table)
    if (!isWanted) continue
    const key = decode(line.key, base, scenario)
    const value = decode(line.value, base, scenario)
    records.push({
      topic: line.topic.replace(base, scenario),
      topicPartition: null,
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: asSourced(value.value),
      headers: line.headers.map(([name, part]) => {
        const isJson = part.text?.startsWith('{"schema"')
        const { schema, value: header } = isJson ? decode(part, base, scenario) : { schema: STRING, value: part.text }
        return { key: name, schema, value: header }
      }),
      timestampMs: null,
    })
  }
  return records
}

/** What a function gives, or the message of its error. */
function attempt<T>(make: () => T): T | string {
  try {
    return make()
  } catch (thrown) {
    return (thrown as Error).message
  }
}

const text = (bytes: Uint8Array | null) => (bytes === null ? null : mask(Buffer.from(bytes).toString('utf8')))

test.skipIf(!hasGoldens).each(cases)('%s is transformed as recorded', (scenario) => {
  const config = goldenConfig(scenario)
  const recorded = JSON.parse(goldenFile(scenario, 'scenario.json')) as { failure: string[] | null }
  const made = attempt(() => createStages(config, {}, silentLogger))
  if (typeof made === 'string') {
    expect(recorded.failure?.join('\n')).toContain(made)
    return
  }
  const stages = made
  // Where the topic has one partition, what the recording shows is not what the record asked for.
  const isRouted = scenario.startsWith('tr-partition')
  const lines: string[] = []
  let failure: string | null = null
  for (const record of sourceRecords(baseOf(scenario) as string, scenario)) {
    try {
      const out = stages.transforms.apply(record)
      if (out === null) continue
      const key = text(stages.keyConverter.fromConnect(out.topic, out.keySchema, out.key))
      const value = text(stages.valueConverter.fromConnect(out.topic, out.valueSchema, out.value))
      const headers = out.headers
        .filter((header) => !header.key.startsWith('__debezium.context'))
        .map((header) => [header.key, text(stages.headerConverter.fromConnectHeader(out.topic, header))])
      lines.push(JSON.stringify([out.topic, isRouted ? out.topicPartition : null, key, value, headers]))
    } catch (thrown) {
      failure ??= (thrown as Error).message
    }
  }
  if (recorded.failure !== null) {
    expect(`Caused by: ${recorded.failure.at(-1)}`).toContain(String(failure).slice(0, 60))
    return
  }
  expect(failure).toBeNull()
  const expected = goldenRecords(scenario)
    .filter((line) => !/^(history|schemahistory)/.test(line.topic))
    .map((line) =>
      JSON.stringify([
        line.topic,
        isRouted && line.value.null !== true && line.topic !== scenario ? line.partition : null,
        text(bytesOfGolden(line.key)),
        text(bytesOfGolden(line.value)),
        line.headers
          .filter(([name]) => !name.startsWith('__debezium.context'))
          .map(([name, part]) => [name, text(bytesOfGolden(part))]),
      ]),
    )
  for (const [index, line] of expected.toSorted().entries()) expect(lines.toSorted()[index]).toBe(line)
  expect(lines).toHaveLength(expected.length)
})

test.skipIf(!hasGoldens)('there are scenarios to compare', () => {
  expect(cases.length).toBeGreaterThan(20)
})
