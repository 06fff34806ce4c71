// Dumps of a real MariaDB: its own events, by position and by GTID.
import { type MysqlServer, startMariadb } from '@millrace/servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeEvent } from '../../src/event/decode-event.ts'
import {
  type BinlogStart,
  eventTypeName,
  type MariaDbGtidEvent,
  mariaDbGtidText,
  openBinlog,
  type TableMapEvent,
} from '../../src/index.ts'

let server: MysqlServer

beforeAll(async () => {
  server = await startMariadb({ args: ['--log-bin', '--server-id=3', '--binlog-format=ROW'] })
  await server.sql(
    "CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(10)); INSERT INTO d.t VALUES (1,'a'),(2,'b')",
  )
})
afterAll(async () => {
  await server?.stop()
})

async function dump(start: BinlogStart): Promise<{ name: string; event: unknown }[]> {
  const reader = await openBinlog({
    host: server.host,
    port: server.port,
    user: server.rootUser,
    serverId: 77,
    start,
    heartbeatMs: 300,
  })
  expect(reader.server.isMariaDb).toBe(true)
  const events: { name: string; event: unknown }[] = []
  try {
    for (;;) {
      const chunk = await reader.next()
      for (let view = chunk!.next(); view !== null; view = chunk!.next()) {
        const name = eventTypeName(view.header.typeCode)
        if (name === 'HEARTBEAT_LOG_EVENT') return events
        events.push({ name, event: decodeEvent(view) })
      }
    }
  } finally {
    reader.close()
  }
}

async function position(): Promise<{ file: string; position: number; gtid: string }> {
  const status = (await server.sql('SHOW MASTER STATUS')).trim().split('\n').at(-1)!.split('\t')
  const gtid = (await server.sql('SELECT @@gtid_binlog_pos')).trim().split('\n').at(-1)!
  return { file: status[0]!, position: Number(status[1]), gtid }
}

test('by position and by GTID the same transactions come', async () => {
  const { file, position: pos, gtid } = await position()
  await server.sql("INSERT INTO d.t VALUES (3,'c'); UPDATE d.t SET v='x' WHERE id=1; DELETE FROM d.t WHERE id=2")
  const byPosition = await dump({ kind: 'position', file, position: pos })
  const byGtid = await dump({ kind: 'mariadb-gtid', state: gtid })
  const essence = (events: { name: string; event: unknown }[]) =>
    events.flatMap(({ name, event }) => {
      if (name === 'GTID_EVENT') return [mariaDbGtidText(event as MariaDbGtidEvent)]
      if (name === 'TABLE_MAP_EVENT') return [`${(event as TableMapEvent).database}.${(event as TableMapEvent).table}`]
      return name.includes('ROWS_EVENT') || name === 'XID_EVENT' ? [name.replace('_V1', '')] : []
    })
  const wanted = ['WRITE', 'UPDATE', 'DELETE'].flatMap((kind, i) => {
    const [domain, origin, sequence] = gtid.split('-')
    return [`${domain}-${origin}-${Number(sequence) + 1 + i}`, 'd.t', `${kind}_ROWS_EVENT`, 'XID_EVENT']
  })
  expect(essence(byPosition).filter((text) => !text.startsWith('ANNOTATE'))).toEqual(wanted)
  expect(essence(byGtid).filter((text) => !text.startsWith('ANNOTATE'))).toEqual(wanted)
})
