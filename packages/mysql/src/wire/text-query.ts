// The answer to one text-protocol query, as raw cells, chunk by chunk: how snapshots read tables.
import { type MysqlError, MysqlProtocolError, MysqlUnsupportedError } from '../error.ts'
import { type CellRow, cellRow, type ReusedCellRow } from '../row/cell-row.ts'
import type { PacketReader } from './packet-reader.ts'
import { serverErrorFrom } from './server-error.ts'

/** One column of a result. */
export interface TextColumn {
  readonly name: string
  /** Collation id; 63 = binary. */
  readonly collationId: number
  /** MYSQL_TYPE_* code. */
  readonly typeCode: number
  readonly flags: number
  readonly lengthBytes: number
  readonly decimals: number
}

/** Whole rows that were in the buffer. Iterated once, synchronously, before the next chunk is asked for. */
export interface TextChunk {
  /** The next row, a reused object; null at the chunk's end. Throws MysqlServerError for an error in the middle of the result. */
  next(): CellRow | null
  /** About how many rows `next` will still give; 0 = at the end. */
  readonly remaining: number
}

const CHUNK_BYTES = 1024 * 1024
const ERR = 0xff
const EOF = 0xfe
const NULL_CELL = 0xfb
const LOCAL_INFILE = 0xfb

/** Sends `sql` and reads the head of the answer. One query at a time per connection: read it to its end before the next. */
export async function startTextQuery(packets: PacketReader, sql: string): Promise<TextResult> {
  packets.send(Buffer.concat([Buffer.from([0x03]), Buffer.from(sql, 'utf8')]))
  const frames = new FrameCursor(packets)
  await frames.need()
  const first = frames.bytes[frames.start]!
  if (first === ERR) throw serverErrorFrom(frames.bytes, frames.start, frames.end)
  if (first === 0) return new TextResult(frames, [])
  if (first === LOCAL_INFILE) {
    throw new MysqlUnsupportedError({
      code: 'MYSQL_LOCAL_INFILE',
      message: 'The server asks for a local file; it gets none',
    })
  }
  const columnCount = readCount(frames.bytes, frames.start, frames.end)
  const columns: TextColumn[] = []
  while (columns.length < columnCount) {
    await frames.need()
    columns.push(readColumn(frames.bytes, frames.start, frames.end))
  }
  await frames.need()
  if (frames.bytes[frames.start] !== EOF) throw protocolError('no end of the column list')
  return new TextResult(frames, columns)
}

/** See {@link startTextQuery}. */
export class TextResult implements TextChunk {
  /** Empty for statements without rows. */
  readonly columns: readonly TextColumn[]
  readonly #frames: FrameCursor
  readonly #row: ReusedCellRow
  #hasEnded: boolean

  constructor(frames: FrameCursor, columns: readonly TextColumn[]) {
    this.columns = columns
    this.#frames = frames
    this.#row = cellRow(columns.length)
    this.#hasEnded = columns.length === 0
  }

  /** Waits for the next rows; null at the end of the result. Errors: MysqlServerError, MYSQL_CONNECTION_LOST, MYSQL_PROTOCOL_*. */
  async nextChunk(): Promise<TextChunk | null> {
    if (this.#hasEnded) return null
    if (this.#frames.remaining === 0) await this.#frames.fill()
    return this
  }

  get remaining(): number {
    return this.#hasEnded ? 0 : this.#frames.remaining
  }

  next(): CellRow | null {
    const frames = this.#frames
    if (this.#hasEnded || frames.remaining === 0) return null
    frames.advance()
    const { bytes, start, end } = frames
    const first = start < end ? bytes[start]! : -1
    if (first === EOF && end - start < 9) {
      this.#hasEnded = true
      return null
    }
    if (first === ERR) {
      this.#hasEnded = true
      throw serverErrorFrom(bytes, start, end)
    }
    this.#locate(bytes, start, end)
    return this.#row
  }

  // A cell is a length-encoded string or 0xFB for NULL.
  #locate(bytes: Buffer, start: number, end: number): void {
    const row = this.#row
    const { starts, ends } = row
    row.bytes = bytes
    let pos = start
    for (let i = 0; i < ends.length; i++) {
      let length = bytes[pos]!
      pos++
      if (length === NULL_CELL) {
        ends[i] = -1
        continue
      }
      if (length > NULL_CELL) {
        if (end - pos < 8 && end - pos < lengthBytesOf(length)) throw protocolError('a row that ends within a length')
        const width = lengthBytesOf(length)
        length = width === 8 ? Number(bytes.readBigUInt64LE(pos)) : bytes.readUIntLE(pos, width)
        pos += width
      }
      starts[i] = pos
      pos += length
      if (!(pos <= end)) throw protocolError('a row that ends within a cell')
      ends[i] = pos
    }
    if (pos !== end) throw protocolError('a row with bytes behind its last cell')
  }
}

/** Steps through packets, one at a time or as many as are buffered. */
class FrameCursor {
  readonly #packets: PacketReader
  #index = 0

  constructor(packets: PacketReader) {
    this.#packets = packets
  }

  get bytes(): Buffer {
    return this.#packets.buffer.bytes
  }

  get start(): number {
    return this.#packets.buffer.starts[this.#index - 1]!
  }

  get end(): number {
    return this.#packets.buffer.ends[this.#index - 1]!
  }

  get remaining(): number {
    return this.#packets.buffer.count - this.#index
  }

  advance(): void {
    this.#index++
  }

  async fill(): Promise<void> {
    await this.#packets.next(CHUNK_BYTES)
    this.#index = 0
  }

  /** Moves to the next packet, waiting for it. */
  async need(): Promise<void> {
    // A reader's first frames are those of its own answer: whatever was listed before belongs to the answer before.
    if (!this.#isStarted || this.remaining === 0) {
      await this.fill()
      this.#isStarted = true
    }
    this.advance()
  }

  #isStarted = false
}

function lengthBytesOf(marker: number): number {
  return marker === 0xfc ? 2 : marker === 0xfd ? 3 : 8
}

function readCount(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start]!
  if (first < NULL_CELL) return first
  if (first === 0xfc && end - start >= 3) return bytes.readUInt16LE(start + 1)
  throw protocolError('a column count that no query can have')
}

/**
 * Shape: catalog, schema, table, original table, name, original name (length-encoded strings) | … | 12 | collation (2) | length (4) |
 * type (1) | flags (2) | decimals (1) | filler (2). MariaDB may put more before the 12: the fixed part is read from the end.
 */
function readColumn(bytes: Buffer, start: number, end: number): TextColumn {
  let pos = start
  let nameStart = 0
  let nameEnd = 0
  for (let i = 0; i < 5; i++) {
    let length = bytes[pos++]!
    if (length === 0xfc) {
      length = bytes.readUInt16LE(pos)
      pos += 2
    }
    nameStart = pos
    nameEnd = pos + length
    pos = nameEnd
    if (!(pos < end)) throw protocolError('a column definition that is cut short')
  }
  const fixed = end - 12
  if (fixed < pos) throw protocolError('a column definition that is cut short')
  return {
    name: bytes.toString('utf8', nameStart, nameEnd),
    collationId: bytes.readUInt16LE(fixed),
    lengthBytes: bytes.readUInt32LE(fixed + 2),
    typeCode: bytes[fixed + 6]!,
    flags: bytes.readUInt16LE(fixed + 7),
    decimals: bytes[fixed + 9]!,
  }
}

function protocolError(what: string): MysqlError {
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_RESULT',
    message: `The server's answer to a query has ${what}`,
  })
}
