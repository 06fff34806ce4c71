// How the consume command prints a record: the properties of Kafka's default message formatter.
import type { BatchRecord } from '@millrace/kafka'

/** What is printed, and between what. */
export interface PrintFormat {
  readonly timestamp: boolean
  readonly partition: boolean
  readonly offset: boolean
  readonly headers: boolean
  readonly key: boolean
  readonly value: boolean
  readonly separator: Buffer
  readonly headersSeparator: Buffer
  readonly lineSeparator: Buffer
  readonly nullLiteral: Buffer
}

/** Reads `name=value` properties; unknown names are ignored as Kafka's tool does. */
export function printFormat(properties: readonly string[]): PrintFormat {
  const values = new Map(properties.map((text) => [text.split('=', 1)[0] as string, text.slice(text.indexOf('=') + 1)]))
  const flag = (name: string, fallback: boolean) =>
    (values.get(name)?.trim().toLowerCase() ?? String(fallback)) === 'true'
  const text = (name: string, fallback: string) =>
    Buffer.from((values.get(name) ?? fallback).replaceAll('\\t', '\t').replaceAll('\\n', '\n'))
  return {
    timestamp: flag('print.timestamp', false),
    partition: flag('print.partition', false),
    offset: flag('print.offset', false),
    headers: flag('print.headers', false),
    key: flag('print.key', false),
    value: flag('print.value', true),
    separator: text('key.separator', '\t'),
    headersSeparator: text('headers.separator', ','),
    lineSeparator: text('line.separator', '\n'),
    nullLiteral: text('null.literal', 'null'),
  }
}

/** The bytes of one printed record, line end included. Keys and values go out as they are. */
export function formatRecord(record: BatchRecord, partition: number, format: PrintFormat): Buffer {
  const parts: Buffer[] = []
  if (format.timestamp) parts.push(Buffer.from(`CreateTime:${record.timestampMs}`))
  if (format.partition) parts.push(Buffer.from(`Partition:${partition}`))
  if (format.offset) parts.push(Buffer.from(`Offset:${record.offset}`))
  if (format.headers) parts.push(headersOf(record, format))
  if (format.key) parts.push(record.key ?? format.nullLiteral)
  if (format.value) parts.push(record.value ?? format.nullLiteral)
  return Buffer.concat([
    ...parts.flatMap((part, i) => (i === 0 ? [part] : [format.separator, part])),
    format.lineSeparator,
  ])
}

function headersOf(record: BatchRecord, format: PrintFormat): Buffer {
  if (record.headers.length === 0) return Buffer.from('NO_HEADERS')
  return Buffer.concat(
    record.headers.flatMap(({ key, value }, i) => [
      ...(i === 0 ? [] : [format.headersSeparator]),
      Buffer.from(`${key}:`),
      value === null ? format.nullLiteral : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    ]),
  )
}
