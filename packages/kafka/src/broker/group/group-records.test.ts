import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  groupKeyBytes,
  groupValueBytes,
  offsetKeyBytes,
  offsetValueBytes,
  readGroupKey,
  readGroupValue,
  readOffsetValue,
  subscribedTopics,
} from './group-records.ts'

const text = fc.string({ maxLength: 20 })
const bytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array))

describe('records of __consumer_offsets', () => {
  it('offset keys and values round trip', () => {
    const key = fc.record({ group: text, topic: text, partition: fc.nat() })
    const value = fc.record({
      offset: fc.nat(),
      leaderEpoch: fc.integer(),
      metadata: text,
      commitTimestampMs: fc.nat(),
    })
    fc.assert(
      fc.property(key, value, (k, v) => {
        expect(readGroupKey(offsetKeyBytes(k))).toEqual({ kind: 'offset', ...k })
        expect(readOffsetValue(offsetValueBytes(v))).toEqual(v)
      }),
    )
  })

  it('group keys and values round trip', () => {
    const member = fc.record({
      memberId: text,
      groupInstanceId: fc.option(text, { nil: null }),
      clientId: text,
      clientHost: text,
      rebalanceTimeoutMs: fc.nat(),
      sessionTimeoutMs: fc.nat(),
      subscription: bytes,
      assignment: bytes,
    })
    const group = fc.record({
      protocolType: text,
      generation: fc.nat(),
      protocol: fc.option(text, { nil: null }),
      leader: fc.option(text, { nil: null }),
      currentStateTimestampMs: fc.nat(),
      members: fc.array(member, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(text, group, (id, value) => {
        expect(readGroupKey(groupKeyBytes(id))).toEqual({ kind: 'group', group: id })
        expect(readGroupValue(groupValueBytes(value))).toEqual(value)
      }),
    )
  })

  it('are in the bytes that Kafka writes', () => {
    // key version 1, group "g", topic "t", partition 2; value version 3, offset 5, epoch 0, metadata "", time 1
    expect(offsetKeyBytes({ group: 'g', topic: 't', partition: 2 }).toString('hex')).toBe('000100016700017400000002')
    const value = { offset: 5, leaderEpoch: 0, metadata: '', commitTimestampMs: 1 }
    expect(offsetValueBytes(value).toString('hex')).toBe('00030000000000000005000000000000' + '0000000000000001')
  })

  it('of a kind not known are told apart', () => {
    expect(readGroupKey(Buffer.from('0003000167', 'hex'))).toEqual({ kind: 'unknown' })
  })

  it('with a newer value format stop the load', () => {
    expect(() => readOffsetValue(Buffer.from('0009', 'hex'))).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
  })
})

describe('subscriptions', () => {
  it('name their topics', () => {
    expect(subscribedTopics(Buffer.from('0001' + '00000002' + '000161' + '000162' + 'ffffffff', 'hex'))).toEqual([
      'a',
      'b',
    ])
  })

  it('in another format name none', () => {
    expect(subscribedTopics(Buffer.from('nonsense'))).toEqual([])
  })
})
