// Debezium's ByLogicalTableRouter: several tables to one topic, with the table in the key.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex, expandReplacement } from '../../config/java-regex.ts'
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { field, fieldIndex, STRING, withTraits } from '../../data/schema-builder.ts'
import { isStruct } from '../../data/struct.ts'
import { isEnvelope } from '../envelope.ts'
import { requireStruct, SchemaMemory, type StageOptions, transformFailure } from '../record-side.ts'
import type { Transform } from '../transform.ts'

/** io.debezium.transforms.ByLogicalTableRouter. */
export class LogicalTopicRouter implements Transform {
  readonly #regex: RegExp
  readonly #replacement: string
  readonly #isUnique: boolean
  readonly #keyField: string
  readonly #keyRegex: RegExp | null
  readonly #keyReplacement: string
  readonly #adjust: (name: string) => string
  readonly #keys = new SchemaMemory()
  readonly #envelopes = new SchemaMemory()

  /** Throws CDC_CONFIG_INVALID. */
  constructor(options: StageOptions) {
    this.#regex = compileJavaRegex(options.required('topic.regex'), { isFullMatch: true })
    this.#replacement = options.required('topic.replacement')
    this.#isUnique = options.boolean('key.enforce.uniqueness', true)
    this.#keyField = options.text('key.field.name', '__dbz__physicalTableIdentifier')
    const keyRegex = options.optional('key.field.regex')
    this.#keyRegex = keyRegex === null ? null : compileJavaRegex(keyRegex, { isFullMatch: true })
    this.#keyReplacement = options.text('key.field.replacement')
    if (keyRegex !== null && this.#keyReplacement.trim() === '') {
      throw new CdcError('CDC_CONFIG_INVALID', 'key.field.replacement must be non-empty if key.field.regex is set.')
    }
    const mode = options.choice('schema.name.adjustment.mode', ['none', 'avro', 'avro_unicode'], 'none')
    if (mode === 'avro_unicode') {
      throw new CdcError('CDC_UNSUPPORTED', 'schema.name.adjustment.mode=avro_unicode is not supported yet here')
    }
    this.#adjust = mode === 'none' ? (name) => name : avroName
  }

  apply(record: ConnectRecord): ConnectRecord {
    const topic = expand(this.#regex, this.#replacement, record.topic)
    if (topic === null || topic === '') return record
    let { keySchema, key } = { keySchema: null as ConnectSchema | null, key: null as unknown }
    if (record.key !== null) {
      const old = requireStruct(record.key, 'Updating schema')
      keySchema = this.#keys.of(old.schema, (from) => this.#keySchema(from, topic))
      const values = this.#isUnique ? [...old.values, this.#tableOf(record.topic)] : old.values
      key = { schema: keySchema, values: [...values] }
    }
    const routed = { ...record, topic, keySchema, key }
    if (!isEnvelope(record)) return routed
    const valueSchema = this.#envelopes.of(record.value.schema, (from) => this.#envelopeSchema(from, topic))
    return { ...routed, valueSchema, value: this.#envelope(record.value, valueSchema) }
  }

  close(): void {}

  #tableOf(topic: string): string {
    if (this.#keyRegex === null) return topic
    return expand(this.#keyRegex, this.#keyReplacement, topic) ?? topic
  }

  #keySchema(schema: ConnectSchema, topic: string): ConnectSchema {
    const fields = schema.fields ?? []
    return withTraits(
      { ...schema, fields: this.#isUnique ? [...fields, field(this.#keyField, STRING)] : fields },
      { name: this.#adjust(`${topic}.Key`) },
    )
  }

  #envelopeSchema(schema: ConnectSchema, topic: string): ConnectSchema {
    const row =
      schema.fields?.[fieldIndex(schema, 'before')]?.schema ?? schema.fields?.[fieldIndex(schema, 'after')]?.schema
    const renamed = row === undefined ? undefined : withTraits(row, { name: this.#adjust(`${topic}.Value`) })
    const fields = (schema.fields ?? []).map((entry) =>
      (entry.name === 'before' || entry.name === 'after') && renamed !== undefined ? field(entry.name, renamed) : entry,
    )
    return withTraits({ ...schema, fields }, { name: this.#adjust(`${topic}.Envelope`) })
  }

  #envelope(envelope: Struct, schema: ConnectSchema): Struct {
    const values = envelope.values.map((value, index) => {
      const entry = schema.fields?.[index]
      const isRow = entry?.name === 'before' || entry?.name === 'after'
      return isRow && isStruct(value) ? { schema: entry.schema, values: value.values } : value
    })
    return { schema, values }
  }
}

function expand(regex: RegExp, replacement: string, text: string): string | null {
  const match = regex.exec(text)
  if (match === null) return null
  try {
    return expandReplacement(replacement, match)
  } catch (thrown) {
    throw transformFailure(CdcError.from(thrown).message, 'java.lang.IndexOutOfBoundsException')
  }
}

function avroName(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_.]/g, '_')
  return /^[0-9]/.test(clean) ? `_${clean}` : clean
}
