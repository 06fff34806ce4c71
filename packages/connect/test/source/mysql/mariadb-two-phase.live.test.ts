// What MariaDB writes in two parts: an ALTER at its start and at its end (binlog_alter_two_phase), with other transactions and our restarts
// between them, and an XA transaction at its PREPARE and its COMMIT.
import { type MysqlServer, startMariadb } from '@millrace/servers'
import mysql from 'mysql2/promise'
import { afterAll, describe, expect, it } from 'vitest'
import type { TableShape } from '../../../src/source/mysql/shape.ts'
import { LiveConnector } from './live-connector.ts'

const ROWS = 40_000
let nextServerId = 9810

describe.each(['10.11', '11.8'] as const)('MariaDB %s', (version) => {
  let server: MysqlServer | null = null
  const started = startMariadb({ version, args: ['--binlog-alter-two-phase=ON', '--gtid-strict-mode=ON'] }).then(
    async (running) => {
      server = running
      await running.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'")
      return running
    },
  )
  afterAll(async () => {
    await started.catch(() => {})
    await server?.stop()
  })
  const connector = ({ port }: MysqlServer) =>
    new LiveConnector(
      { 'database.port': String(port), 'database.server.id': String(nextServerId++), 'snapshot.mode': 'no_data' },
      'mariadb',
    )
  const open = ({ port, host }: MysqlServer) => mysql.createConnection({ host, port, user: 'root', database: 'app' })

  it('an ALTER counts at its end, once; one that fails changes nothing', { timeout: 120_000 }, async () => {
    const running = await started
    await running.sql(
      `DROP DATABASE IF EXISTS app; CREATE DATABASE app; USE app; CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE other (id INT PRIMARY KEY);
       INSERT INTO t SELECT seq, seq % 100 FROM seq_1_to_${ROWS}`,
    )
    const live = connector(running)
    const columns: string[] = []
    live.onChange = ({ shape }) => {
      const { model } = shape as TableShape
      if (model.name === 't') columns.push(model.columns.map(({ name }) => name).join())
    }
    let others = 0
    // `sql` runs while another session writes; then a row of the table's new form.
    const phase = async (sql: string, id: number) => {
      const [altering, writing] = await Promise.all([open(running), open(running)])
      try {
        let isDone = false
        const altered = altering
          .query(sql)
          .then(
            () => 'done',
            ({ code }: { code: string }) => code,
          )
          .finally(() => {
            isDone = true
          })
        do await writing.query(`INSERT INTO other VALUES (${++others})`)
        while (!isDone)
        await writing.query(`INSERT INTO t (id, v) VALUES (${id}, 1)`)
        expect(await altered).toBe(sql.includes('never') ? 'ER_DUP_ENTRY' : 'done')
      } finally {
        await Promise.all([altering.end(), writing.end()])
      }
    }
    const alters = [
      'ALTER TABLE t ADD COLUMN w INT NOT NULL DEFAULT 5 FIRST, ALGORITHM=COPY',
      'ALTER TABLE t ADD COLUMN never INT FIRST, ADD UNIQUE (v), ALGORITHM=COPY',
      'ALTER TABLE t DROP COLUMN w, ADD COLUMN x INT, ALGORITHM=COPY',
    ]
    // Each run ends once it has seen something, most of them between the two parts.
    for (const [i, sql] of alters.entries()) {
      const before = live.sent.length
      await live.run(
        ({ sent }) => sent.length > before,
        () => phase(sql, ROWS + 1 + i),
      )
    }
    await running.sql('INSERT INTO app.other VALUES (1000000)')
    await live.run(({ sent }) => sent.at(-1) === 'c 1000000')
    const ids = live.sent.map((change) => Number(change.slice(2)))
    const wanted = [...Array.from({ length: others }, (_, i) => i + 1), ROWS + 1, ROWS + 2, ROWS + 3, 1_000_000]
    expect(ids.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b))
    expect(columns).toEqual(['w,id,v', 'w,id,v', 'id,v,x'])
    const log = await running.sql('SHOW BINLOG EVENTS')
    expect([log.includes('START ALTER'), log.includes('ROLLBACK ALTER')]).toEqual([true, true])
    expect((live.history.texts ?? []).filter((text) => text.includes('ADD COLUMN w'))).toHaveLength(1)
    expect((live.history.texts ?? []).filter((text) => text.includes('never'))).toHaveLength(0)
  })

  it('XA: committed, rolled back, in one phase; our restart between PREPARE and COMMIT', {
    timeout: 60_000,
  }, async () => {
    const running = await started
    await running.sql('DROP DATABASE IF EXISTS app; CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY)')
    const live = connector(running)
    const prepared = async (id: number) => {
      const session = await open(running)
      for (const sql of [`XA START 'x${id}'`, `INSERT INTO t VALUES (${id})`, `XA END 'x${id}'`])
        await session.query(sql)
      if (id === 3) await session.query(`XA COMMIT 'x${id}' ONE PHASE`)
      else await session.query(`XA PREPARE 'x${id}'`)
      return session
    }
    const sessions: mysql.Connection[] = []
    await live.run(
      ({ sent }) => sent.includes('c 100'),
      async () => {
        for (const id of [1, 2, 3, 4]) sessions.push(await prepared(id))
        await running.sql('INSERT INTO app.t VALUES (100)')
      },
    )
    expect(live.sent).toEqual(['c 3', 'c 100'])
    await sessions[0]!.query("XA COMMIT 'x1'")
    await sessions[1]!.query("XA ROLLBACK 'x2'")
    await running.sql('FLUSH BINARY LOGS; INSERT INTO app.t VALUES (101)')
    await live.run(({ sent }) => sent.includes('c 101'))
    expect(live.sent).toEqual(['c 3', 'c 100', 'c 1', 'c 101'])
    await sessions[3]!.query("XA COMMIT 'x4'")
    await live.run(({ sent }) => sent.includes('c 4'))
    expect(live.sent).toEqual(['c 3', 'c 100', 'c 1', 'c 101', 'c 4'])
    for (const session of sessions) await session.end()
  })
})
