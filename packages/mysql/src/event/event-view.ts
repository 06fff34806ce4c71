// One event as the stream hands it out: its header, and where its body lies. The object is reused from event to event.
import type { EventHeader } from './event.ts'

/** A view on one event. Everything in it is valid until the next event is read; copy what must stay. */
export interface EventView {
  readonly header: EventHeader
  /** The event's body, checksum removed, is `bytes[bodyStart, bodyEnd)`; its 19-byte header lies directly before. */
  readonly bytes: Buffer
  readonly bodyStart: number
  readonly bodyEnd: number
  /** Name of the log file that holds the event; the file before for events that the server makes up. */
  readonly file: string
  /** 64-bit positions in `file`, below 2^53. Equal for artificial events, which are in no file. */
  readonly startPosition: number
  readonly endPosition: number
  /** Made up by the server for this connection (heartbeats, first rotate): not in any file. */
  readonly isArtificial: boolean
  /** Whether the file's format description is of a MariaDB server. */
  readonly isMariaDb: boolean
}

/** Length of the common header. */
export const EVENT_HEADER_BYTES = 19
/** Length of the CRC32 at an event's end. */
export const CHECKSUM_BYTES = 4
/** Header flag: the server made the event up. */
export const LOG_EVENT_ARTIFICIAL_F = 0x20
/** Header flag of a format description in a file that is being written; not covered by the checksum. */
export const LOG_EVENT_BINLOG_IN_USE_F = 0x1
