// The bytes of the workers' group against a recording of two of Kafka Connect's own workers.
import { expect, test } from 'vitest'
import {
  type Assignment,
  readAssignment,
  readMetadata,
  writeAssignment,
  writeMetadata,
} from '../../../src/worker/group/connect-protocol.ts'
import { Work } from '../../../src/worker/group/work.ts'
import { groupMembers as members, type NamedWork } from './group-golden.ts'

test.each(members)('the metadata of $memberId is read and written byte for byte', ({ metadata, metadataHex }) => {
  const read = readMetadata(Buffer.from(metadataHex, 'hex'))
  expect(read).toMatchObject({ version: 2, url: metadata.url, configOffset: metadata.configOffset })
  expect(read.current?.configOffset).toBe(metadata.currentAssignment.configOffset)
  expect(plain(read.current!.assigned)).toEqual(byName(metadata.currentAssignment.assigned))
  expect(writeMetadata(read).toString('hex')).toBe(metadataHex)
})

test.each(members)('the assignment of $memberId is read and written byte for byte', ({ assignment, assignmentHex }) => {
  const read = readAssignment(Buffer.from(assignmentHex, 'hex'))
  expect(read).toMatchObject({ error: 0, leader: assignment.leader, leaderUrl: assignment.leaderUrl, delayMs: 0 })
  expect(plain(read.assigned)).toEqual(byName(assignment.assigned))
  expect(writeAssignment(read).toString('hex')).toBe(assignmentHex)
})

test('the eager protocol has neither revoked work nor a delay', () => {
  const given: Assignment = {
    version: 0,
    error: 0,
    leader: 'm',
    leaderUrl: 'http://h:1/',
    configOffset: -1,
    assigned: Work.of([{ connector: 'ä', task: -1 }]),
    revoked: Work.of([{ connector: 'x', task: 0 }]),
    delayMs: 5,
  }
  const read = readAssignment(writeAssignment(given))
  expect(plain(read.assigned)).toEqual({ ä: [-1] })
  expect([read.revoked.size, read.delayMs]).toEqual([0, 0])
  const metadata = { version: 0, url: 'http://h:1/', configOffset: 7, current: given }
  expect(readMetadata(writeMetadata(metadata))).toEqual({ ...metadata, current: null })
})

test('a member without work yet has no current assignment', () => {
  const metadata = { version: 2, url: 'http://h:1/', configOffset: -1, current: null }
  expect(readMetadata(writeMetadata(metadata))).toEqual(metadata)
})

test('cut off bytes are named as such', () => {
  const bytes = Buffer.from(members[0]!.metadataHex, 'hex')
  for (const length of [0, 1, 5, 12, bytes.length - 1])
    expect(() => readMetadata(bytes.subarray(0, length))).toThrow(/not Kafka Connect/)
})

function plain(work: Work): Record<string, number[]> {
  return Object.fromEntries([...work.byConnector()].map(([name, tasks]) => [name, [...tasks]]))
}

function byName(assigned: NamedWork): Record<string, number[]> {
  return Object.fromEntries(assigned.map(({ connector, tasks }) => [connector, tasks]))
}
