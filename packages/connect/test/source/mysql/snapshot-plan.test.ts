import { describe, expect, test } from 'vitest'
import type { BinlogOffset } from '../../../src/source/mysql/offset.ts'
import { snapshotPlan } from '../../../src/source/mysql/snapshot/snapshot-plan.ts'

const base = {
  snapshotData: false,
  snapshotSchema: false,
  startStream: true,
  onSchemaError: false,
  onDataError: false,
}
const finished: BinlogOffset = {
  ...{ tsSec: 1, file: 'b.000001', pos: 4, gtids: null, row: 0, serverId: 1, event: 0 },
  snapshot: null,
}
const unfinished: BinlogOffset = { ...finished, snapshot: 'INITIAL' }
type Mode = Parameters<typeof snapshotPlan>[0]['mode']

function plan(mode: Mode, stored: BinlogOffset | null, isAvailable = true, configurationBased = base) {
  const { reads, keepsOffset, streams } = snapshotPlan({ mode, configurationBased }, stored, () => isAvailable)
  return `${reads}${keepsOffset ? ' kept' : ''}${streams ? '' : ' idle'}`
}

describe('every mode without an offset, with an unfinished and with a finished snapshot', () => {
  test.each([
    ['initial', 'data', 'data', 'none kept'],
    ['no_data', 'schema', 'schema', 'none kept'],
    ['initial_only', 'data idle', 'data idle', 'none kept idle'],
    ['always', 'data', 'data', 'data'],
    ['when_needed', 'data', 'data', 'none kept'],
  ] as const)('%s', (mode, first, again, resumed) => {
    expect([plan(mode, null), plan(mode, unfinished), plan(mode, finished)]).toEqual([first, again, resumed])
  })

  test('when_needed reads everything anew where the position is gone, initial does not', () => {
    expect(plan('when_needed', finished, false)).toBe('data')
    expect(plan('initial', finished, false)).toBe('none kept')
  })

  test('recovery keeps the offset and wants one', () => {
    expect(plan('recovery', finished)).toBe('schema kept')
    expect(() => plan('recovery', null)).toThrow('Could not find existing binlog information')
    expect(() => plan('recovery', unfinished)).toThrow('Could not find existing binlog information')
  })

  test('configuration_based does what its options say', () => {
    expect(plan('configuration_based', null, true, { ...base, snapshotData: true })).toBe('data')
    expect(plan('configuration_based', finished, true, { ...base, snapshotSchema: true })).toBe('schema kept')
    expect(plan('configuration_based', finished, true, { ...base, startStream: false })).toBe('none kept idle')
    expect(plan('configuration_based', finished, false, { ...base, onDataError: true })).toBe('data')
    expect(() => plan('configuration_based', null)).toThrow('not supported')
  })

  test('a Java class cannot be run', () => {
    expect(() => plan('custom', null)).toThrow('not supported')
  })
})
