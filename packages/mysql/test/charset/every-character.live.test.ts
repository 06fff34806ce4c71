// Every character of every character set that a server lists, and every collation id, against the server's own conversion.
import { connectControl } from '@millrace/mysql'
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { afterAll, describe, expect, it } from 'vitest'
import { charsetDecoder } from '../../src/charset/charset.ts'
import { charsetOfCollationId } from '../../src/charset/collation-ids.ts'
import { GrowingSink } from '../../src/text/growing-sink.ts'

const SERVERS = [
  ['MySQL 9.7', () => startMysql()],
  ['MariaDB 10.11', () => startMariadb({ version: '10.11' })],
  ['MariaDB 11.8', () => startMariadb({ version: '11.8' })],
] as const

/** Sets with characters beyond the basic plane; of those that are forms of Unicode itself every 61st there. */
const ASTRAL = new Map([
  ['gb18030', 1],
  ['utf8mb4', 61],
  ['utf16', 61],
  ['utf16le', 61],
  ['utf32', 61],
])

describe.each(SERVERS)('%s', (_name, start) => {
  let server: MysqlServer | null = null
  const started = start().then((running) => {
    server = running
    return running
  })
  afterAll(async () => {
    await started.catch(() => {})
    await server?.stop()
  })

  async function ask(sql: string): Promise<(string | null)[][]> {
    const { host, port } = await started
    const control = await connectControl({ host, port, user: 'root', password: '', tls: 'off' })
    try {
      await control.query("SET SESSION sql_mode = ''")
      await control.query('USE mysql')
      // MySQL: numbers come from a recursive table expression.
      await control.query('SET SESSION cte_max_recursion_depth = 10000').catch(() => {})
      return await control.query(sql)
    } finally {
      await control.close()
    }
  }

  it('decodes every character as the server converts it', { timeout: 300_000 }, async () => {
    const charsets = (await ask('SHOW CHARACTER SET')).map(([charset]) => charset ?? '')
    expect(charsets.length).toBeGreaterThanOrEqual(40)
    let compared = 0
    for (const charset of charsets.filter((name) => name !== 'binary')) {
      const decoder = charsetDecoder(charset)
      const wrong: string[] = []
      for (const [bytes, text] of await characters(charset)) {
        const cell = Buffer.from(bytes ?? '', 'hex')
        const expected = Buffer.from(text ?? '', 'hex').toString('utf8')
        const sink = new GrowingSink(64)
        decoder.writeJson(cell, 0, cell.length, sink)
        const json = JSON.parse(sink.bytes.toString('utf8', 0, sink.pos)) as string
        compared++
        if (decoder.decode(cell, 0, cell.length) !== expected || json !== expected) wrong.push(`${bytes} = ${text}`)
      }
      expect({ charset, count: wrong.length, first: wrong.slice(0, 5) }).toEqual({ charset, count: 0, first: [] })
    }
    expect(compared).toBeGreaterThan(200_000)
  })

  // All code points that the set has, and all single bytes and pairs that it reads, in one list.
  async function characters(charset: string): Promise<(string | null)[][]> {
    const step = ASTRAL.get(charset)
    const points = await numbers(step === undefined ? 0xffff : 0x10ffff, step ?? 1)
    const character = `CONVERT(CHAR(n USING utf32) USING ${charset})`
    const fromPoints = await ask(
      `${points.with} SELECT HEX(b), HEX(CONVERT(b USING utf8mb4)) FROM (SELECT n, ${character} b FROM ${points.table} ` +
        'WHERE n NOT BETWEEN 55296 AND 57343) t WHERE n = 63 OR HEX(CONVERT(b USING utf8mb4)) = HEX(CONVERT(CHAR(n USING utf32) USING utf8mb4))',
    )
    const codes = await numbers(0xffff, 1)
    // `?` is what the server makes of bytes that are no character.
    const fromBytes = await ask(
      `${codes.with} SELECT HEX(b), HEX(CONVERT(CONVERT(b USING ${charset}) USING utf8mb4)) FROM ` +
        `(SELECT n, UNHEX(IF(n < 256, LPAD(HEX(n), 2, '0'), LPAD(HEX(n), 4, '0'))) b FROM ${codes.table}) t ` +
        `WHERE HEX(CONVERT(CONVERT(b USING ${charset}) USING binary)) = HEX(b) AND CHAR_LENGTH(CONVERT(b USING ${charset})) = 1 ` +
        `AND CONVERT(CONVERT(CONVERT(b USING ${charset}) USING utf8mb4) USING binary) NOT IN ('?', '') ` +
        // Halves of surrogate pairs, which ucs2 lets pass, are no characters: they have no UTF-8.
        `AND HEX(CONVERT(CONVERT(b USING ${charset}) USING utf8mb4)) NOT BETWEEN 'EDA080' AND 'EDBFBF'`,
    )
    expect(fromPoints.length).toBeGreaterThan(90)
    return [...fromPoints, ...fromBytes]
  }

  // Numbers from 0 to `last`; beyond the basic plane every `step`th.
  async function numbers(last: number, step: number): Promise<{ readonly with: string; readonly table: string }> {
    const [row] = await ask('SELECT VERSION()')
    const wanted = `n <= ${last} AND (n <= 65535 OR n % ${step} = 0)`
    if (/mariadb/i.test(row?.[0] ?? '')) {
      return { with: '', table: `(SELECT seq n FROM seq_0_to_${last} WHERE ${wanted.replaceAll('n ', 'seq ')}) s` }
    }
    const table = `(SELECT n FROM (SELECT a.n * 1024 + b.n n FROM d a, d b WHERE a.n <= ${last >> 10} AND b.n < 1024) m WHERE ${wanted}) s`
    return { with: 'WITH RECURSIVE d AS (SELECT 0 n UNION ALL SELECT n + 1 FROM d WHERE n < 1087)', table }
  }

  it('knows the character set of every collation id', async () => {
    const isMariaDb = /mariadb/i.test((await ask('SELECT VERSION()'))[0]?.[0] ?? '')
    const rows = await ask(
      isMariaDb
        ? 'SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY'
        : 'SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATIONS',
    )
    expect(rows.length).toBeGreaterThan(200)
    const wrong = rows.filter(([id, charset]) => charsetOfCollationId(Number(id)) !== charset)
    expect(wrong).toEqual([])
  })
})
