// Compressed equals plain: the transactions of recorded logs are packed as binlog_transaction_compression packs them, small ones and ones that
// are unpacked piece by piece, and give the same records; also when the stream stops and goes on inside of them.
import { crc32, zstdCompressSync } from 'node:zlib'
import { EventType, readBinlogFile } from '@millrace/mysql'
import { describe, expect, test } from 'vitest'
import { streamLog } from '../source/mysql/stream-lab.ts'
import { LOG_FILE, masked, readOffline } from './offline-fixture.ts'

const HEADER_BYTES = 19
const CHECKSUM_BYTES = 4
const MAGIC = Buffer.from('fe62696e', 'hex')

function event(typeCode: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + body.length)
  bytes.writeUInt32LE(1_700_000_000, 0)
  bytes[4] = typeCode
  bytes.writeUInt32LE(1, 5)
  bytes.writeUInt32LE(bytes.length, 9)
  body.copy(bytes, HEADER_BYTES)
  return bytes
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xfe
  bytes.writeBigUInt64LE(BigInt(value), 1)
  return bytes
}

/** A TRANSACTION_PAYLOAD event over events without checksums. */
function packed(events: Buffer): Buffer {
  const block = zstdCompressSync(events)
  const head = [Buffer.from([2, 1, 0, 1, 9]), long(block.length), Buffer.from([3, 9]), long(events.length)]
  return event(EventType.TRANSACTION_PAYLOAD_EVENT, Buffer.concat([...head, Buffer.from([0]), block]))
}

/** The log with every transaction packed; `paddingBytes` makes them larger by a statement's text, in each before its end. */
function repacked(log: Buffer, paddingBytes: number): Buffer {
  const pieces: Buffer[] = [MAGIC]
  let position = MAGIC.length
  let inner: Buffer[] | null = null
  const put = (bare: Buffer) => {
    const bytes = Buffer.concat([bare, Buffer.alloc(CHECKSUM_BYTES)])
    position += bytes.length
    bytes.writeUInt32LE(bytes.length, 9)
    bytes.writeUInt32LE(position, 13)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -CHECKSUM_BYTES)), bytes.length - CHECKSUM_BYTES)
    pieces.push(bytes)
  }
  for (const view of readBinlogFile(log, LOG_FILE)) {
    const { typeCode } = view.header
    const start = view.bodyStart - HEADER_BYTES
    // The body of a format description includes its checksum.
    const end = typeCode === EventType.FORMAT_DESCRIPTION_EVENT ? view.bodyEnd - CHECKSUM_BYTES : view.bodyEnd
    const bare = Buffer.from(view.bytes.subarray(start, end))
    bare.writeUInt32LE(bare.length, 9)
    if (typeCode === EventType.QUERY_EVENT && bare.toString('latin1').endsWith('\0BEGIN')) inner = []
    if (inner === null) {
      put(bare)
      continue
    }
    if (typeCode === EventType.XID_EVENT && paddingBytes > 0) {
      inner.push(event(EventType.ROWS_QUERY_LOG_EVENT, Buffer.alloc(paddingBytes, 'x')))
    }
    inner.push(bare)
    if (typeCode !== EventType.XID_EVENT) continue
    put(packed(Buffer.concat(inner)))
    inner = null
  }
  return Buffer.concat(pieces)
}

async function stream(name: string, log: Buffer, chunkEvents?: number) {
  const { connector, from, history } = readOffline(name).fixture
  const chunk = chunkEvents === undefined ? {} : { chunkEvents }
  const outcome = await streamLog({ connector, log, file: LOG_FILE, hasGtids: true, from, history, ...chunk })
  const records = outcome.records.map((record) => ({ ...record, key: masked(record.key), value: masked(record.value) }))
  return { records, offsets: outcome.offsets, history: [...history, ...outcome.history] }
}

describe.each(['keys', 'types-plain', 'demo-stage-a', 'ddl-rows'])('%s', (name) => {
  const { log } = readOffline(name)

  test.each([0, 100_000, 900_000])('packed, %i bytes larger', async (paddingBytes) => {
    const plain = await stream(name, log)
    const bytes = repacked(log, paddingBytes)
    const whole = await stream(name, bytes)
    expect(whole.records).toEqual(plain.records)
    expect((await stream(name, bytes, 1)).records).toEqual(plain.records)
  })

  test('any offset inside a packed transaction goes on with the record behind it', async () => {
    const { connector } = readOffline(name).fixture
    const bytes = repacked(log, 900_000)
    const { records, offsets, history } = await stream(name, bytes, 1)
    const from = offsets.at(-1)!
    const rest = await streamLog({ connector, log: bytes, file: LOG_FILE, hasGtids: true, from, history })
    const keys = records.map(({ key }) => key)
    const again = rest.records.map(({ key }) => masked(key))
    expect(keys.slice(keys.length - again.length)).toEqual(again)
    expect(again.length).toBeLessThan(keys.length)
  })
})
