// How the produce command reads a record from a line: the properties of Kafka's default line reader.
import { KafkaError, type RecordHeader } from '@millrace/kafka'

/** What a line holds, and between what. */
export interface LineFormat {
  readonly hasKey: boolean
  readonly keySeparator: string
  readonly hasHeaders: boolean
  readonly headersDelimiter: string
  readonly headersSeparator: string
  readonly headerKeySeparator: string
  /** Text that stands for null; undefined without one. */
  readonly nullMarker: string | undefined
  readonly ignoresErrors: boolean
}

/** A record of a line. */
export interface LineRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** Reads `name=value` properties; unknown names are ignored as Kafka's tool does. */
export function lineFormat(properties: readonly string[]): LineFormat {
  const values = new Map(properties.map((text) => [text.split('=', 1)[0] as string, text.slice(text.indexOf('=') + 1)]))
  const flag = (name: string): boolean => values.get(name)?.trim().toLowerCase() === 'true'
  const text = (name: string, fallback: string): string => values.get(name)?.replaceAll('\\t', '\t') ?? fallback
  return {
    hasKey: flag('parse.key'),
    keySeparator: text('key.separator', '\t'),
    hasHeaders: flag('parse.headers'),
    headersDelimiter: text('headers.delimiter', '\t'),
    headersSeparator: text('headers.separator', ','),
    headerKeySeparator: text('headers.key.separator', ':'),
    nullMarker: values.get('null.marker'),
    ignoresErrors: flag('ignore.error'),
  }
}

/** The record of a line. Throws INVALID_RECORD when a separator that must be there is not. */
export function recordOfLine(line: string, format: LineFormat): LineRecord {
  let rest = line
  let headers: RecordHeader[] = []
  if (format.hasHeaders) {
    const [before, after] = split(rest, format.headersDelimiter, 'headers delimiter', format)
    rest = after
    if (before !== null && before !== format.nullMarker) headers = headersOf(before, format)
  }
  let key: string | null = null
  if (format.hasKey) {
    ;[key, rest] = split(rest, format.keySeparator, 'key separator', format)
  }
  const bytes = (text: string | null): Buffer | null =>
    text === null || text === format.nullMarker ? null : Buffer.from(text)
  return { key: bytes(key), value: bytes(rest), headers }
}

function headersOf(text: string, format: LineFormat): RecordHeader[] {
  return text.split(format.headersSeparator).map((pair) => {
    const [key, value] = split(pair, format.headerKeySeparator, 'header key separator', format)
    return { key: key ?? pair, value: value === format.nullMarker ? null : Buffer.from(key === null ? '' : value) }
  })
}

/** What stands before and behind the separator; [null, line] where errors are ignored and there is none. */
function split(text: string, separator: string, what: string, { ignoresErrors }: LineFormat): [string | null, string] {
  const at = text.indexOf(separator)
  if (at >= 0) return [text.slice(0, at), text.slice(at + separator.length)]
  if (ignoresErrors) return [null, text]
  throw new KafkaError('INVALID_RECORD', `No ${what} found in a line of the input`, {
    hint: 'Give the separator that the lines have (--reader-property key.separator=…), or ignore.error=true.',
  })
}
