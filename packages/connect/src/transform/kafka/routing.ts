// Kafka's transforms that touch neither key nor value: RegexRouter, TimestampRouter, Filter, DropHeaders, InsertHeader.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex, expandReplacement } from '../../config/java-regex.ts'
import { JsonNumber, type JsonTree, readJsonText } from '../../data/json-text.ts'
import type { ConnectRecord, RecordHeader } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { arrayOf, mapOf, primitive, STRING } from '../../data/schema-builder.ts'
import { type StageOptions, transformFailure } from '../record-side.ts'
import type { Transform } from '../transform.ts'
import { formatDate } from './java-date-format.ts'

/** RegexRouter: renames topics that match as a whole. */
export function regexRouter(options: StageOptions): Transform {
  const regex = compileJavaRegex(options.required('regex'), { isFullMatch: true })
  const replacement = options.required('replacement')
  return {
    apply(record) {
      const match = regex.exec(record.topic)
      if (match === null) return record
      try {
        return { ...record, topic: expandReplacement(replacement, match) }
      } catch (thrown) {
        throw transformFailure(CdcError.from(thrown).message, 'java.lang.IllegalArgumentException')
      }
    },
    close() {},
  }
}

/** TimestampRouter: names topics by the record's timestamp. */
export function timestampRouter(options: StageOptions): Transform {
  const topicFormat = options.text('topic.format', '${topic}-${timestamp}')
  const timestampFormat = options.text('timestamp.format', 'yyyyMMdd')
  return {
    apply(record) {
      const { timestampMs, topic } = record
      if (timestampMs === null) throw transformFailure(`Timestamp missing on record of topic ${topic}`)
      const stamp = formatDate(timestampFormat, timestampMs)
      const named = topicFormat.replace(/\$\{(topic|timestamp)\}/g, (_text, name) => (name === 'topic' ? topic : stamp))
      return { ...record, topic: named }
    },
    close() {},
  }
}

/** Filter: drops every record that its predicate lets through. */
export function filter(): Transform {
  return { apply: () => null, close() {} }
}

/** DropHeaders: removes headers by name. */
export function dropHeaders(options: StageOptions): Transform {
  const names = new Set(options.requiredList('headers'))
  return {
    apply(record: ConnectRecord) {
      const headers = record.headers.filter((header) => !names.has(header.key))
      return headers.length === record.headers.length ? record : { ...record, headers }
    },
    close() {},
  }
}

/** InsertHeader: adds a header whose value is read from a literal as Connect's `Values` reads one. */
export function insertHeader(options: StageOptions): Transform {
  const header: RecordHeader = { key: options.required('header'), ...parseLiteral(options.required('value.literal')) }
  return {
    apply: (record) => ({ ...record, headers: [...record.headers, header] }),
    close() {},
  }
}

/** Schema and value of a literal: numbers in the smallest integer type, booleans, JSON-like lists and maps, else text. */
export function parseLiteral(text: string): { readonly schema: ConnectSchema | null; readonly value: unknown } {
  try {
    return ofTree(readJsonText(text))
  } catch {
    return { schema: STRING, value: text }
  }
}

function ofTree(tree: JsonTree): { schema: ConnectSchema | null; value: unknown } {
  if (tree === null) return { schema: null, value: null }
  if (typeof tree === 'string') return { schema: STRING, value: tree }
  if (typeof tree === 'boolean') return { schema: primitive('boolean'), value: tree }
  if (tree instanceof JsonNumber) return ofNumber(tree)
  if (Array.isArray(tree)) {
    const items = tree.map(ofTree)
    return { schema: arrayOf(items[0]?.schema ?? STRING), value: items.map((item) => item.value) }
  }
  const members = [...tree].map(([key, value]) => [key, ofTree(value)] as const)
  const values = members[0]?.[1].schema ?? STRING
  return { schema: mapOf(STRING, values), value: new Map(members.map(([key, item]) => [key, item.value])) }
}

function ofNumber(number: JsonNumber): { schema: ConnectSchema; value: unknown } {
  if (!number.isInteger) return { schema: primitive('float64'), value: Number(number.text) }
  const value = BigInt(number.text)
  for (const [kind, bits] of [
    ['int8', 8],
    ['int16', 16],
    ['int32', 32],
  ] as const) {
    if (BigInt.asIntN(bits, value) === value) return { schema: primitive(kind), value: Number(value) }
  }
  return { schema: primitive('int64'), value }
}
