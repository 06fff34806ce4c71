// A transaction that was cut is gone on with at its cut, also when connections break before it is there again.
import type { EventView } from '@millrace/mysql'
import { expect, test } from 'vitest'
import type { BinlogOffset } from '../../../src/source/mysql/offset.ts'
import { StreamProgress } from '../../../src/source/mysql/stream-progress.ts'

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const CUT: BinlogOffset = {
  tsSec: 1,
  file: 'binlog.000003',
  pos: 500,
  gtids: `${UUID}:1-10`,
  row: 3,
  serverId: 1,
  event: 4,
  snapshot: null,
}

function event(file: string, startPosition: number, endPosition: number, isArtificial = false): EventView {
  return { file, startPosition, endPosition, isArtificial } as EventView
}

function gtid(progress: StreamProgress, view: EventView): void {
  const event = { uuid: UUID, tag: '', gno: 11n, immediateCommitUs: null }
  progress.startGtid(event as unknown as Parameters<StreamProgress['startGtid']>[0], view)
}

const place = ({ file, pos, event, row }: BinlogOffset) => ({ file, pos, event, row })
const CUT_PLACE = place(CUT)

test('what comes before the cut transaction does not move it', () => {
  const progress = new StreamProgress(CUT, true)
  for (let connection = 0; connection < 3; connection++) {
    progress.rotate('binlog.000003', 4)
    progress.move(event('binlog.000003', 4, 126, true))
    progress.move(event('binlog.000003', 300, 421))
    expect(place(progress.resumePoint())).toEqual(CUT_PLACE)
    gtid(progress, event('binlog.000003', 421, 500))
    expect(place(progress.resumePoint())).toEqual(CUT_PLACE)
    progress.resume(progress.resumePoint())
  }
  gtid(progress, event('binlog.000003', 421, 500))
  progress.begin(event('binlog.000003', 500, 580))
  expect(progress.isSkipping).toBe(true)
  expect(progress.skipRows).toBe(3)
})

test('an offset at the GTID event means the same transaction', () => {
  const progress = new StreamProgress({ ...CUT, pos: 421 }, true)
  gtid(progress, event('binlog.000003', 421, 500))
  progress.begin(event('binlog.000003', 500, 580))
  expect(progress.isSkipping).toBe(true)
})

test.each([
  ['another file', 'other.000001', 500],
  ['another position', 'binlog.000003', 900],
])('a transaction in %s is another one, or cut differently: nothing of it is passed over', (_, file, start) => {
  const progress = new StreamProgress(CUT, true)
  gtid(progress, event(file, start - 79, start))
  progress.begin(event(file, start, start + 80))
  expect(progress.isSkipping).toBe(false)
  expect(progress.skipRows).toBe(0)
})

test('by file and position the first transaction is the one', () => {
  const progress = new StreamProgress({ ...CUT, gtids: null }, false)
  progress.rotate('binlog.000003', 500)
  progress.begin(event('binlog.000003', 500, 580))
  expect(progress.isSkipping).toBe(true)
})
