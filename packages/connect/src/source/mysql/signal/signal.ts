// One signal, whichever channel it came through.
import { CdcError } from '../../../base/errors.ts'
import { compileJavaRegex } from '../../../config/java-regex.ts'

/** A signal as it came. */
export interface Signal {
  readonly id: string
  readonly type: string
  /** JSON text; empty for none. */
  readonly data: string
}

/** What `execute-snapshot` and `stop-snapshot` say. */
export interface SnapshotRequest {
  readonly kind: 'incremental' | 'blocking'
  /** Patterns of `db.table`; null where the list is missing. */
  readonly collections: readonly string[] | null
  readonly conditions: readonly { readonly pattern: string; readonly filter: string }[]
  readonly surrogateKey: string | null
}

/** The members of a signal's data. Throws CDC_DATA_INVALID for a text that is no JSON object. */
export function signalData({ data }: Signal): Readonly<Record<string, unknown>> {
  if (data.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    throw malformed('its data are no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('its data are no JSON object')
  return value as Readonly<Record<string, unknown>>
}

/** What a snapshot signal asks for. Throws CDC_DATA_INVALID. */
export function snapshotRequest(signal: Signal): SnapshotRequest {
  const data = signalData(signal)
  const { type = 'INCREMENTAL', 'data-collections': collections, 'surrogate-key': surrogateKey } = data
  const kind = String(type).toLowerCase()
  if (kind !== 'incremental' && kind !== 'blocking')
    throw malformed('its snapshot type is neither incremental nor blocking')
  if (collections !== undefined && !isTextList(collections)) throw malformed('data-collections is no list of texts')
  return {
    kind,
    collections: collections === undefined ? null : (collections as readonly string[]).map((text) => text.trim()),
    conditions: conditionsOf(data['additional-conditions']),
    surrogateKey: typeof surrogateKey === 'string' && surrogateKey.trim() !== '' ? surrogateKey.trim() : null,
  }
}

/** The filter for a table; null for none. */
export function conditionOf({ conditions }: SnapshotRequest, table: string): string | null {
  return conditions.find(({ pattern }) => matches(pattern, table))?.filter ?? null
}

/** Tables that a pattern means: those that it matches, else the pattern itself as a name. */
export function tablesOf(pattern: string, tables: readonly string[]): readonly string[] {
  const found = tables.filter((table) => matches(pattern, table))
  return found.length > 0 ? found : [pattern]
}

/** Whether a pattern matches a whole `db.table`. Throws CDC_CONFIG_INVALID for a malformed one. */
export function matches(pattern: string, table: string): boolean {
  return pattern === table || compileJavaRegex(pattern, { ignoreCase: true, isFullMatch: true }).test(table)
}

/** The error of a signal that cannot be read. */
export function malformed(reason: string): CdcError {
  return new CdcError('CDC_DATA_INVALID', `The signal cannot be read: ${reason}`)
}

function conditionsOf(value: unknown): SnapshotRequest['conditions'] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw malformed('additional-conditions is no list')
  return value.map((entry: unknown) => {
    const { 'data-collection': pattern, filter } = (entry ?? {}) as Readonly<Record<string, unknown>>
    if (typeof pattern !== 'string' || typeof filter !== 'string')
      throw malformed('an additional condition lacks a member')
    return { pattern: pattern.trim(), filter }
  })
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
