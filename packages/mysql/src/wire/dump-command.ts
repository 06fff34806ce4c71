// The commands that make a connection a replica's.
import { MysqlError } from '../error.ts'

const COM_BINLOG_DUMP = 0x12
const COM_REGISTER_SLAVE = 0x15
const COM_BINLOG_DUMP_GTID = 0x1e
const BINLOG_THROUGH_GTID = 0x04

/** Flags of a dump from a position. */
export const DumpFlag = {
  /** The server ends the dump where its log ends. */
  NON_BLOCK: 0x01,
  /** MariaDB sends the statements of rows too. */
  SEND_ANNOTATE_ROWS: 0x02,
} as const

/** Shape: 0x15 | server id (4) | host (1 + n) | user (1 + n) | password (1 + n) | port (2) | rank (4) | source id (4). */
export function registerReplica(serverId: number): Buffer {
  const payload = Buffer.alloc(1 + 4 + 3 + 2 + 4 + 4)
  payload[0] = COM_REGISTER_SLAVE
  payload.writeUInt32LE(serverId, 1)
  return payload
}

/**
 * Shape: 0x12 | position (4) | flags (2) | server id (4) | file. Positions above 4 GiB cannot be said: MYSQL_POSITION_TOO_LARGE.
 * `flags`: {@link DumpFlag}s.
 */
export function binlogDump(file: string, position: number, serverId: number, flags = 0): Buffer {
  if (position > 0xffffffff) {
    throw new MysqlError({
      code: 'MYSQL_POSITION_TOO_LARGE',
      message: `Position ${position} of ${file} is beyond 4 GiB, which the dump command cannot express`,
      hint: 'Set gtid_mode=ON on the server so that reading can start by GTID, or take a new snapshot.',
    })
  }
  const name = Buffer.from(file, 'utf8')
  const payload = Buffer.alloc(11 + name.length)
  payload[0] = COM_BINLOG_DUMP
  payload.writeUInt32LE(position, 1)
  payload.writeUInt16LE(flags, 5)
  payload.writeUInt32LE(serverId, 7)
  name.copy(payload, 11)
  return payload
}

/**
 * Shape: 0x1e | flags (2) | server id (4) | file length (4) | file | position (8) | set length (4) | set. The server sends what is not
 * in the set; file and position are ignored with it.
 */
export function binlogDumpGtid(encodedSet: Buffer, serverId: number): Buffer {
  const payload = Buffer.alloc(1 + 2 + 4 + 4 + 8 + 4 + encodedSet.length)
  payload[0] = COM_BINLOG_DUMP_GTID
  payload.writeUInt16LE(BINLOG_THROUGH_GTID, 1)
  payload.writeUInt32LE(serverId, 3)
  payload.writeBigUInt64LE(4n, 11)
  payload.writeUInt32LE(encodedSet.length, 19)
  encodedSet.copy(payload, 23)
  return payload
}
