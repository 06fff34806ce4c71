// The stream's own duties: type table, checksums, positions beyond 4 GiB, rotates; and mutated bytes never end in anything but named errors.
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEvent } from '../../src/event/decode-event.ts'
import { EventStream, eventHandling, eventTypeName, MysqlError, readBinlogFile } from '../../src/index.ts'
import { fixtureLog } from './logs.ts'

const log = fixtureLog()
const format = log.subarray(4, 4 + log.readUInt32LE(4 + 9))

/** An event with a right checksum. */
function event(typeCode: number, body: Buffer, options: { logPos?: number; flags?: number } = {}): Buffer {
  const bytes = Buffer.alloc(19 + body.length + 4)
  bytes.writeUInt32LE(1_700_000_000, 0)
  bytes[4] = typeCode
  bytes.writeUInt32LE(1, 5)
  bytes.writeUInt32LE(bytes.length, 9)
  bytes.writeUInt32LE(options.logPos ?? 0, 13)
  bytes.writeUInt16LE(options.flags ?? 0, 17)
  body.copy(bytes, 19)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
  return bytes
}

function openStream(file = 'binlog.000007', position = 4): EventStream {
  const stream = new EventStream(file, position)
  stream.accept(format, 0, format.length)
  return stream
}

describe('type table', () => {
  test('every one of 256 codes is decoded, harmless or a stop', () => {
    const stream = openStream()
    for (let code = 0; code < 256; code++) {
      const handling = eventHandling(code, 0)
      if (handling !== 'stop') continue
      const bytes = event(code, Buffer.from('body'), { logPos: 1000 })
      expect(() => stream.accept(bytes, 0, bytes.length)).toThrow(
        expect.objectContaining({
          code: 'MYSQL_EVENT_UNSUPPORTED',
          message: expect.stringContaining(eventTypeName(code)),
        }),
      )
    }
  })

  test('an unknown type names its header in hex', () => {
    const bytes = event(99, Buffer.from('x'), { logPos: 1000 })
    const hex = bytes.subarray(0, 19).toString('hex')
    expect(() => openStream().accept(bytes, 0, bytes.length)).toThrow(hex)
  })

  test('an unknown type that its writer calls ignorable is passed over', () => {
    const bytes = event(99, Buffer.from('x'), { logPos: 1000, flags: 0x80 })
    expect(openStream().accept(bytes, 0, bytes.length).header.typeCode).toBe(99)
  })

  test.each([26, 18])('%i stops', (code) => {
    expect(eventHandling(code, 0x80)).toBe('stop')
  })
})

describe('positions', () => {
  test('run on beyond 4 GiB', () => {
    const stream = openStream('binlog.000007', 0x1_0000_0000 - 10)
    const bytes = event(16, Buffer.alloc(8), { logPos: 25 })
    const view = stream.accept(bytes, 0, bytes.length)
    expect(view.endPosition).toBe(0x1_0000_0000 + 25)
    expect(view.startPosition).toBe(view.endPosition - bytes.length)
  })

  test('follow from lengths where the header has none', () => {
    const stream = openStream('binlog.000007', 4)
    const { position } = stream
    const bytes = event(16, Buffer.alloc(8))
    const view = stream.accept(bytes, 0, bytes.length)
    expect([view.startPosition, view.endPosition]).toEqual([position, position + bytes.length])
  })

  test('a rotate names the next file; events made up by the server take no room', () => {
    const stream = openStream()
    const body = Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('binlog.000008')])
    const bytes = event(4, body, { flags: 0x20 })
    const view = stream.accept(bytes, 0, bytes.length)
    expect(view.isArtificial).toBe(true)
    expect(view.startPosition).toBe(view.endPosition)
    expect([stream.file, stream.position]).toEqual(['binlog.000008', 4])
  })

  test('a heartbeat of version 2 moves on over what the server skipped', () => {
    const stream = openStream('binlog.000007', 4)
    const name = Buffer.from('binlog.000007')
    const body = Buffer.from([1, name.length, ...name, 2, 9, 0xfe, 0, 0, 0, 0, 2, 0, 0, 0, 0])
    const bytes = event(41, body, { flags: 0x20 })
    stream.accept(bytes, 0, bytes.length)
    expect(stream.position).toBe(0x2_0000_0000)
  })
})

test('one flipped bit anywhere in an event is noticed', () => {
  const original = event(16, Buffer.alloc(8), { logPos: 1000 })
  for (let bit = 0; bit < original.length * 8; bit++) {
    const bytes = Buffer.from(original)
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    expect(() => openStream().accept(bytes, 0, bytes.length)).toThrow(MysqlError)
  }
})

test('mutated events end in named errors, never in anything else', () => {
  const events: Buffer[] = []
  for (const view of readBinlogFile(log, 'binlog.000003')) {
    events.push(Buffer.from(view.bytes.subarray(view.bodyStart - 19, view.bodyStart - 19 + view.header.lengthBytes)))
  }
  const mutation = fc.record({
    index: fc.nat(events.length - 1),
    edits: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    cut: fc.option(fc.nat(300)),
  })
  fc.assert(
    fc.property(mutation, ({ index, edits, cut }) => {
      let bytes = Buffer.from(events[index]!)
      const type = bytes[4]!
      for (const [at, value] of edits) bytes[19 + (at % (bytes.length - 19))] = value
      if (cut !== null) bytes = bytes.subarray(0, Math.max(23, bytes.length - cut))
      // Length and checksum are made right again, so that the decoders themselves see the damage.
      bytes.writeUInt32LE(bytes.length, 9)
      if (type !== 15) bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
      try {
        const stream = new EventStream('binlog.000003', 4)
        if (type !== 15) stream.accept(format, 0, format.length)
        decodeEvent(stream.accept(bytes, 0, bytes.length))
      } catch (error) {
        expect(error).toBeInstanceOf(MysqlError)
      }
    }),
    { numRuns: 5000 },
  )
}, 30_000)
