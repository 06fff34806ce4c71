// Statements in chains: each table gets several in a row, each written for what the ones before have most likely made of it.
import type { TextSession } from '../../src/index.ts'
import { Dice } from './dice.ts'
import { StatementWriter } from './random-statement.ts'
import type { DdlLab } from './read.ts'

const TABLES = 48
const STATEMENTS_PER_TABLE = 6
const MAX_COLUMNS = 30
const MAX_OTHER_TABLES = 24

/** What servers made of statements. */
export class FuzzCounts {
  taken = 0
  refused = 0
  /** Messages of refusals without their names. */
  readonly reasons = new Map<string, number>()
  /** This round's statements as they were sent, with what the server said of those that it refused. */
  readonly trail: string[] = []

  refuse(sql: string, error: unknown): void {
    this.refused++
    const { message } = error as Error
    this.trail.push(`${sql} -- refused: ${message}`)
    const reason = message.replace(/['`].*?['`]/g, '?')
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }
}

/** Sends a round of statements over all sessions. `lab`: the tables as they are; it is not changed. `serial`: of the round. */
export async function sendRound(
  lab: DdlLab,
  sessions: readonly TextSession[],
  dice: Dice,
  counts: FuzzCounts,
  serial: number,
): Promise<void> {
  const guess = lab.copy()
  Object.assign(guess, { database: 'd', sqlMode: '' })
  counts.trail.length = 0
  // Each chain has dice of its own: what it writes does not depend on which of the sessions was quicker.
  const chains = Array.from({ length: TABLES }, (_, i) => ({ name: `t${i}`, dice: new Dice(dice.below(2 ** 31)) }))
  const others = [...lab.tables.values()].filter(({ name }) => name.startsWith('u'))
  await Promise.all(
    sessions.map(async (session) => {
      for (let chain = chains.pop(); chain !== undefined; chain = chains.pop())
        await sendChain(chain.name, guess, session, chain.dice, counts, serial)
    }),
  )
  if (others.length <= MAX_OTHER_TABLES) return
  const list = others.map(({ database, name }) => `${database}.${name}`)
  await send(`DROP TABLE ${list.join(', ')}`, guess, sessions[0] as TextSession, counts)
}

async function sendChain(
  name: string,
  guess: DdlLab,
  session: TextSession,
  dice: Dice,
  counts: FuzzCounts,
  serial: number,
): Promise<void> {
  const writer = new StatementWriter(dice, guess.flavour)
  for (let step = 0; step < STATEMENTS_PER_TABLE; step++) {
    const model = guess.tables.get(`d.${name}`)
    const free = `u${serial}_${name.slice(1)}_${step}`
    let sql: string
    if (model === undefined) sql = writer.create(name)
    else if (model.columns.length > MAX_COLUMNS) sql = `DROP TABLE ${name}`
    else if (dice.chance(9)) sql = writer.other(name, free)
    else sql = writer.alter(name, model, free)
    if (!(await send(sql, guess, session, counts))) return
  }
}

/** False where the guess cannot follow the statement: what comes next must wait for the log. */
async function send(sql: string, guess: DdlLab, session: TextSession, counts: FuzzCounts): Promise<boolean> {
  try {
    await session.query(sql)
    counts.taken++
    counts.trail.push(sql)
  } catch (error) {
    counts.refuse(sql, error)
    return true
  }
  try {
    guess.run(sql)
  } catch {
    return false
  }
  return true
}
