// Random statements, run by a real server and read by the parser out of its log, must leave the same tables in both.
import { afterEach, expect, it } from 'vitest'
import type { TextSession } from '../../src/index.ts'
import { Dice } from './dice.ts'
import { FuzzCounts, sendRound } from './fuzz-chain.ts'
import { type FuzzServer, startFuzzServer } from './fuzz-server.ts'
import { type LoggedStatement, StatementLog } from './logged-statements.ts'
import type { Flavour } from './random-column.ts'
import { StatementWriter } from './random-statement.ts'
import { DdlLab } from './read.ts'
import { modelForm, serverTables } from './server-form.ts'

const SEEDS: Readonly<Record<Flavour, number>> = {
  mysql: Number(process.env['MILLRACE_FUZZ_SEED'] ?? 31),
  mariadb: Number(process.env['MILLRACE_FUZZ_SEED'] ?? 9),
}
/** Statements that the server must have taken; MILLRACE_FUZZ_STATEMENTS asks for more, MILLRACE_FUZZ_SEED for others. */
const STATEMENTS: Readonly<Record<Flavour, number>> = {
  mysql: Number(process.env['MILLRACE_FUZZ_STATEMENTS'] ?? 20_000),
  mariadb: Number(process.env['MILLRACE_FUZZ_STATEMENTS'] ?? 20_000),
}
const CONNECTIONS = 4

let running: FuzzServer | null = null
afterEach(async () => {
  await running?.close()
  running = null
})

it.each(['mysql', 'mariadb'] as const)(
  '%s has the tables that its statements say',
  { timeout: 1_200_000 },
  async (flavour) => {
    running = await startFuzzServer(flavour, CONNECTIONS)
    const { server, sessions } = running
    const [session] = sessions as [TextSession]
    const log = new StatementLog(server.dataFolder)
    const lab = newLab(flavour, session.serverVersion)
    for (const sql of ['CREATE DATABASE d CHARACTER SET koi8r', 'CREATE DATABASE e']) await session.query(sql)
    for (const each of sessions) await each.query('USE d')
    const dice = new Dice(SEEDS[flavour])
    const counts = new FuzzCounts()
    const spent = { sendMs: 0, readMs: 0, compareMs: 0 }
    let compared = 0
    for (let serial = 0; counts.taken < STATEMENTS[flavour]; serial++) {
      const startMs = performance.now()
      if (dice.chance(3)) {
        await session.query(new StatementWriter(dice, flavour).database())
        // A session of MariaDB keeps the database's character set as it was when it came in.
        for (const each of sessions) for (const sql of ['USE e', 'USE d']) await each.query(sql)
      }
      await sendRound(lab, sessions, dice, counts, serial)
      await session.query('FLUSH BINARY LOGS')
      const sentMs = performance.now()
      const statements = log.read()
      for (const statement of statements) runLogged(lab, statement)
      const readMs = performance.now()
      compared += await compare(lab, session, statements, counts.trail)
      const comparedMs = performance.now()
      spent.sendMs += sentMs - startMs
      spent.readMs += readMs - sentMs
      spent.compareMs += comparedMs - readMs
    }
    const times = Object.entries(spent).map(([name, ms]) => `${name} ${Math.round(ms)}`)
    console.log(
      `${flavour}: ${counts.taken} statements taken, ${counts.refused} refused, ${compared} tables compared; ${times.join(', ')}`,
    )
    if (process.env['MILLRACE_FUZZ_REASONS'] !== undefined)
      console.log([...counts.reasons].sort((a, b) => b[1] - a[1]).slice(0, 25))
    expect(counts.taken).toBeGreaterThan(counts.refused)
  },
)

function newLab(flavour: Flavour, serverVersion: string): DdlLab {
  return Object.assign(new DdlLab(), { flavour, serverVersion, serverCharset: 'latin1', charsets: 'tracked' })
}

function runLogged(lab: DdlLab, { database, sqlMode, sql }: LoggedStatement): void {
  Object.assign(lab, { database, sqlMode })
  try {
    lab.run(sql)
  } catch (error) {
    expect.unreachable(`${(error as Error).message}\n${sql}`)
  }
}

/** Compares all tables with those of the server; answers how many they are. */
async function compare(
  lab: DdlLab,
  session: TextSession,
  statements: readonly LoggedStatement[],
  trail: readonly string[],
): Promise<number> {
  const { flavour } = lab
  const tables = await serverTables(session, ['d', 'e'], flavour)
  expect([...lab.tables.keys()].sort()).toEqual([...tables.keys()].sort())
  for (const [id, form] of tables) {
    const model = lab.tables.get(id)
    const said = model === undefined ? null : modelForm(model, lab, form)
    if (said?.join('\n') === form.join('\n')) continue
    const name = new RegExp(`\\b${id.slice(2)}\\b|DATABASE|SCHEMA`, 'i')
    const logged = statements.map(({ sql }) => sql).filter((sql) => name.test(sql))
    const sent = trail.filter((sql) => name.test(sql))
    expect(said, [id, 'in the log:', ...logged, 'sent:', ...sent].join('\n')).toEqual(form)
  }
  return tables.size
}
