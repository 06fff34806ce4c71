// HEARTBEAT_LOG_EVENT and its second version: the server lives, and how far it has come.
import type { ByteCursor } from './byte-cursor.ts'
import { EventType } from './event-types.ts'
import type { EventView } from './event-view.ts'

/** How far the server has read its log for this connection. */
export interface HeartbeatEvent {
  readonly file: string
  readonly position: number
}

const V2_END = 0
const V2_FILE_NAME = 1
const V2_POSITION = 2

/** Bytes of the position that MariaDB puts before the name when it does not fit the header. */
const WIDE_POSITION_BYTES = 8

/**
 * Version 1: the file name is the body, the position the header's; where the header has none: position (8) | file name. Version 2: fields of type (lenenc) | length (lenenc) | value, until
 * type 0, with a 64-bit position.
 */
export function decodeHeartbeat(cursor: ByteCursor, view: EventView): HeartbeatEvent {
  if (view.header.typeCode !== EventType.HEARTBEAT_LOG_EVENT_V2) {
    const { logPos } = view.header
    const isWide = logPos === 0 && cursor.remaining > WIDE_POSITION_BYTES
    const position = isWide ? cursor.u64() : BigInt(logPos)
    if (position > BigInt(Number.MAX_SAFE_INTEGER)) throw cursor.corrupt('has a position beyond 2^53')
    return { file: cursor.utf8(cursor.remaining), position: Number(position) }
  }
  let file = ''
  let position = 0
  while (cursor.remaining > 0) {
    const field = cursor.lenenc()
    if (field === V2_END) break
    const length = cursor.lenenc()
    const next = cursor.take(length) + length
    cursor.pos -= length
    if (field === V2_FILE_NAME) file = cursor.utf8(length)
    else if (field === V2_POSITION) position = cursor.lenenc()
    cursor.pos = next
  }
  return { file, position }
}
