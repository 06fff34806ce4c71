import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { readJavaMap, writeJavaMap } from '../../src/store/java-map-file.ts'
import { KafkaOffsetStore } from '../../src/store/kafka-offset-store.ts'
import { LocalTopics } from '../../src/store/local-topics.ts'

// Written by java.io.ObjectOutputStream of JDK 21.
const JAVA =
  'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f724900097468726573686f6c6478703f40' +
  '00000000000c77080000001000000001757200025b42acf317f8060854e00200007870000000145b2263222c7b22736572766572223a2273227d5d7571007e0002' +
  '000000097b22706f73223a347d78'
const JAVA_NULL =
  'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f724900097468726573686f6c6478703f40' +
  '00000000000c77080000001000000002757200025b42acf317f8060854e0020000787000000001627571007e000200000001767571007e000200000001617078'

const folder = mkdtempSync(join(tmpdir(), 'offsets-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('writes what Java writes', () => {
  const entries = [[Buffer.from('["c",{"server":"s"}]'), Buffer.from('{"pos":4}')]] as const
  expect(writeJavaMap(entries).toString('hex')).toBe(JAVA)
})

test('reads what Java wrote, null values too', () => {
  expect(
    readJavaMap(Buffer.from(JAVA_NULL, 'hex')).map(([key, value]) => [String(key), value && String(value)]),
  ).toEqual([
    ['b', 'v'],
    ['a', null],
  ])
})

test('any map comes back as it was; a file cut short is refused with a name', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(bytes, fc.option(bytes)), { maxLength: 30 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (entries, part) => {
        const file = writeJavaMap(entries)
        expect(readJavaMap(file)).toEqual(entries)
        if (entries.length > 0)
          expect(() => readJavaMap(file.subarray(0, Math.floor(part * (file.length - 1))))).toThrow(
            /no file of offsets/,
          )
      },
    ),
  )
}, 60_000)

test('a standalone worker finds its offsets again, deleted ones not', async () => {
  const file = join(folder, 'offsets')
  const topic = { topic: 'offsets', partitions: 1, replicationFactor: 1 }
  const open = async () => {
    const store = new KafkaOffsetStore({ topics: new LocalTopics('offsets', file), topic })
    await store.start()
    return store
  }
  const first = await open()
  await first.put('c', { server: 's' }, { pos: 4 })
  await first.put('c', { server: 'gone' }, { pos: 5 })
  await first.put('c', { server: 'gone' }, null)
  expect((await open()).all('c')).toEqual([{ partition: { server: 's' }, offset: { pos: 4 } }])
  writeFileSync(file, readFileSync(file).subarray(0, 30))
  await expect(open()).rejects.toMatchObject({ code: 'CDC_STORE_INVALID', hint: expect.stringContaining('filename') })
})
