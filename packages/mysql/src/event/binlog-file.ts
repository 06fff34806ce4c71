// Events of a whole log file in memory: for tests and tools. The hot path reads connections, not files.
import { MysqlProtocolError } from '../error.ts'
import { EventStream } from './event-stream.ts'
import { EVENT_HEADER_BYTES, type EventView } from './event-view.ts'

const MAGIC = [0xfe, 0x62, 0x69, 0x6e]

/**
 * Yields every event of the log file `bytes` in order; the view is reused. `file` is the name in positions.
 * `options` are those of {@link EventStream}.
 * Throws MYSQL_PROTOCOL_FILE for bytes that are no log, and what {@link EventStream.accept} throws.
 */
export function* readBinlogFile(
  bytes: Buffer,
  file: string,
  options: { readonly stopsAtUnsupported?: boolean } = {},
): Generator<EventView, void, undefined> {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new MysqlProtocolError({
      code: 'MYSQL_PROTOCOL_FILE',
      message: `${file} does not start as a binary log does`,
    })
  }
  const stream = new EventStream(file, MAGIC.length, options)
  let at: number = MAGIC.length
  while (at < bytes.length) {
    const hasHeader = bytes.length - at >= EVENT_HEADER_BYTES
    const length = hasHeader ? bytes.readUInt32LE(at + 9) : 0
    if (!hasHeader || length < EVENT_HEADER_BYTES || at + length > bytes.length) {
      throw new MysqlProtocolError({ code: 'MYSQL_PROTOCOL_EVENT', message: `${file}:${at} holds an incomplete event` })
    }
    yield stream.accept(bytes, at, at + length)
    at += length
  }
}
