// A JDBC sink without its worker: records made by hand, reports kept.
import { silentLogger } from '../../src/base/logger.ts'
import type { ConnectRecord, Struct } from '../../src/data/record.ts'
import type { ConnectSchema } from '../../src/data/schema.ts'
import { field, OPTIONAL_STRING, primitive, STRING, structOf } from '../../src/data/schema-builder.ts'
import { structFrom } from '../../src/data/struct.ts'
import { parseJdbcConfig } from '../../src/sink/jdbc/jdbc-config.ts'
import { type JdbcSink, openJdbcSink } from '../../src/sink/jdbc/jdbc-sink.ts'
import type { SinkRecord } from '../../src/sink/sink.ts'

export type Options = Readonly<Record<string, string>>

/** Columns of a row: name → schema. */
export type Columns = Readonly<Record<string, ConnectSchema>>

export const ID: Columns = { id: primitive('int32') }

/** A schema of columns. */
export function rowSchema(columns: Columns, optional = false): ConnectSchema {
  const fields = Object.entries(columns).map(([name, schema]) => field(name, schema))
  return structOf(fields, { name: 'server.db.t.Value', optional })
}

/** Makes records of one topic with offsets that go up. */
export class Topic {
  readonly name: string
  #offset = 0
  readonly #keySchema = structOf([field('id', primitive('int32'))], { name: 'server.db.t.Key' })
  readonly #schemas = new Map<Columns, { row: ConnectSchema; envelope: ConnectSchema }>()

  constructor(name: string) {
    this.name = name
  }

  /** A Debezium change. `values` are before and after. */
  change(op: string, columns: Columns, before: object | null, after: object | null): SinkRecord {
    const { row, envelope } = this.#schemasOf(columns)
    const struct = (values: object | null) => values && structFrom(row, values as Record<string, unknown>)
    const sourceSchema = envelope.fields![2]!.schema
    const source = structFrom(sourceSchema, { db: 'db', table: 'orders' })
    const value = structFrom(envelope, { before: struct(before), after: struct(after), source, op })
    const id = ((after ?? before) as { id?: number } | null)?.id
    return this.record(id === undefined ? null : structFrom(this.#keySchema, { id }), value, envelope)
  }

  /** A flat row. */
  row(columns: Columns, values: { id: number } & Record<string, unknown>): SinkRecord {
    const { row } = this.#schemasOf(columns)
    return this.record(structFrom(this.#keySchema, { id: values.id }), structFrom(row, values), row)
  }

  tombstone(id: number): SinkRecord {
    return this.record(structFrom(this.#keySchema, { id }), null, null)
  }

  record(
    key: Struct | null,
    value: unknown,
    valueSchema: ConnectSchema | null,
    more: Partial<ConnectRecord> = {},
  ): SinkRecord {
    const offset = this.#offset++
    const record: ConnectRecord = {
      topic: this.name,
      topicPartition: 0,
      keySchema: key?.schema ?? null,
      key,
      valueSchema,
      value,
      headers: [],
      timestampMs: 0,
      ...more,
    }
    return {
      record,
      topic: this.name,
      partition: 0,
      offset,
      raw: { timestampMs: 0, key: null, value: null, headers: [] },
    }
  }

  #schemasOf(columns: Columns) {
    let found = this.#schemas.get(columns)
    if (found === undefined) {
      const row = rowSchema(columns, true)
      const source = structOf([field('db', STRING), field('table', OPTIONAL_STRING)], { name: 'io.debezium.Source' })
      const envelope = structOf(
        [field('before', row), field('after', row), field('source', source), field('op', STRING)],
        { name: 'server.db.t.Envelope' },
      )
      found = { row, envelope }
      this.#schemas.set(columns, found)
    }
    return found
  }
}

/** A sink with what it reported. */
export interface OpenSink extends AsyncDisposable {
  readonly sink: JdbcSink
  readonly reported: { readonly record: SinkRecord; readonly error: unknown }[]
}

/** Opens a sink. `isTolerant` false: a report throws its error, as errors.tolerance=none does. */
export async function openSink(options: Options, isTolerant = false, connector = 'lab'): Promise<OpenSink> {
  const reported: OpenSink['reported'] = []
  const abort = new AbortController()
  const sink = await openJdbcSink({
    config: parseJdbcConfig(options),
    log: silentLogger,
    context: {
      connectorName: connector,
      taskId: 0,
      signal: abort.signal,
      report: (record, error) => {
        if (!isTolerant) throw error
        reported.push({ record, error })
      },
    },
  })
  return { sink, reported, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
}
