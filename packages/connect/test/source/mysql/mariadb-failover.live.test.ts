// Failover between MariaDB servers that replicate: by GTID, under gtid_strict_mode, with two domains; and a server that lacks what was read.
import { type MysqlServer, startMariadb } from '@millrace/servers'
import { afterAll, describe, expect, it } from 'vitest'
import { FaultProxy } from './fault-proxy.ts'
import { LiveConnector } from './live-connector.ts'

let nextServerId = 9850
const VERSIONS = ['10.11', '11.8'] as const
const SETUP =
  "CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'; CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(20));"

/** Transactions of ten rows, in two domains in turns. */
async function insert(server: MysqlServer, from: number, to: number): Promise<void> {
  let sql = ''
  for (let at = from; at <= to; at += 10) {
    const rows = Array.from({ length: 10 }, (_, i) => `(${at + i},'a row of value')`)
    sql += `SET gtid_domain_id=${Math.floor(at / 10) % 2}; INSERT INTO app.t VALUES ${rows.join()};\n`
  }
  await server.sql(sql)
}

const creates = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `c ${from + i}`)

describe.each(VERSIONS)('MariaDB %s', (version) => {
  const running: MysqlServer[] = []
  let proxy: FaultProxy | null = null
  afterAll(async () => {
    await proxy?.stop()
    await Promise.all(running.map((server) => server.stop()))
  })
  const start = async (serverId: number, name: string) => {
    const args = ['--gtid-strict-mode=ON', '--log-slave-updates=ON', `--log-bin=${name}`]
    const server = await startMariadb({ version, serverId, args })
    running.push(server)
    return server
  }

  it('the other server goes on where the first one crashed: every row once', { timeout: 120_000 }, async () => {
    const [first, second] = await Promise.all([start(1, 'binlog'), start(2, 'other')])
    await first.sql(SETUP)
    await second.sql(
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${first.port}, MASTER_USER='dbz', MASTER_PASSWORD='dbz',
       MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1; START SLAVE`,
    )
    proxy = await FaultProxy.start(first)
    const through = proxy
    const connector = new LiveConnector(
      {
        'database.port': String(through.port),
        'database.server.id': String(nextServerId++),
        'snapshot.mode': 'no_data',
      },
      'mariadb',
    )
    await connector.run(
      ({ sent }) => sent.length > 0,
      () => insert(first, 1, 300),
    )
    await connector.run(
      ({ sent }) => sent.length >= 900,
      async () => {
        await insert(first, 301, 600)
        const position = (await first.sql('SELECT @@gtid_binlog_pos')).trim()
        await second.sql(`SELECT MASTER_GTID_WAIT('${position}', 60)`)
        first.kill()
        await second.sql('STOP SLAVE; RESET SLAVE ALL')
        through.target = second
        await insert(second, 601, 900)
      },
    )
    expect(connector.sent).toEqual(creates(1, 900))
    expect(connector.offset).toMatchObject({
      file: expect.stringMatching(/^other\./),
      gtids: expect.stringMatching(/0-2-/),
    })

    // A third one that has never seen these transactions.
    const third = await start(3, 'third')
    await third.sql(SETUP)
    await insert(third, 1, 20)
    through.target = third
    await expect(connector.run(() => false)).rejects.toMatchObject({ code: 'CDC_POSITION_LOST' })
  })
})
