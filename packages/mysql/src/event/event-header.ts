// The common header of an event, read into a reused object.
import type { EventHeader } from './event.ts'

/** The header of one event after the other. */
export class MutableHeader implements EventHeader {
  timestampSec = 0
  typeCode = 0
  serverId = 0
  lengthBytes = 0
  logPos = 0
  flags = 0

  /** Shape: seconds (4) | type (1) | server id (4) | length (4) | end position (4) | flags (2); all 19 bytes must be there. */
  read(bytes: Buffer, start: number): void {
    this.timestampSec = bytes.readUInt32LE(start)
    this.typeCode = bytes[start + 4]!
    this.serverId = bytes.readUInt32LE(start + 5)
    this.lengthBytes = bytes.readUInt32LE(start + 9)
    this.logPos = bytes.readUInt32LE(start + 13)
    this.flags = bytes.readUInt16LE(start + 17)
  }
}
