// Bytes to records, without a server: recorded binlog files give the records that Debezium streamed for the same statements. The full set
// of scenarios runs against servers (npm run goldens), or from the logs beside the goldens (source/mysql/stream-goldens.test.ts).
import { describe, expect, test } from 'vitest'
import { streamLog } from '../source/mysql/stream-lab.ts'
import { LOG_FILE, masked, type OfflineRecord, readOffline, SCENARIOS } from './offline-fixture.ts'

function byTopic(records: readonly OfflineRecord[]): Record<string, OfflineRecord[]> {
  return Object.groupBy(records, ({ topic }) => topic) as Record<string, OfflineRecord[]>
}

async function stream(name: string, chunkEvents?: number): Promise<OfflineRecord[]> {
  const { log, fixture } = readOffline(name)
  const { connector, from, history } = fixture
  const chunk = chunkEvents === undefined ? {} : { chunkEvents }
  const { records } = await streamLog({ connector, log, file: LOG_FILE, hasGtids: true, from, history, ...chunk })
  return records.map((record) => ({ ...record, key: masked(record.key), value: masked(record.value) }))
}

describe.each(SCENARIOS)('%s', (name) => {
  test('gives the records of Debezium', async () => {
    const { records } = readOffline(name).fixture
    expect(records.length).toBeGreaterThan(0)
    expect(byTopic(await stream(name))).toEqual(byTopic(records))
  })

  test('gives the same, event by event', async () => {
    expect(await stream(name, 1)).toEqual(await stream(name))
  })
})
