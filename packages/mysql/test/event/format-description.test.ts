// Format descriptions of servers that are not here to be asked, and positions that need more than 32 bits.
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { EventStream, EventType } from '../../src/index.ts'
import { bareEvent, writtenEvent } from './written-events.ts'

/** Fixed parts as MySQL 5.7 lists them, for codes 1 to 38. */
const LENGTHS_5_7 = [
  56, 13, 0, 8, 0, 18, 0, 4, 4, 4, 4, 18, 0, 0, 95, 0, 4, 26, 8, 0, 0, 0, 8, 8, 8, 2, 0, 0, 0, 10, 10, 10, 42, 42, 0,
  18, 52, 0,
]

interface Description {
  readonly version: string
  readonly lengths?: readonly number[]
  readonly algorithm?: number
  readonly headerBytes?: number
  readonly logPos?: number
}

function description({ version, lengths = LENGTHS_5_7, algorithm = 1, headerBytes = 19, logPos }: Description): Buffer {
  const body = Buffer.alloc(2 + 50 + 4 + 1 + lengths.length + 1)
  body.writeUInt16LE(4, 0)
  body.write(version, 2, 'latin1')
  body[56] = headerBytes
  Buffer.from(lengths).copy(body, 57)
  body[body.length - 1] = algorithm
  return writtenEvent(EventType.FORMAT_DESCRIPTION_EVENT, body, { logPos: logPos ?? 4 + 19 + body.length + 4 })
}

function accept(event: Buffer, position = 4): EventStream {
  const stream = new EventStream('binlog.000001', position)
  stream.accept(event, 0, event.length)
  return stream
}

/** MariaDB's list: zeros up to code 159 are of no interest here. */
const mariaDbLengths = [...LENGTHS_5_7, ...new Array<number>(160 - LENGTHS_5_7.length).fill(0), 4, 19, 4, 0, 13]

describe('servers', () => {
  test.each<[string, Description, boolean]>([
    ['MySQL 5.7', { version: '5.7.44-log' }, false],
    ['Aurora 5.7', { version: '5.7.mysql_aurora.2.11.3' }, false],
    ['Aurora 8.0', { version: '8.0.mysql_aurora.3.04.0' }, false],
    ['Percona', { version: '8.0.36-28.1' }, false],
    ['a build with a name', { version: 'cloud-build-7' }, false],
    ['MariaDB 10.5', { version: '10.5.29-MariaDB-1:10.5.29+maria~ubu2004-log', lengths: mariaDbLengths }, true],
    ['MariaDB behind a proxy', { version: '5.5.5-10.6.12-MariaDB-log', lengths: mariaDbLengths }, true],
    ['MariaDB without its name', { version: '11.4.2-acme', lengths: mariaDbLengths }, true],
  ])('%s', (_, written, isMariaDb) => {
    const { format } = accept(description(written))
    expect(format).toMatchObject({ serverVersion: written.version, isMariaDb, hasChecksum: true })
    expect(accept(description({ ...written, algorithm: 0 })).format?.hasChecksum).toBe(false)
  })

  test.each<[string, Description, RegExp]>([
    ['MySQL 5.5', { version: '5.5.62-log' }, /5\.5\.62-log/],
    ['MySQL 5.1', { version: '5.1.73' }, /5\.1\.73/],
    ['longer headers', { version: '8.0.36', headerBytes: 27 }, /headers of 27 bytes/],
    ['an unknown checksum', { version: '8.0.36', algorithm: 2 }, /checksum algorithm 2/],
    [
      'table maps of another layout',
      { version: '8.0.36', lengths: LENGTHS_5_7.with(18, 6) },
      /TABLE_MAP_EVENT.* 6 bytes/,
    ],
    ['rows of another layout', { version: '8.0.36', lengths: LENGTHS_5_7.with(29, 12) }, /WRITE_ROWS_EVENT.* 12 bytes/],
  ])('%s: a named stop', (_, written, message) => {
    expect(() => accept(description(written))).toThrow(
      expect.objectContaining({ code: 'MYSQL_PROTOCOL_EVENT', message: expect.stringMatching(message) }),
    )
  })

  test('the byte that says whether there are checksums is itself checked', () => {
    for (const position of [4, 5000]) {
      const event = description({ version: '8.0.36', ...(position === 4 ? {} : { logPos: 0 }) })
      event[event.length - 5] = 0
      expect(() => accept(event, position)).toThrow(expect.objectContaining({ code: 'MYSQL_PROTOCOL_CHECKSUM' }))
    }
  })

  test('a copy sent to a dump from inside a file, of a log without checksums, has none of its own', () => {
    const event = description({ version: '8.0.36', algorithm: 0, logPos: 0 })
    event.writeUInt32LE(0, 19 + 52)
    event.writeUInt32LE(1234, event.length - 4)
    expect(accept(event, 5000).format?.hasChecksum).toBe(false)
  })

  test('the in-use flag is not covered by the checksum', () => {
    const event = description({ version: '8.0.36' })
    event.writeUInt16LE(1, 17)
    expect(accept(event).format?.hasChecksum).toBe(true)
  })

  test('nothing is read before the description of its file', () => {
    const event = writtenEvent(EventType.XID_EVENT, Buffer.alloc(8), { logPos: 50 })
    expect(() => accept(event)).toThrow(/before the format description/)
  })
})

describe('positions beyond 4 GiB', () => {
  const WIDE = 0x3_0000_0000

  test('run on over many wraps of the 32 bits in headers', () => {
    const stream = accept(description({ version: '8.0.36', logPos: 0 }), WIDE - 1000)
    let position = WIDE - 1000
    for (let i = 0; i < 100; i++) {
      position += 19 + 8 + 4
      const event = writtenEvent(EventType.XID_EVENT, Buffer.alloc(8), { logPos: position % 0x1_0000_0000 })
      expect(stream.accept(event, 0, event.length).endPosition).toBe(position)
    }
    expect(position).toBeGreaterThan(WIDE)
  })

  test("MariaDB's heartbeat has the position before the name where the header is too small", () => {
    const stream = accept(description({ version: '11.8.1-MariaDB', lengths: mariaDbLengths, logPos: 0 }), 5000)
    const position = Buffer.alloc(8)
    position.writeBigUInt64LE(BigInt(WIDE))
    const event = writtenEvent(EventType.HEARTBEAT_LOG_EVENT, Buffer.concat([position, Buffer.from('binlog.000001')]))
    stream.accept(event, 0, event.length)
    expect(stream.position).toBe(WIDE)
  })

  test('a rotate without a valid name is refused: a checksum may have been taken for a part of it', () => {
    const event = bareEvent(EventType.ROTATE_EVENT, Buffer.from('0400000000000000', 'hex'))
    const named = Buffer.concat([event, Buffer.from('binlog.000002'), Buffer.alloc(4, 9)])
    named.writeUInt32LE(named.length, 9)
    expect(crc32(named.subarray(0, -4))).not.toBe(named.readUInt32LE(named.length - 4))
    expect(() => accept(named)).toThrow(/names no valid file/)
  })
})
