import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endOutcome } from './end-outcome.ts'
import { initOutcome } from './init-outcome.ts'
import {
  completed,
  LAST_EPOCH,
  newTransaction,
  prepared,
  TRANSACTION_STATES,
  type Transaction,
  type TransactionState,
  withPartitions,
} from './transaction.ts'
import {
  readTransactionKey,
  readTransactionValue,
  transactionKeyBytes,
  transactionValueBytes,
} from './transaction-records.ts'
import { Turns } from './turns.ts'

const END = { isCommit: true, clientVersion: 2, nextProducerId: -1, isFence: false }
const atEpoch = (producerEpoch: number): Transaction =>
  withPartitions({ ...newTransaction('x', 7, 1), producerEpoch, timeoutMs: 1000 }, [['t', 0]], 2, 2)

describe('epochs', () => {
  it('end at the last one: a fresh id takes over, and a repeated end is still answered', () => {
    const last = { producerId: 7, producerEpoch: LAST_EPOCH }
    const decided = prepared(atEpoch(LAST_EPOCH), { ...END, nextProducerId: 8 }, 3)
    expect(decided).toMatchObject({ state: 'PrepareCommit', producerId: 7, producerEpoch: LAST_EPOCH + 1 })
    const done = completed(decided, 4)
    expect(done).toMatchObject({ producerId: 8, previousProducerId: 7, producerEpoch: 0, state: 'CompleteCommit' })
    expect(endOutcome(done, last, true, 2)).toBe('repeat')
    expect(() => endOutcome(done, last, false, 2)).toThrow(expect.objectContaining({ code: 'INVALID_TXN_STATE' }))
    expect(initOutcome(done, last)).toBe('repeat')
    expect(() => initOutcome(done, { ...last, producerEpoch: 3 })).toThrow(
      expect.objectContaining({ code: 'PRODUCER_FENCED' }),
    )
  })

  it('are bumped by an end of version 2 and by a fence, not by an end of version 0', () => {
    expect(prepared(atEpoch(4), END, 3).producerEpoch).toBe(5)
    expect(prepared(atEpoch(4), { ...END, clientVersion: 0 }, 3).producerEpoch).toBe(4)
    expect(prepared(atEpoch(4), { ...END, clientVersion: 0, isFence: true }, 3).producerEpoch).toBe(5)
  })
})

describe('records of __transaction_state', () => {
  const names = Object.keys(TRANSACTION_STATES) as TransactionState[]
  const partitions = fc
    .array(fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.uniqueArray(fc.nat(9), { minLength: 1 })), {
      maxLength: 3,
    })
    .map((entries) => new Map(entries.map(([topic, numbers]) => [topic, new Set(numbers)])))
  const entry = fc.record({
    transactionalId: fc.string({ minLength: 1, unit: 'grapheme' }),
    producerId: fc.maxSafeNat(),
    previousProducerId: fc.integer({ min: -1 }),
    nextProducerId: fc.integer({ min: -1 }),
    producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
    lastEpoch: fc.constant(-1),
    timeoutMs: fc.nat(),
    state: fc.constantFrom(...names),
    partitions,
    startMs: fc.integer({ min: -1 }),
    updateMs: fc.maxSafeNat(),
    clientVersion: fc.constantFrom(0, 1, 2),
  })

  it('read as they were written', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const value = given.state === 'Empty' ? { ...given, partitions: new Map() } : given
        expect(readTransactionKey(transactionKeyBytes(value.transactionalId))).toBe(value.transactionalId)
        expect(readTransactionValue(value.transactionalId, transactionValueBytes(value))).toEqual(value)
      }),
    )
  })

  it('of unknown formats and states are refused by name', () => {
    const bytes = transactionValueBytes(atEpoch(0))
    const newer = Buffer.from(bytes)
    newer.writeInt16BE(9)
    expect(() => readTransactionValue('x', newer)).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
    const strange = Buffer.from(bytes)
    strange[2 + 8 + 2 + 4] = 77
    expect(() => readTransactionValue('x', strange)).toThrow(/state 77/)
  })
})

describe('turns', () => {
  it('run one after the other for a key, side by side for others, also after a failure', async () => {
    const turns = new Turns()
    const told: string[] = []
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const first = turns.run('a', async () => {
      await gate
      told.push('a1')
      throw new Error('failed')
    })
    const second = turns.run('a', async () => void told.push('a2'))
    await turns.run('b', async () => void told.push('b'))
    expect(turns.isBusy('a')).toBe(true)
    open()
    await expect(first).rejects.toThrow('failed')
    await second
    expect(told).toEqual(['b', 'a1', 'a2'])
    expect(turns.isBusy('a')).toBe(false)
  })
})
