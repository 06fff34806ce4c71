// 200,000 mutated events of real logs: no crash, no hang, only named errors. And with checksums every flipped bit is found.
import { expect, test } from 'vitest'
import { ByteCursor, EventStream, EventType, MysqlError, PayloadEvents, readBinlogFile } from '../../src/index.ts'
import { EveryEvent } from './every-event.ts'
import { fixtureLog, RECORDED, recordedLog } from './logs.ts'
import { bareEvent, sealed } from './written-events.ts'

const MUTATIONS = 200_000
const FLIPS = 40_000
/** No limit of speed: only what never ends is to be ended. */
const HANG_MS = 900_000

/** An event to damage, with what must be known before it. */
interface Seed {
  readonly log: string
  readonly format: Buffer
  readonly tableMap: Buffer | null
  readonly event: Buffer
}

function seedsOf(log: string, bytes: Buffer): Seed[] {
  const seeds: Seed[] = []
  let format: Buffer = Buffer.alloc(0)
  let tableMap: Buffer | null = null
  const add = (event: Buffer) => {
    if (event[4] === EventType.TABLE_MAP_EVENT) tableMap = event
    seeds.push({ log, format, tableMap, event })
  }
  const stream = { stopsAtUnsupported: false }
  for (const view of readBinlogFile(bytes, 'binlog.000002', stream)) {
    const start = view.bodyStart - 19
    const event = Buffer.from(view.bytes.subarray(start, start + view.header.lengthBytes))
    if (event[4] === EventType.FORMAT_DESCRIPTION_EVENT) format = event
    add(event)
    if (event[4] !== EventType.TRANSACTION_PAYLOAD_EVENT) continue
    // Events inside a transaction have no checksum: they get one here where their log has.
    const payload = new PayloadEvents(
      view,
      new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view),
      stream,
    )
    const trailer = Buffer.alloc(log.includes('no-checksum') ? 0 : 4)
    while (payload.next()) {
      const body = payload.bytes.subarray(payload.bodyStart, payload.bodyEnd)
      add(resealed(Buffer.concat([bareEvent(payload.header.typeCode, body), trailer]), log))
    }
  }
  return seeds
}

/** Length and checksum right again, so that the decoders themselves see the damage. */
function resealed(event: Buffer, log: string): Buffer {
  if (!log.includes('no-checksum') || event[4] === EventType.FORMAT_DESCRIPTION_EVENT) return sealed(event)
  event.writeUInt32LE(event.length, 9)
  return event
}

/** Random whole numbers, the same in every run. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) % limit
  }
}

const TELLING_BYTES = [0, 1, 0x7f, 0x80, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]

function mutated(event: Buffer, other: Buffer, dice: Dice): Buffer {
  let bytes: Buffer = Buffer.from(event)
  for (let edits = 1 + dice.below(4); edits > 0; edits--) {
    // Half of the edits where the lengths are: at the start of the body.
    const room = Math.max(1, bytes.length - 19)
    const at = 19 + (dice.below(2) === 0 ? dice.below(Math.min(room, 48)) : dice.below(room))
    const kind = dice.below(8)
    if (kind < 2) bytes[at]! ^= 1 << dice.below(8)
    else if (kind === 2) bytes[at] = dice.below(256)
    else if (kind === 3) bytes[at] = TELLING_BYTES[dice.below(TELLING_BYTES.length)]!
    else if (kind === 4) bytes = bytes.subarray(0, Math.max(23, bytes.length - dice.below(40)))
    else if (kind === 5) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + dice.below(9))])
    else if (kind === 6) {
      const from = dice.below(other.length)
      bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + dice.below(30)), bytes.subarray(at)])
    } else if (dice.below(4) === 0) bytes[4] = dice.below(256)
    else bytes.fill(dice.below(256), Math.min(at, bytes.length), Math.min(at + dice.below(12), bytes.length))
  }
  return bytes.length < 23 ? Buffer.concat([bytes, Buffer.alloc(23 - bytes.length)]) : bytes
}

function decode(seed: Seed, event: Buffer, tableMap: Buffer | null): void {
  const stream = new EventStream('binlog.000002', 4, { stopsAtUnsupported: false })
  if (event[4] !== EventType.FORMAT_DESCRIPTION_EVENT) stream.accept(seed.format, 0, seed.format.length)
  const every = new EveryEvent()
  if (tableMap !== null && tableMap !== event) every.decode(stream.accept(tableMap, 0, tableMap.length))
  every.decode(stream.accept(event, 0, event.length))
}

const seeds = [...RECORDED.map((name) => seedsOf(name, recordedLog(name))), seedsOf('mixed', fixtureLog())].flat()

test('seeds are whole', () => {
  for (const seed of seeds) expect(() => decode(seed, seed.event, seed.tableMap)).not.toThrow()
  expect(new Set(seeds.map(({ event }) => event[4])).size).toBeGreaterThan(25)
})

test(
  `${MUTATIONS} mutated events end in named errors or in nothing`,
  () => {
    const dice = new Dice(20_261_124)
    const codes = new Map<string, number>()
    let accepted = 0
    for (let i = 0; i < MUTATIONS; i++) {
      const seed = seeds[dice.below(seeds.length)]!
      const other = seeds[dice.below(seeds.length)]!.event
      const damages = seed.tableMap !== null && dice.below(4) === 0 ? 'table map' : 'event'
      const event = damages === 'event' ? resealed(mutated(seed.event, other, dice), seed.log) : seed.event
      const map = damages === 'event' ? seed.tableMap : resealed(mutated(seed.tableMap!, other, dice), seed.log)
      try {
        decode(seed, event, map)
        accepted++
      } catch (error) {
        if (!(error instanceof MysqlError)) {
          throw new Error(`mutation ${i} of ${seed.log}: ${event.toString('hex')} after ${map?.toString('hex')}`, {
            cause: error,
          })
        }
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
      }
    }
    // Both happen: the damage is neither always at the door nor never seen.
    expect(accepted).toBeGreaterThan(MUTATIONS / 20)
    expect(codes.get('MYSQL_PROTOCOL_EVENT')).toBeGreaterThan(MUTATIONS / 20)
    expect([...codes.keys()].filter((code) => !/^MYSQL_/.test(code))).toEqual([])
  },
  HANG_MS,
)

test(
  `${FLIPS} events with flipped bits are all found by their checksum`,
  () => {
    const dice = new Dice(7)
    const checked = seeds.filter(({ log }) => !log.includes('no-checksum'))
    for (let i = 0; i < FLIPS; i++) {
      const seed = checked[dice.below(checked.length)]!
      const event = Buffer.from(seed.event)
      const isFormat = event[4] === EventType.FORMAT_DESCRIPTION_EVENT
      for (let flips = 1 + dice.below(3); flips > 0; flips--) {
        const bit = dice.below(event.length * 8)
        // The server itself flips the in-use flag without touching the checksum.
        if (isFormat && bit === 17 * 8) continue
        event[bit >> 3]! ^= 1 << (bit & 7)
      }
      if (event.equals(seed.event)) continue
      const stream = new EventStream('binlog.000002', 4)
      if (!isFormat) stream.accept(seed.format, 0, seed.format.length)
      let isFound = false
      try {
        stream.accept(event, 0, event.length)
      } catch (error) {
        isFound = error instanceof MysqlError
      }
      if (!isFound) throw new Error(`flip ${i} of ${seed.log} is not found: ${event.toString('hex')}`)
    }
  },
  HANG_MS,
)
