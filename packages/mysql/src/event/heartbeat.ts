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

/**
 * Version 1: the file name is the body, the position the header's. Version 2: fields of type (lenenc) | length (lenenc) | value, until
 * type 0, with a 64-bit position.
 */
export function decodeHeartbeat(cursor: ByteCursor, view: EventView): HeartbeatEvent {
  if (view.header.typeCode !== EventType.HEARTBEAT_LOG_EVENT_V2) {
    return { file: cursor.utf8(cursor.remaining), position: view.header.logPos }
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
