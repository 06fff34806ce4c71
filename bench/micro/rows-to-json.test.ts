// What the benchmark measures must be right: one record is read back.
import { GrowingBytes, JsonConverter } from '@millrace/connect'
import { RowReader } from '@millrace/mysql'
import { expect, test } from 'vitest'
import { orderShape, orderSource } from './order-shape.ts'
import { ORDER_TABLE_MAP, orderRowsEvent } from './order-table.ts'

test('the benchmark writes complete records of about 650 bytes', () => {
  const shape = orderShape()
  const writer = new JsonConverter({ schemasEnable: false }).changeWriter(shape)
  const reader = new RowReader(ORDER_TABLE_MAP)
  reader.open(orderRowsEvent(1, 1))
  expect(reader.next()).toBe(true)
  const row = reader.after!
  const sink = new GrowingBytes()
  const source = orderSource()
  source.at(4711, 120)
  writer?.writeValue?.(
    {
      kind: 'change',
      shape,
      op: 'c',
      before: null,
      after: row,
      keyRow: row,
      source,
      transaction: null,
      processedAt: { epochNs: 1_750_000_000_123_456_789n },
      headers: [],
    },
    sink,
  )
  const text = sink.bytes.toString('utf8', 0, sink.pos)
  expect(sink.pos).toBeGreaterThan(600)
  const record = JSON.parse(text)
  expect(record.after).toEqual({
    id: 7_000_000_001,
    customer_id: 7919,
    status: 'paid',
    email: 'c1@example.com',
    note: 'eave it "at the door", çift kapı',
    amount: 'DB0=',
    quantity: 2,
    is_gift: 1,
    created_at: Date.UTC(2024, 1, 2, 1, 1, 1) * 1000 + 997,
    updated_at: '2025-06-15T15:06:41.001Z',
  })
  expect(record.source).toMatchObject({ table: 'orders', pos: 4711, row: 120, thread: 42 })
  expect(record.ts_us).toBe(1_750_000_000_123_456)
})
