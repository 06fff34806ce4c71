// FORMAT_DESCRIPTION_EVENT: what every log file starts with; says how the events that follow are laid out.
import { type ByteCursor, corruptEvent, type EventPlace } from './byte-cursor.ts'
import { EventType, eventTypeName } from './event-types.ts'

/** What the events of one log file have in common. */
export interface FormatDescription {
  readonly binlogVersion: number
  /** Text of the writing server's version, e.g. `9.7.4` or `10.11.2-MariaDB-log`. */
  readonly serverVersion: string
  readonly isMariaDb: boolean
  /** Epoch seconds of the file's creation at a server start; 0 otherwise. */
  readonly createdSec: number
  readonly headerLengthBytes: number
  /** Length of the fixed part of event type i+1. */
  readonly postHeaderLengths: Uint8Array
  /** Whether every event ends in a CRC32. */
  readonly hasChecksum: boolean
}

const CHECKSUM_ALGORITHM_OFF = 0
const CHECKSUM_ALGORITHM_CRC32 = 1
const VERSION_BYTES = 50
const MARIADB_FIRST_EVENT = 160

/** Lengths of the fixed part for which the decoders are written, by type code; types without such a part are not among them. */
const KNOWN_LENGTHS: ReadonlyMap<number, number> = new Map([
  [EventType.QUERY_EVENT, 13],
  [EventType.ROTATE_EVENT, 8],
  [EventType.TABLE_MAP_EVENT, 8],
  [EventType.WRITE_ROWS_EVENT_V1, 8],
  [EventType.UPDATE_ROWS_EVENT_V1, 8],
  [EventType.DELETE_ROWS_EVENT_V1, 8],
  [EventType.WRITE_ROWS_EVENT, 10],
  [EventType.UPDATE_ROWS_EVENT, 10],
  [EventType.DELETE_ROWS_EVENT, 10],
  [EventType.PARTIAL_UPDATE_ROWS_EVENT, 10],
  [EventType.MARIADB_GTID_EVENT, 19],
  [EventType.MARIADB_GTID_LIST_EVENT, 4],
  [EventType.MARIADB_QUERY_COMPRESSED_EVENT, 13],
  [EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT_V1, 8],
  [EventType.MARIADB_UPDATE_ROWS_COMPRESSED_EVENT_V1, 8],
  [EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT_V1, 8],
  [EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT, 10],
  [EventType.MARIADB_UPDATE_ROWS_COMPRESSED_EVENT, 10],
  [EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT, 10],
])

/**
 * Shape: binlog version (2) | server version (50, NUL padded) | created (4) | header length (1) | post-header lengths (n) |
 * checksum algorithm (1) | checksum (4); the last two from MySQL 5.6.1 and MariaDB 5.3 on. `cursor` covers the body with the checksum.
 */
export function decodeFormatDescription(cursor: ByteCursor, place: EventPlace): FormatDescription {
  const binlogVersion = cursor.u16()
  const serverVersion = cursor.latin1(VERSION_BYTES).replace(/\0[\s\S]*$/, '')
  const createdSec = cursor.u32()
  const headerLengthBytes = cursor.u8()
  if (binlogVersion !== 4 || headerLengthBytes !== 19) {
    throw corruptEvent(
      place,
      `announces log format ${binlogVersion} with headers of ${headerLengthBytes} bytes; only 4 with 19 is known`,
    )
  }
  // Builds with a version text of their own still list MariaDB's events.
  const isMariaDb = /mariadb/i.test(serverVersion) || cursor.remaining >= MARIADB_FIRST_EVENT
  const isChecksumAware = knowsChecksums(serverVersion, isMariaDb)
  const trailer = isChecksumAware ? 5 : 0
  const postHeaderLengths = cursor.copy(cursor.remaining - trailer)
  checkLayouts(postHeaderLengths, place)
  const algorithm = isChecksumAware ? cursor.u8() : CHECKSUM_ALGORITHM_OFF
  if (algorithm !== CHECKSUM_ALGORITHM_OFF && algorithm !== CHECKSUM_ALGORITHM_CRC32) {
    throw corruptEvent(place, `announces the unknown checksum algorithm ${algorithm}`)
  }
  const hasChecksum = algorithm === CHECKSUM_ALGORITHM_CRC32
  return { binlogVersion, serverVersion, isMariaDb, createdSec, headerLengthBytes, postHeaderLengths, hasChecksum }
}

// A server that packs an event in another way says so here: guessing would read wrong rows.
function checkLayouts(lengths: Uint8Array, place: EventPlace): void {
  for (const [typeCode, known] of KNOWN_LENGTHS) {
    const length = lengths[typeCode - 1] ?? 0
    if (length !== 0 && length !== known) {
      throw corruptEvent(
        place,
        `announces ${eventTypeName(typeCode)} with a fixed part of ${length} bytes; only ${known} is known`,
      )
    }
  }
}

function knowsChecksums(serverVersion: string, isMariaDb: boolean): boolean {
  const [major = 0, minor = 0, patch = 0] = serverVersion.split(/[^0-9]+/).map(Number)
  const number = major * 1_000_000 + minor * 1000 + patch
  return number >= (isMariaDb ? 5_003_000 : 5_006_001)
}
