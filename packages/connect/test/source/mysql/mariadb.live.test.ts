// The MariaDB connector on live servers: every change once, over restarts, by GTID and by file and position, with and without
// positions in the events, over several domains, and through kills of the dump.
import { type MysqlServer, startMariadb } from '@millrace/servers'
import { afterAll, describe, expect, it } from 'vitest'
import { connectSourceServer } from './mariadb-lab.ts'

const SERVERS = [
  ['10.11', []],
  // Without positions in the events of a transaction, which is the server's default, and with them, as Debezium asks for it.
  ['11.8', []],
  ['11.8', ['--binlog-legacy-event-pos=1']],
] as const

describe.each(SERVERS)('MariaDB %s %j', (version, args) => {
  let server: MysqlServer | null = null
  const started = startMariadb({ version, args }).then(async (running) => {
    server = running
    await running.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%';")
    return running
  })
  afterAll(async () => {
    await started.catch(() => {})
    await server?.stop()
  })

  it.each([
    ['GTID', {}],
    ['file and position', { 'gtid.ignore.on.recovery': 'true' }],
  ] as const)('goes on by %s', { timeout: 120_000 }, async (_how, options) => {
    const lab = await connectSourceServer(await started, options)
    await lab.snapshot()
    // Each run ends at its first batch: the next one begins inside or behind what was written, at schema changes and between domains.
    for (let i = 0; i < 40; i += 2) {
      await lab.write(i, 2)
      await lab.runBatches(1)
    }
    while (lab.count < lab.written) await lab.runBatches(1)
    expect(lab.sent()).toEqual(lab.expected())
  })

  it('opens the log again where the dump is killed', { timeout: 120_000 }, async () => {
    const lab = await connectSourceServer(await started, {})
    await lab.snapshot()
    await lab.runKilled(60, 5)
    expect(lab.sent()).toEqual(lab.expected())
    expect(lab.connections).toBeGreaterThan(3)
  })

  it('says what is lost where the log was reset', { timeout: 60_000 }, async () => {
    const lab = await connectSourceServer(await started, {})
    await lab.snapshot()
    await lab.write(0, 3)
    await (await started).sql('RESET MASTER')
    await expect(lab.runBatches(1)).rejects.toMatchObject({ code: 'CDC_POSITION_LOST' })
  })
})
