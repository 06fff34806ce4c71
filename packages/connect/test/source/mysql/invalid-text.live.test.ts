// What servers let into text columns of every character set though it is no text: the stream holds the server's own text, U+FFFD for what
// the server cannot convert, and the log names every column with such values and how many there were.
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { afterAll, describe, expect, it } from 'vitest'
import { LiveConnector } from './live-connector.ts'

const SERVERS = [
  ['MySQL 9.7', 'mysql', () => startMysql()],
  ['MariaDB 10.11', 'mariadb', () => startMariadb({ version: '10.11' })],
  ['MariaDB 11.8', 'mariadb', () => startMariadb({ version: '11.8' })],
] as const

/** `?`: what servers make of bytes that they cannot convert; it must not stand in the values themselves. */
const QUESTION_MARK = 0x3f

/** Every byte, pairs, and bytes by chance; the same in each run. */
function values(): string[] {
  const hex = new Set(
    Array.from({ length: 256 }, (_, byte) => [byte]).map((bytes) => Buffer.from(bytes).toString('hex')),
  )
  let seed = 20_260
  const next = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (seed >> 8) & 0xff
  }
  for (let i = 0; i < 700; i++) hex.add(Buffer.from([next() | 0x80, next()]).toString('hex'))
  for (let i = 0; i < 100; i++) hex.add(Buffer.from(Array.from({ length: 4 + (next() % 9) }, next)).toString('hex'))
  hex.add(Buffer.from('éü').toString('hex'))
  hex.add('eda080')
  return [...hex].filter((text) => !Buffer.from(text, 'hex').includes(QUESTION_MARK))
}

/** Runs of what cannot be converted count as one: servers and decoders may cut them differently. */
const folded = (text: string) => text.replace(/[?\uFFFD]+/g, '?')

describe.each(SERVERS)('%s', (_name, flavour, start) => {
  let server: MysqlServer | null = null
  const started = start().then((running) => {
    server = running
    return running
  })
  afterAll(async () => {
    await started.catch(() => {})
    await server?.stop()
  })

  it('invalid texts are U+FFFD and are counted by column', { timeout: 240_000 }, async () => {
    const { sql, port } = await started.then((running) => ({ sql: running.sql.bind(running), port: running.port }))
    await sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'; CREATE DATABASE app")
    const rows = (await sql('SHOW CHARACTER SET')).split('\n').map((line) => line.split('\t')[0]!)
    const charsets = rows.filter((name) => name !== '' && name !== 'binary')
    expect(charsets.length).toBeGreaterThan(35)
    await sql(
      charsets
        .map((set) => `CREATE TABLE app.t_${set} (id INT PRIMARY KEY, a VARCHAR(90) CHARACTER SET ${set});`)
        .join('\n'),
    )
    const connector = new LiveConnector(
      { 'database.port': String(port), 'database.server.id': '90031', 'snapshot.mode': 'no_data' },
      flavour,
    )
    const texts = new Map<string, string>()
    connector.onChange = (change) => {
      const [id, text] = rowOf(change)
      texts.set(`${change.shape.topic} ${String(id)}`, text as string)
    }
    const bytes = values()
    const write = async () => {
      // Servers refuse or change some values: what they keep is compared.
      const inserts = charsets.map(
        (set) => `REPLACE INTO app.t_${set} VALUES ${bytes.map((hex, id) => `(${id}, _binary x'${hex}')`).join()};`,
      )
      await sql(
        `SET sql_mode = '';\n${inserts.join('\n')}\nCREATE TABLE app.done (id INT PRIMARY KEY); INSERT INTO app.done VALUES (0);`,
        {
          force: true,
        },
      )
    }
    await connector.run(() => texts.has('p.app.done 0'), write)

    let invalid = 0
    for (const set of charsets) {
      const stored = await sql(
        `SELECT id, HEX(CONVERT(a USING utf8mb4)) FROM app.t_${set} WHERE INSTR(CAST(a AS BINARY), '?') = 0`,
      )
      const wrong: string[] = []
      for (const line of stored.split('\n').filter((text) => text !== '')) {
        const [id, hex] = line.split('\t') as [string, string]
        const truth = Buffer.from(hex, 'hex').toString('utf8')
        const text = texts.get(`p.app.t_${set} ${id}`) ?? 'nothing'
        // MySQL's conversion of ucs2 ends early, or is empty, where there is half of a surrogate pair.
        const isCut = set === 'ucs2' && text.includes('\uFFFD')
        if ((folded(text) !== folded(truth) && !isCut) || text.includes('?'))
          wrong.push(`${bytes[Number(id)]}: ${text} for ${truth}`)
      }
      expect({ set, wrong: wrong.slice(0, 5), count: wrong.length }).toEqual({ set, wrong: [], count: 0 })
      const count = [...texts].filter(
        ([id, text]) => id.startsWith(`p.app.t_${set} `) && text.includes('\uFFFD'),
      ).length
      const told = connector.warnings.filter((fields) => 'charset' in fields && fields.charset === set)
      const named = { database: 'app', table: `t_${set}`, column: 'a', charset: set }
      if (count === 0) expect(told).toEqual([])
      else expect([told[0], told.at(-1)]).toEqual([expect.objectContaining(named), { ...named, values: count }])
      invalid += count
    }
    expect(invalid).toBeGreaterThan(1000)
  })
})

/** Id and text of the row after the change. */
function rowOf({ shape, after }: Parameters<LiveConnector['onChange']>[0]): unknown[] {
  return shape.columns.map(({ read, cell }) => {
    const end = after!.ends[cell]!
    return end < 0 ? null : read(after!.bytes, after!.starts[cell]!, end)
  })
}
