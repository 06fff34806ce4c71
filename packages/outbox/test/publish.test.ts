import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventIdSource, isTimeOrderedId } from '../src/publish/event-id.ts'
import { outboxTable } from '../src/publish/outbox-table.ts'
import { type OutboxTransaction, publish } from '../src/publish/publish.ts'

function recorder(): OutboxTransaction & { calls: { sql: string; values: unknown[] }[] } {
  const calls: { sql: string; values: unknown[] }[] = []
  return {
    calls,
    query: async (sql, values) => {
      calls.push({ sql, values })
      return []
    },
  }
}

test('one INSERT with the default names of EventRouter', async () => {
  const tx = recorder()
  const payload = Buffer.from('xxabcxx').subarray(2, 5)
  const id = await publish(tx, { aggregateType: 'question', aggregateId: 7, type: 'question_created', payload })
  expect(tx.calls).toEqual([
    {
      sql: 'INSERT INTO `polls_outbox` (`id`, `aggregatetype`, `aggregateid`, `type`, `payload`) VALUES (?, ?, ?, ?, ?)',
      values: [id, 'question', '7', 'question_created', Buffer.from('abc')],
    },
  ])
  expect(id).toMatch(/^[0-9a-f]{32}$/)
})

test('other names are quoted', () => {
  const { insertSql } = outboxTable({ name: 'app.out`box', columns: { id: 'event id', payload: 'body' } })
  expect(insertSql).toBe(
    'INSERT INTO `app`.`out``box` (`event id`, `aggregatetype`, `aggregateid`, `type`, `body`) VALUES (?, ?, ?, ?, ?)',
  )
  for (const name of ['', 'a.', 'x'.repeat(65), 'a\0b']) {
    expect(() => outboxTable({ name }), name).toThrowError(expect.objectContaining({ code: 'OUTBOX_BAD_NAME' }))
  }
})

test('text that does not fit its column is refused before the database cuts it', async () => {
  const event = { aggregateType: 'question', aggregateId: '1', type: 't', payload: new Uint8Array() }
  for (const change of [{ type: '' }, { aggregateId: '' }, { aggregateType: 'x'.repeat(256) }]) {
    const tx = recorder()
    await expect(publish(tx, { ...event, ...change })).rejects.toMatchObject({ code: 'OUTBOX_BAD_EVENT' })
    expect(tx.calls).toEqual([])
  }
  await publish(recorder(), { ...event, type: '😀'.repeat(255) })
})

test('ids are UUIDs of version 7 and grow, also when the clock stands still or goes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 50 }), (steps) => {
      let now = 1_795_540_000_000
      const ids = eventIdSource(() => now)
      let last = ''
      for (const step of steps) {
        now += step
        for (let i = 0; i < 3; i++) {
          const id = ids.next()
          expect(id > last).toBe(true)
          expect(isTimeOrderedId(id)).toBe(true)
          last = id
        }
      }
    }),
  )
})

test('more than 4096 ids in one millisecond still grow', () => {
  const ids = eventIdSource(() => 1_795_540_000_000)
  let last = ''
  for (let i = 0; i < 10_000; i++) {
    const id = ids.next()
    if (id <= last) expect.fail(`id ${i} does not grow`)
    last = id
  }
  expect(last.slice(0, 12)).toBe((1_795_540_000_002).toString(16).padStart(12, '0'))
})

test('the time is in the first 12 digits, everything else is random', () => {
  const id = eventIdSource(
    () => 0x0123456789ab,
    (bytes) => bytes.fill(0xff),
  ).next()
  expect(id).toBe('0123456789ab7000bfffffffffffffff')
})

test.each([
  ['01a20e70900c700095ecabe06c5a1218', true],
  ['01a20e70-900c-7000-95ec-abe06c5a1218', true],
  ['0d1cf2a3b4c5d6e7f8091a2b3c4d5e6f', false],
  [crypto.randomUUID(), false],
  ['7', false],
  ['', false],
])('%s is time-ordered: %s', (id, ordered) => {
  expect(isTimeOrderedId(id)).toBe(ordered)
})
