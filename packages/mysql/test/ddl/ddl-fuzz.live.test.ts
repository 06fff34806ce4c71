// Random statements, run by a real server and read by the parser out of its log, must leave the same tables in both.
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { afterEach, expect, it } from 'vitest'
import { openTextSession, type TextSession } from '../../src/index.ts'
import { Dice } from './dice.ts'
import { StatementLog } from './logged-statements.ts'
import type { Flavour } from './random-column.ts'
import { StatementWriter } from './random-statement.ts'
import { DdlLab } from './read.ts'
import { modelForm, serverTables } from './server-form.ts'

const SEEDS: Readonly<Record<Flavour, number>> = {
  mysql: Number(process.env['MILLRACE_FUZZ_SEED'] ?? 20261124),
  mariadb: Number(process.env['MILLRACE_FUZZ_SEED'] ?? 9),
}
/** Statements that the server must have taken; MILLRACE_FUZZ_STATEMENTS asks for more, MILLRACE_FUZZ_SEED for others. */
const STATEMENTS: Readonly<Record<Flavour, number>> = {
  mysql: Number(process.env['MILLRACE_FUZZ_STATEMENTS'] ?? 4000),
  mariadb: Number(process.env['MILLRACE_FUZZ_STATEMENTS'] ?? 10_000),
}
const TABLES_PER_ROUND = 48
const CONNECTIONS = 4

// Nothing that is written here has to survive a crash.
const ARGS: Readonly<Record<Flavour, readonly string[]>> = {
  mysql: [
    ...[
      '--sync-binlog=0',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-doublewrite=OFF',
      '--innodb-flush-method=nosync',
    ],
    ...[
      '--innodb-file-per-table=OFF',
      '--skip-innodb-adaptive-hash-index',
      '--performance-schema=OFF',
      '--innodb-buffer-pool-size=256M',
    ],
    ...['--character-set-server=latin1', '--information-schema-stats-expiry=0'],
  ],
  mariadb: [
    ...[
      '--sync-binlog=0',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-doublewrite=OFF',
      '--innodb-file-per-table=OFF',
    ],
    ...['--character-set-server=latin1', '--debug-no-sync', '--innodb-buffer-pool-size=256M'],
  ],
}

const running: { close(): unknown }[] = []
afterEach(async () => {
  for (const { close } of running.splice(0).reverse()) await close()
})

async function start(flavour: Flavour): Promise<MysqlServer> {
  const server = await (flavour === 'mysql' ? startMysql({ args: ARGS.mysql }) : startMariadb({ args: ARGS.mariadb }))
  running.push({ close: () => server.stop() })
  return server
}

async function connect(server: MysqlServer): Promise<TextSession> {
  const session = await openTextSession({ host: server.host, port: server.port, user: server.rootUser })
  running.push({ close: () => session.close() })
  await session.query("SET sql_mode='ALLOW_INVALID_DATES'")
  if (/MariaDB/.test(session.serverVersion)) await session.query('SET system_versioning_alter_history=KEEP')
  return session
}

it.each(['mysql', 'mariadb'] as const)(
  '%s has the tables that its statements say',
  { timeout: 900_000 },
  async (flavour) => {
    const server = await start(flavour)
    const sessions = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(server)))
    const [session] = sessions as [TextSession]
    const log = new StatementLog(server.dataFolder)
    const lab = new DdlLab()
    lab.flavour = flavour
    lab.serverVersion = session.serverVersion
    lab.serverCharset = 'latin1'
    lab.charsets = 'tracked'
    for (const sql of ['CREATE DATABASE d CHARACTER SET koi8r', 'CREATE DATABASE e']) await session.query(sql)
    for (const each of sessions) await each.query('USE d')
    const dice = new Dice(SEEDS[flavour])
    const writer = new StatementWriter(dice, flavour)
    const counts = { taken: 0, refused: 0, tables: 0 }
    const reasons = new Map<string, number>()
    const startedMs = performance.now()
    while (counts.taken < STATEMENTS[flavour]) {
      if (dice.chance(6)) {
        await session.query(writer.database())
        // A session of MariaDB keeps the database's character set as it was when it came in.
        for (const each of sessions) for (const sql of ['USE e', 'USE d']) await each.query(sql)
      }
      const work = round(lab, writer, dice, counts.taken)
      await Promise.all(
        sessions.map(async (each) => {
          for (let sql = work.pop(); sql !== undefined; sql = work.pop()) {
            try {
              await each.query(sql)
              counts.taken++
            } catch (error) {
              counts.refused++
              const reason = (error as Error).message.replace(/['`].*?['`]/g, '?')
              reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
            }
          }
        }),
      )
      await session.query('FLUSH BINARY LOGS')
      const statements = log.read()
      for (const statement of statements) {
        Object.assign(lab, { database: statement.database, sqlMode: statement.sqlMode })
        try {
          lab.run(statement.sql)
        } catch (error) {
          expect.unreachable(`${(error as Error).message}\n${statement.sql}`)
        }
      }
      const tables = await serverTables(session, ['d', 'e'], flavour)
      counts.tables += tables.size
      expect([...lab.tables.keys()].sort()).toEqual([...tables.keys()].sort())
      for (const [id, form] of tables) {
        const model = lab.tables.get(id)
        const texts = statements
          .map(({ sql }) => sql)
          .filter((sql) => sql.includes(id.slice(2)) || /DATABASE|SCHEMA/i.test(sql))
        expect(model === undefined ? null : modelForm(model, flavour, form), `${id}\n${texts.join('\n')}`).toEqual(form)
      }
    }
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    console.log(
      `${flavour}: ${counts.taken} statements taken, ${counts.refused} refused, ${counts.tables} tables compared, ${seconds} s`,
    )
    if (process.env['MILLRACE_FUZZ_REASONS'] !== undefined)
      console.log([...reasons].sort((a, b) => b[1] - a[1]).slice(0, 25))
    expect(counts.taken).toBeGreaterThan(counts.refused)
  },
)

/** One statement for each of some tables. */
function round(lab: DdlLab, writer: StatementWriter, dice: Dice, serial: number): string[] {
  const work: string[] = []
  for (let i = 0; i < TABLES_PER_ROUND; i++) {
    const name = `t${i}`
    const model = lab.tables.get(`d.${name}`)
    if (model === undefined) work.push(writer.create(name))
    else if (model.columns.length > 30) work.push(`DROP TABLE ${name}`)
    else if (dice.chance(9)) work.push(writer.other(name, `u${serial}_${i}`))
    else work.push(writer.alter(name, model, `u${serial}_${i}`))
  }
  const others = [...lab.tables.values()].filter(({ name }) => name.startsWith('u'))
  if (others.length > 24)
    work.push(`DROP TABLE ${others.map(({ database, name }) => `${database}.${name}`).join(', ')}`)
  return work
}
