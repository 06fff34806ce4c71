// One event as one line of JSON.
import { decodeEvent, type EventView, eventHandling, eventTypeName, GtidSet, type TableMapEvent } from '@millrace/mysql'

const HEADER_BYTES = 19

/** The line's members before the rows; `inner`: number of the event inside its compressed transaction, from 1 on. */
export function headJson(view: EventView, inner: number | null): Record<string, unknown> {
  const { typeCode, timestampSec, serverId, lengthBytes, flags } = view.header
  return {
    file: view.file,
    pos: view.startPosition,
    end: view.endPosition,
    ...(inner === null ? {} : { inner }),
    ...(view.isArtificial ? { artificial: true } : {}),
    ts: new Date(timestampSec * 1000).toISOString().replace('.000Z', 'Z'),
    serverId,
    code: typeCode,
    type: eventTypeName(typeCode),
    size: lengthBytes,
    flags,
    ...(eventHandling(typeCode, flags) === 'stop' ? { stopsAConnector: true } : {}),
  }
}

/** The body of an event that has no rows. Throws MYSQL_PROTOCOL_EVENT for bytes that contradict themselves. */
export function bodyJson(view: EventView): unknown {
  return plain(decodeEvent(view))
}

/** A table map, column by column. */
export function tableMapJson(map: TableMapEvent): unknown {
  const { columnTypes, columnMeta, nullableBitmap, optional } = map
  return {
    tableId: map.tableId,
    database: map.database,
    table: map.table,
    columns: Array.from(columnTypes, (type, i) => ({
      name: optional.columnNames?.[i] ?? `@${i + 1}`,
      type,
      meta: columnMeta[i],
      nullable: ((nullableBitmap[i >> 3]! >> (i & 7)) & 1) === 1,
      ...(optional.unsigned?.[i] === true ? { unsigned: true } : {}),
      ...(optional.collationIds?.[i] ? { collation: optional.collationIds[i] } : {}),
    })),
    ...(optional.primaryKey === null ? {} : { primaryKey: optional.primaryKey.map((i) => i + 1) }),
  }
}

/** The whole event as lines of 16 bytes: offset, hex, text. */
export function hexdump(view: EventView): string[] {
  const start = view.bodyStart - HEADER_BYTES
  const lines: string[] = []
  for (let at = 0; at < view.header.lengthBytes; at += 16) {
    const bytes = view.bytes.subarray(start + at, start + Math.min(at + 16, view.header.lengthBytes))
    const hex = bytes.toString('hex').replace(/../g, '$& ').padEnd(48)
    const text = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex} ${text}`)
  }
  return lines
}

// What a decoder gives, with what JSON has no word for: whole numbers beyond 2^53 as texts, bytes as hex, GTID sets as the server prints them.
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(value)
      : String(value)
  }
  if (value instanceof GtidSet) return value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
}
