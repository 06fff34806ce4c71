// Kafka's consumer protocol: what is written is read, and ranges are those of Kafka's RangeAssignor.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  assignRanges,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts'

test('subscriptions and assignments are read as they were written', () => {
  const topic = fc.stringMatching(/^[a-z._-]{1,20}$/)
  fc.assert(
    fc.property(fc.uniqueArray(topic), (topics) => {
      expect(decodeSubscription(encodeSubscription(topics))).toEqual([...topics].sort())
      const partitions = topics.flatMap((name, i) =>
        Array.from({ length: i % 3 }, (_, partition) => ({ topic: name, partition })),
      )
      expect(decodeAssignment(encodeAssignment(partitions))).toEqual(partitions)
    }),
  )
})

test('bytes of another protocol are named as such', () => {
  expect(() => decodeSubscription(Buffer.from([0, 1, 0, 0, 0, 9]))).toThrow('another protocol')
  expect(decodeAssignment(Buffer.alloc(0))).toEqual([])
})

test('every partition goes to one subscribed member, and no member has two more of a topic than another', () => {
  const member = fc.record({ topics: fc.subarray(['a', 'b', 'c']), isStatic: fc.boolean() })
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), fc.nat(9), (given, count) => {
      const members = given.map(({ topics, isStatic }, i) => ({
        id: `m${i}`,
        instanceId: isStatic ? `s${i}` : null,
        topics,
      }))
      const assigned = assignRanges(members, () => count)
      for (const topic of ['a', 'b', 'c']) {
        const shares = members
          .filter(({ topics }) => topics.includes(topic))
          .map(({ id }) => assigned.get(id)!.filter((entry) => entry.topic === topic).length)
        const all = [...assigned.values()].flat().filter((entry) => entry.topic === topic)
        expect(new Set(all.map(({ partition }) => partition)).size).toBe(shares.length === 0 ? 0 : count)
        expect(all).toHaveLength(shares.length === 0 ? 0 : count)
        if (shares.length > 0) expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('static members come first, the first members get one more', () => {
  const topics = ['t']
  const assigned = assignRanges(
    [
      { id: 'a', instanceId: null, topics },
      { id: 'z', instanceId: 's1', topics },
    ],
    () => 3,
  )
  expect(assigned.get('z')!.map(({ partition }) => partition)).toEqual([0, 1])
  expect(assigned.get('a')!.map(({ partition }) => partition)).toEqual([2])
})
