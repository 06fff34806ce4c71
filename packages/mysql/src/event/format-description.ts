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
/** The checksum algorithm that events end in, by the number that the format description has for it. */
export const CHECKSUM_ALGORITHM_CRC32 = 1
const VERSION_BYTES = 50
/** Algorithm and checksum. */
const TRAILER_BYTES = 5
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
 * checksum algorithm (1) | checksum (4). `cursor` covers the body with the checksum.
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
  if (isTooOld(serverVersion, isMariaDb)) {
    throw corruptEvent(place, `is of server version ${serverVersion}; logs of servers before 5.6.1 are not read`)
  }
  const postHeaderLengths = cursor.copy(cursor.remaining - TRAILER_BYTES)
  checkLayouts(postHeaderLengths, place)
  const algorithm = cursor.u8()
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

// Before MySQL 5.6.1 and MariaDB 5.3 there were no checksums, and rows events were others. A text that is no number tells nothing.
function isTooOld(serverVersion: string, isMariaDb: boolean): boolean {
  const version = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(serverVersion)
  if (version === null) return false
  const number = Number(version[1]) * 1_000_000 + Number(version[2]) * 1000 + Number(version[3] ?? 999)
  return number < (isMariaDb ? 5_003_000 : 5_006_001)
}
