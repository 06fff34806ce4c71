// Schema-change records printed by the JsonConverter, with their schemas, are the recorded ones.
import { describe, expect, it } from 'vitest'
import { JsonConverter } from '../../../src/convert/json/json-converter.ts'
import type { Struct } from '../../../src/data/record.ts'
import type { ConnectSchema, SchemaKind } from '../../../src/data/schema.ts'
import { type ChangeDocument, changeOf } from '../../../src/source/mysql/history/history-record.ts'
import { schemaChangeRecord } from '../../../src/source/mysql/schema-change-record.ts'
import { hasGoldens, readScenario, scenarioNames } from './golden-scenarios.ts'

interface SchemaDocument {
  type: string
  optional: boolean
  name?: string
  version?: number
  parameters?: Record<string, string>
  default?: unknown
  fields?: (SchemaDocument & { field: string })[]
}

/** The schema of the source block, from its own JSON. */
function schemaOf(document: SchemaDocument): ConnectSchema {
  const { type, optional, name, version, parameters, fields } = document
  return {
    kind: type as SchemaKind,
    optional,
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(document.default === undefined ? {} : { default: document.default }),
    ...(fields === undefined ? {} : { fields: fields.map((f) => ({ name: f.field, schema: schemaOf(f) })) }),
  }
}

describe.skipIf(!hasGoldens)('schema changes of the goldens', () => {
  const scenarios = scenarioNames().filter((name) => {
    const { schemaChanges, connector } = readScenario(name)
    return (
      schemaChanges.length > 0 &&
      connector['value.converter.schemas.enable'] === 'true' &&
      connector['transforms'] === undefined
    )
  })

  it.each(scenarios)('%s', (name) => {
    const { schemaChanges, connector } = readScenario(name)
    const converter = new JsonConverter()
    for (const golden of schemaChanges) {
      const keyDocument = JSON.parse(golden.key.text ?? '')
      const document = JSON.parse(golden.value.text ?? '', (member, item, context?: { source?: string }) =>
        /^(ts_ns|ts_us)$/.test(member) && context?.source !== undefined ? BigInt(context.source) : item,
      ) as {
        schema: SchemaDocument
        payload: {
          source: Record<string, unknown>
          ts_ms: number
          ddl: string
          databaseName: string
          tableChanges: (ChangeDocument & { table: { comment: string | null } | null })[]
        }
      }
      const sourceSchema = schemaOf(document.schema.fields?.[0] as SchemaDocument)
      const { payload } = document
      const source: Struct = {
        schema: sourceSchema,
        values: (sourceSchema.fields ?? []).map((f) => {
          const item = payload.source[f.name] ?? null
          return item !== null && f.schema.kind === 'int64' ? BigInt(item as number) : item
        }),
      }
      const record = schemaChangeRecord({
        topic: connector['topic.prefix'] as string,
        database: keyDocument.payload.databaseName,
        ddl: payload.ddl,
        changes: payload.tableChanges.map((change) => changeOf({ ...change, comment: change.table?.comment ?? null })),
        source,
        tsMs: payload.ts_ms,
        headers: [],
        hasComments: true,
      })
      const text = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('utf8')
      expect(text(converter.fromConnect(record.topic, record.keySchema, record.key))).toBe(golden.key.text)
      expect(text(converter.fromConnect(record.topic, record.valueSchema, record.value))).toBe(golden.value.text)
    }
  })
})
