// Debezium's TimezoneConverter: times of rows in another zone.
import { CdcError } from '../../base/errors.ts'
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import { isStruct, rawField, structField } from '../../data/struct.ts'
import { isEnvelope } from '../envelope.ts'
import type { StageOptions } from '../record-side.ts'
import type { Transform } from '../transform.ts'
import { offsetText, type Zone, zoneOf } from './zone-offset.ts'

const RULE = /^(?:source|topic|[".\w\s]+):[".\w\s]+(?::[".\w\s]+)?$/
const UNITS_PER_MS: Readonly<Record<string, bigint | undefined>> = {
  'io.debezium.time.Timestamp': 1n,
  'io.debezium.time.MicroTimestamp': 1_000n,
  'io.debezium.time.NanoTimestamp': 1_000_000n,
  [LOGICAL.timestamp]: 1n,
}
const EPOCH_UNITS: Readonly<Record<string, bigint | undefined>> = { ts_ms: 1n, ts_us: 1_000n, ts_ns: 1_000_000n }

/** Whether a field of a struct of the envelope is converted. */
type FieldTest = (name: string) => boolean

/** io.debezium.transforms.TimezoneConverter. */
export class TimezoneConverter implements Transform {
  readonly #zone: Zone
  readonly #isExclude: boolean
  readonly #rules: ReturnType<typeof parseRules> | null

  /** Throws CDC_CONFIG_INVALID. */
  constructor(options: StageOptions) {
    const include = options.list('include.list')
    const exclude = options.list('exclude.list')
    checkRules('include', include)
    if (include.length === 0) checkRules('exclude', exclude)
    this.#zone = zoneOf(options.required('converted.timezone').trim())
    if (include.length > 0 && exclude.length > 0) {
      throw invalid('Both include and exclude lists are specified. Please specify only one.')
    }
    this.#isExclude = exclude.length > 0
    const list = this.#isExclude ? exclude : include
    this.#rules = list.length === 0 ? null : parseRules(list)
  }

  apply(record: ConnectRecord): ConnectRecord {
    if (!isEnvelope(record)) return record
    const fields = this.#fieldsOf(record, record.value)
    if (fields === null) return record
    const values = record.value.values.map((value, index) => {
      const name = record.value.schema.fields?.[index]?.name
      if (!isStruct(value) || (name !== 'before' && name !== 'after' && name !== 'source')) return value
      return this.#convert(value, fields(name), name === 'source')
    })
    return { ...record, value: { schema: record.value.schema, values } }
  }

  close(): void {}

  /** Which fields of which struct are converted; null = none of this record. */
  #fieldsOf(record: ConnectRecord, envelope: Struct): ((struct: string) => FieldTest) | null {
    const named = rawField(structField(envelope, 'source') ?? envelope, 'table')
    const table = typeof named === 'string' ? named : ''
    const listed = this.#rules?.(record.topic, table) ?? null
    if (this.#rules === null || (listed === null && this.#isExclude)) return (struct) => () => struct !== 'source'
    if (listed === null) return null
    if (listed.size === 0) return this.#isExclude ? null : (struct) => () => struct !== 'source'
    const names = (struct: string) => {
      const own = [...listed]
        .filter((field) => field.startsWith(`${struct}.`))
        .map((field) => field.slice(struct.length + 1))
      const plain = struct === 'source' ? [] : [...listed].filter((field) => !/^(source|before|after)\./.test(field))
      return new Set([...own, ...plain])
    }
    return (struct) => {
      const set = names(struct)
      if (struct === 'source' && set.size === 0) return () => false
      return (field) => set.has(field) !== this.#isExclude
    }
  }

  #convert(struct: Struct, isChosen: FieldTest, isSource: boolean): Struct {
    const fields = struct.schema.fields ?? []
    const values = struct.values.map((value, index) => {
      const entry = fields[index]
      if (value === null || entry === undefined || !isChosen(entry.name)) return value
      const epoch = isSource && entry.schema.name === undefined ? EPOCH_UNITS[entry.name] : undefined
      return epoch === undefined ? this.#value(entry.schema, value) : this.#shifted(value as bigint, epoch)
    })
    return { schema: struct.schema, values }
  }

  #value(schema: ConnectSchema, value: unknown): unknown {
    const units = UNITS_PER_MS[schema.name ?? '']
    if (units !== undefined) {
      // The stored clock reading is taken as local time of the zone.
      const count = value as bigint
      const offset = this.#zone.offsetOfLocal(Number(floorDiv(count, units)))
      return count - BigInt(offset) * units
    }
    if (schema.name === 'io.debezium.time.ZonedTimestamp') return zonedTimestamp(String(value), this.#zone)
    if (schema.name === 'io.debezium.time.ZonedTime') return zonedTime(String(value), this.#zone)
    return value
  }

  #shifted(count: bigint, units: bigint): bigint {
    return count + BigInt(this.#zone.offsetAt(Number(floorDiv(count, units)))) * units
  }
}

function floorDiv(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}

function invalid(message: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', message, { javaClass: 'io.debezium.DebeziumException' })
}

function checkRules(kind: 'include' | 'exclude', list: readonly string[]): void {
  if (list.every((item) => RULE.test(item))) return
  throw invalid(
    `Invalid ${kind} list format. Please specify a list of rules in the format of "source:<tablename>:<fieldnames>", "topic:<topicname>:<fieldnames>", "<matchname>:<fieldnames>"`,
  )
}

/** Fields by topic, by table and by either; a prefix goes on for the items behind it. */
function parseRules(list: readonly string[]): (topic: string, table: string) => ReadonlySet<string> | null {
  const maps = {
    topic: new Map<string, Set<string>>(),
    source: new Map<string, Set<string>>(),
    any: new Map<string, Set<string>>(),
  }
  let kind: keyof typeof maps = 'any'
  for (const item of list) {
    const parts = item.split(':')
    const prefix = parts[0]?.toLowerCase()
    const hasPrefix = parts.length > 1 && (prefix === 'source' || prefix === 'topic')
    if (hasPrefix) kind = prefix
    const [name = '', field] = hasPrefix ? parts.slice(1) : parts
    const fields = maps[kind].get(name) ?? new Set<string>()
    if (field !== undefined) fields.add(field)
    maps[kind].set(name, fields)
  }
  return (topic, table) =>
    maps.topic.get(topic) ?? maps.source.get(table) ?? maps.any.get(topic) ?? maps.any.get(table) ?? null
}

const ZONED = /^(\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2}(?::\d{2})?)$/

/** A fraction as Java's ISO format writes it: no zeros at its end, whatever the column's precision. */
function shortest(fraction: string): string {
  return fraction.replace(/\.?0+$/, '')
}

function zonedTimestamp(text: string, zone: Zone): string {
  const match = ZONED.exec(text)
  if (match === null) return text
  const [, local = '', fraction = '', offset = 'Z'] = match
  const localMs = Date.parse(`${local}Z`)
  const epochMs = localMs - (offset === 'Z' ? 0 : zoneOf(offset).offsetAt(0))
  const target = zone.offsetOfLocal(localMs)
  return `${new Date(epochMs + target).toISOString().slice(0, 19)}${shortest(fraction)}${offsetText(target)}`
}

function zonedTime(text: string, zone: Zone): string {
  const match = /^(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.exec(text)
  if (match === null) return text
  const [, local = '', fraction = '', offset = 'Z'] = match
  const epochMs = Date.parse(`1970-01-01T${local}Z`) - (offset === 'Z' ? 0 : zoneOf(offset).offsetAt(0))
  const target = zone.offsetAt(Date.now())
  return `${new Date(epochMs + target + 86_400_000).toISOString().slice(11, 19)}${shortest(fraction)}${offsetText(target)}`
}
