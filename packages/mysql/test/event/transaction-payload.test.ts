// Compressed transactions: small ones at once, large ones piece by piece, and blocks that lie.
import { describe, expect, test } from 'vitest'
import { ByteCursor, EventStream, MysqlError, PayloadEvents } from '../../src/index.ts'
import { fixtureLog } from './logs.ts'
import { bareEvent, payloadBody, writtenEvent } from './written-events.ts'

const ROWS_QUERY = 29
const log = fixtureLog()
const format = log.subarray(4, 4 + log.readUInt32LE(4 + 9))

/** Opens the payload of a body, as a stream would hand it out. */
function open(body: Buffer): PayloadEvents {
  const stream = new EventStream('binlog.000001', 4)
  stream.accept(format, 0, format.length)
  const event = writtenEvent(40, body, { logPos: 5000 })
  const view = stream.accept(event, 0, event.length)
  return new PayloadEvents(view, new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view))
}

async function readAll(payload: PayloadEvents): Promise<{ lengths: number[]; largest: number }> {
  const lengths: number[] = []
  let largest = 0
  for (;;) {
    while (payload.next()) {
      lengths.push(payload.header.lengthBytes)
      largest = Math.max(largest, payload.bytes.length)
      expect(payload.bytes[payload.bodyStart]).toBe(lengths.length & 0xff)
      expect(payload.bytes[payload.bodyEnd - 1]).toBe(lengths.length & 0xff)
    }
    if (!payload.needsMore) return { lengths, largest }
    await payload.fill()
  }
}

/** Events of these lengths, each filled with its number. */
function eventsOf(lengths: readonly number[]): Buffer {
  return Buffer.concat(lengths.map((length, i) => bareEvent(ROWS_QUERY, Buffer.alloc(length - 19, i + 1))))
}

async function failure(payload: () => PayloadEvents): Promise<unknown> {
  try {
    await readAll(payload())
  } catch (error) {
    return error
  }
  return null
}

describe('events of a transaction', () => {
  const small = [20, 100, 8000, 25]
  const large = Array.from({ length: 900 }, (_, i) => 20 + ((i * 7919) % 16_000))

  test.each([
    ['small, packed', small, true],
    ['small, not packed', small, false],
    ['large, packed', large, true],
    ['large, not packed', large, false],
    ['an event larger than a piece', [30, 3_000_000, 40, 700_000, 20], true],
    ['none', [], true],
  ])('%s', async (_, lengths, isPacked) => {
    const read = await readAll(open(payloadBody(eventsOf(lengths), { isPacked })))
    expect(read.lengths).toEqual(lengths)
  })

  test('a large transaction takes the memory of a piece', async () => {
    const lengths = Array.from({ length: 8000 }, () => 8000)
    const { lengths: read, largest } = await readAll(open(payloadBody(eventsOf(lengths))))
    expect(read).toHaveLength(8000)
    expect(largest).toBeLessThan(1_100_000)
  }, 60_000)

  test('all stand at the place of the event that holds them', () => {
    const payload = open(payloadBody(eventsOf(small)))
    expect(payload.next()).toBe(true)
    expect([payload.file, payload.endPosition]).toEqual(['binlog.000001', 5000])
  })
})

describe('blocks that lie', () => {
  const inner = eventsOf([20, 100])
  const big = eventsOf([20, 900_000])
  const cut = (bytes: Buffer) => bytes.subarray(0, -1)
  const inside = (typeCode: number) => bareEvent(typeCode, Buffer.alloc(60))

  test.each<[string, Buffer]>([
    ['a size too small', payloadBody(inner, { unpackedBytes: inner.length - 1 })],
    ['a size too large', payloadBody(inner, { unpackedBytes: inner.length + 1 })],
    ['a size too small, streamed', payloadBody(big, { unpackedBytes: big.length - 1 })],
    ['a size too large, streamed', payloadBody(big, { unpackedBytes: big.length + 1 })],
    ['a size beyond all memory', payloadBody(inner, { unpackedBytes: 2 ** 50 })],
    ['bytes that are not packed', Buffer.concat([payloadBody(inner).subarray(0, -30), Buffer.alloc(30, 7)])],
    ['a cut event', payloadBody(cut(inner))],
    ['a cut event, streamed', payloadBody(cut(big))],
    ['a cut header', payloadBody(inner.subarray(0, 30))],
    ['a transaction inside', payloadBody(inside(40))],
    ['a rotate inside', payloadBody(inside(4))],
    ['a format description inside', payloadBody(inside(15))],
    ['an unknown method', Buffer.from([2, 1, 9, 1, 1, 0, 0])],
    ['no size', Buffer.from([2, 1, 0, 1, 1, 0, 0])],
  ])('%s', async (_, body) => {
    expect(await failure(() => open(body))).toMatchObject({ code: 'MYSQL_PROTOCOL_EVENT' })
  })

  test('an event that stops the stream stops it inside as well', async () => {
    const error = await failure(() => open(payloadBody(inside(26))))
    expect(error).toBeInstanceOf(MysqlError)
    expect(error).toMatchObject({ code: 'MYSQL_EVENT_UNSUPPORTED' })
  })
})
