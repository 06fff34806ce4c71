// The events of a binlog file on disk, one after the other: only one event is in memory.
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { EVENT_HEADER_BYTES, EventStream, EventType, type EventView, MysqlProtocolError } from '@millrace/mysql'

const MAGIC = 'fe62696e'
const ENCRYPTED_MAGIC = 'fd62696e'
const FIRST_POSITION = 4
/** Where the length stands in a header. */
const LENGTH_AT = 9
/** Largest event that a server writes, with room for its header. */
const MAX_EVENT_BYTES = 1024 * 1024 * 1024 + 1024
const BLOCK_BYTES = 256 * 1024

/**
 * Yields a reused view for every event. Throws MYSQL_PROTOCOL_FILE for a file that is no log, MYSQL_FILE_UNREADABLE, MYSQL_FILE_ENCRYPTED, MYSQL_FILE_TORN with the
 * position for an event that is not whole, and what {@link EventStream.accept} throws.
 */
export async function* fileEvents(file: string): AsyncGenerator<EventView, void, undefined> {
  const handle = await openFile(file)
  try {
    const name = path.basename(file)
    const reader = new BlockReader(handle)
    checkMagic(name, await reader.read(FIRST_POSITION))
    const stream = new EventStream(name, FIRST_POSITION, { stopsAtUnsupported: false })
    for (let position = FIRST_POSITION; ; ) {
      const header = await reader.peek(EVENT_HEADER_BYTES)
      if (header.length === 0) return
      if (header.length < EVENT_HEADER_BYTES) throw torn(name, position, header.length, null)
      const length = header.readUInt32LE(LENGTH_AT)
      if (length < EVENT_HEADER_BYTES || length > MAX_EVENT_BYTES) throw damagedLength(name, position, length)
      const event = await reader.read(length)
      if (event.length < length) throw torn(name, position, event.length, length)
      const view = stream.accept(event, 0, length)
      yield view
      if (view.header.typeCode === EventType.MARIADB_START_ENCRYPTION_EVENT) throw encrypted(name, position)
      position += length
    }
  } finally {
    await handle.close()
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    throw new MysqlProtocolError({
      code: 'MYSQL_FILE_UNREADABLE',
      message: `${file} cannot be opened (${(cause as NodeJS.ErrnoException).code})`,
      hint: 'SHOW VARIABLES LIKE "log_bin_basename" names the folder of the logs; --host reads them from the server.',
      cause,
    })
  }
}

/** Reads a file in blocks; what it gives is valid until the next call. */
class BlockReader {
  readonly #handle: FileHandle
  #bytes: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  #start = 0
  #end = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** The next `count` bytes, or fewer at the end of the file, without moving behind them. */
  async peek(count: number): Promise<Buffer> {
    if (this.#end - this.#start < count) await this.#fill(count)
    return this.#bytes.subarray(this.#start, Math.min(this.#start + count, this.#end))
  }

  /** The same, moving behind them. */
  async read(count: number): Promise<Buffer> {
    const bytes = await this.peek(count)
    this.#start += bytes.length
    return bytes
  }

  // Room is made as bytes come: a false length takes no memory.
  async #fill(count: number): Promise<void> {
    this.#bytes.copyWithin(0, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
    while (this.#end < count) {
      if (this.#end === this.#bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(count, this.#bytes.length * 2))
        this.#bytes.copy(larger, 0, 0, this.#end)
        this.#bytes = larger
      }
      const { bytesRead } = await this.#handle.read(this.#bytes, this.#end, this.#bytes.length - this.#end, null)
      if (bytesRead === 0) return
      this.#end += bytesRead
    }
  }
}

function checkMagic(name: string, bytes: Buffer): void {
  const magic = bytes.toString('hex')
  if (magic === MAGIC) return
  if (magic === ENCRYPTED_MAGIC) throw encrypted(name, 0)
  throw new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_FILE',
    message: `${name} does not start as a binary log does`,
    hint: 'Name the files that SHOW BINARY LOGS lists, in the folder of log_bin_basename; not the index, and not packed.',
  })
}

function encrypted(name: string, position: number): MysqlProtocolError {
  return new MysqlProtocolError({
    code: 'MYSQL_FILE_ENCRYPTED',
    message: `${name} is encrypted from position ${position} on`,
    hint: 'Read it from the server, which decrypts it: millrace binlog cat --host … --user …',
  })
}

function torn(name: string, position: number, there: number, said: number | null): MysqlProtocolError {
  const what = said === null ? 'not even its header is' : `it says ${said} bytes, ${there} are`
  return new MysqlProtocolError({
    code: 'MYSQL_FILE_TORN',
    message: `${name} ends inside the event at position ${position}: ${what} there`,
    hint: 'The file is still being written, was copied in part, or the server was killed: everything before that position is whole.',
  })
}

function damagedLength(name: string, position: number, length: number): MysqlProtocolError {
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_EVENT',
    message: `The event at ${name}:${position} says that it has ${length} bytes`,
    hint: 'The file is damaged there; compare with mysqlbinlog, and read the same file from the server.',
  })
}
