// Packets are found whatever the cuts between received chunks are, and big ones are joined in place.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PacketBuffer } from '../../src/wire/packet-buffer.ts'

const MAX = 0xffffff

/** Payloads as packets on the wire, split at 16 MiB as the protocol wants. */
function onWire(payloads: readonly Buffer[], firstSequence = 0): Buffer {
  const parts: Buffer[] = []
  let sequence = firstSequence
  for (const payload of payloads) {
    for (let at = 0; ; at += MAX) {
      const part = payload.subarray(at, at + MAX)
      const header = Buffer.alloc(4)
      header.writeUIntLE(part.length, 0, 3)
      header[3] = sequence++ & 0xff
      parts.push(header, part)
      if (part.length < MAX) break
    }
  }
  return Buffer.concat(parts)
}

function readAll(wire: Buffer, cuts: readonly number[], baseBytes: number, maxBytes: number): Buffer[] {
  const buffer = new PacketBuffer(baseBytes)
  const found: Buffer[] = []
  let from = 0
  for (const to of [...cuts, wire.length]) {
    buffer.append(wire.subarray(from, to), to - from)
    from = to
    while (buffer.collect(maxBytes) > 0) {
      for (let i = 0; i < buffer.count; i++) {
        found.push(Buffer.from(buffer.bytes.subarray(buffer.starts[i]!, buffer.ends[i]!)))
      }
    }
  }
  expect(buffer.pendingBytes).toBe(0)
  return found
}

test('any payloads, cut anywhere, come out whole and in order', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
  fc.assert(
    fc.property(
      payloads,
      fc.array(fc.nat(3000), { maxLength: 30 }),
      fc.integer({ min: 16, max: 4096 }),
      (list, at, base) => {
        const bodies = list.map((bytes) => Buffer.from(bytes))
        const wire = onWire(bodies)
        const cuts = at.map((cut) => cut % (wire.length + 1)).sort((a, b) => a - b)
        expect(readAll(wire, cuts, base, 200)).toEqual(bodies)
      },
    ),
  )
})

test('packets of 16 MiB and more are joined; exactly 16 MiB minus one ends with an empty packet', () => {
  for (const size of [MAX - 1, MAX, MAX + 1, 2 * MAX, 2 * MAX + 12345]) {
    const payload = Buffer.alloc(size)
    for (let i = 0; i < size; i += 4093) payload[i] = i % 251
    const wire = onWire([Buffer.from('before'), payload, Buffer.from('after')])
    const cuts: number[] = []
    for (let at = 200_003; at < wire.length; at += 200_003) cuts.push(at)
    const [before, joined, after] = readAll(wire, cuts, 1 << 21, 1 << 20)
    expect(String(before)).toBe('before')
    expect(joined!.equals(payload)).toBe(true)
    expect(String(after)).toBe('after')
  }
})

test('the buffer goes back to its size after a big packet', () => {
  const buffer = new PacketBuffer(1 << 20)
  const wire = onWire([Buffer.alloc(20_000_000), Buffer.from('x')])
  for (let at = 0; at < wire.length; at += 65_536) {
    const part = wire.subarray(at, at + 65_536)
    buffer.append(part, part.length)
  }
  expect(buffer.collect(1000)).toBe(1)
  expect(buffer.bytes.length).toBeGreaterThan(20_000_000)
  expect(buffer.collect(1000)).toBe(1)
  buffer.collect(1000)
  expect(buffer.bytes.length).toBe(1 << 20)
})

test('a packet out of order is refused by name', () => {
  const buffer = new PacketBuffer()
  const wire = onWire([Buffer.from('a')], 3)
  buffer.append(wire, wire.length)
  expect(() => buffer.collect(1000)).toThrow(expect.objectContaining({ code: 'MYSQL_PROTOCOL_SEQUENCE' }))
})

test('sequence ids wrap at 256', () => {
  const bodies = Array.from({ length: 600 }, (_, i) => Buffer.from(String(i)))
  expect(readAll(onWire(bodies), [], 1 << 16, 1 << 20)).toEqual(bodies)
})

test('the buffer grows to the length that a packet announces, not beyond it', { timeout: 60_000 }, () => {
  const size = 3 * MAX + 1000
  const body = Buffer.alloc(size, 7)
  body.writeUInt32LE(size, 0)
  const wire = onWire([Buffer.from('before'), body, Buffer.from('behind')])
  const lengths = (announces: boolean) => {
    const buffer = new PacketBuffer(1024 * 1024)
    if (announces) buffer.announcedBytes = (bytes, start, end) => (end - start < 4 ? 0 : bytes.readUInt32LE(start))
    const seen = new Set<number>()
    let packets = 0
    for (let at = 0; at < wire.length; at += 200_000) {
      buffer.append(wire.subarray(at, at + 200_000), Math.min(200_000, wire.length - at))
      packets += buffer.collect(1000)
      seen.add(buffer.bytes.length)
    }
    expect(packets + buffer.collect(1000)).toBe(3)
    return [...seen]
  }
  const announced = lengths(true)
  expect(announced.length).toBeLessThanOrEqual(3)
  expect(Math.max(...announced)).toBeLessThan(size + 2 * 1024 * 1024)
  // Without: by a quarter, or by 16 MiB.
  expect(Math.max(...lengths(false))).toBeLessThan(size + 18 * 1024 * 1024)
})

test('a length beyond the limit is not believed', () => {
  const buffer = new PacketBuffer(1024 * 1024)
  buffer.announcedBytes = () => 0xffffffff
  const wire = onWire([Buffer.alloc(2 * MAX)])
  buffer.append(wire.subarray(0, 1_000_000), 1_000_000)
  buffer.append(wire.subarray(1_000_000, 1_200_000), 200_000)
  expect(buffer.bytes.length).toBeLessThan(20 * 1024 * 1024)
})
