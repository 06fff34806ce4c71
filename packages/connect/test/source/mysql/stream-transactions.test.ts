import { expect, test } from 'vitest'
import { offsetJson, parseOffset } from '../../../src/source/mysql/offset.ts'
import { TransactionMetadata } from '../../../src/source/mysql/stream-transactions.ts'

const place = { tsSec: 1, file: 'b.000001', pos: 4, gtids: 'u:1', row: 1, serverId: 2, event: 3, snapshot: null }

test('changes are numbered in the transaction and in their table; END counts them', () => {
  const metadata = new TransactionMetadata('t.transaction')
  expect(metadata.begin('u:2', 5)?.value).toMatchObject({ values: ['BEGIN', 'u:2', null, null, 5n] })
  expect(metadata.next('app.t').values).toEqual(['u:2', 1n, 1n])
  expect(metadata.next('app.u').values).toEqual(['u:2', 2n, 1n])
  expect(metadata.next('app.t').values).toEqual(['u:2', 3n, 2n])
  const { topic, value } = metadata.end(6)
  expect(topic).toBe('t.transaction')
  const [status, id, count, collections, ms] = (value as { values: unknown[] }).values
  expect([status, id, count, ms]).toEqual(['END', 'u:2', 3n, 6n])
  // The order of a Java map, not of appearance.
  expect((collections as { values: unknown[] }[]).map(({ values }) => values)).toEqual([
    ['app.u', 1n],
    ['app.t', 2n],
  ])
})

test('a transaction that goes on after a broken connection has one BEGIN and goes on counting', () => {
  const metadata = new TransactionMetadata('t.transaction')
  metadata.begin('u:2', 5)
  metadata.next('app.t')
  expect(metadata.begin('u:2', 5)).toBeNull()
  expect(metadata.next('app.t').values).toEqual(['u:2', 2n, 2n])
  expect(new TransactionMetadata('t').begin('u:2', 5)).not.toBeNull()
})

test('after a restart counting goes on from the stored offset', () => {
  const first = new TransactionMetadata('t.transaction')
  first.begin('u:2', 5)
  first.next('app.t')
  const { transaction } = parseOffset(offsetJson({ ...place, transaction: first.state }))
  const second = new TransactionMetadata('t.transaction', transaction)
  expect(second.begin('u:2', 5)).toBeNull()
  expect(second.next('app.t').values).toEqual(['u:2', 2n, 2n])
  expect(second.begin('u:3', 5)).not.toBeNull()
})

test('the stored offset names the transaction, members in the order of a Java map', () => {
  const metadata = new TransactionMetadata('t.transaction')
  metadata.begin('u:2', 5)
  metadata.next('app.t')
  metadata.next('app.u')
  const text = JSON.stringify(offsetJson({ ...place, transaction: metadata.state }))
  expect(text).toBe(
    '{"transaction_id":"u:2","transaction_data_collection_order_app.t":1,"ts_sec":1,"file":"b.000001",' +
      '"transaction_data_collection_order_app.u":1,"pos":4,"gtids":"u:1","row":1,"server_id":2,"event":3}',
  )
  expect(Object.keys(offsetJson(place))[0]).toBe('ts_sec')
})
