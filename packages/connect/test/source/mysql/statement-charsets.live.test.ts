// Sessions of many character sets that name tables and columns, labels, defaults and comments in their own letters: the log has their bytes,
// and the tables as we know them, the labels of their rows and the history must be what the server has.
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import mysql from 'mysql2/promise'
import { afterAll, describe, expect, it } from 'vitest'
import type { TableShape } from '../../../src/source/mysql/shape.ts'
import { LiveConnector } from './live-connector.ts'

const SERVERS = [
  ['MySQL 9.7', 'mysql', () => startMysql()],
  ['MySQL 9.7, metadata FULL', 'mysql', () => startMysql({ args: ['--binlog-row-metadata=FULL'] })],
  ['MariaDB 10.11', 'mariadb', () => startMariadb({ version: '10.11' })],
  [
    'MariaDB 11.8',
    'mariadb',
    () => startMariadb({ version: '11.8', args: ['--log-bin-compress=ON', '--log-bin-compress-min-len=10'] }),
  ],
] as const

/** A collation of the session's character set as the driver names it, and words of the set, some with bytes that are `\` in ASCII. */
const SESSIONS = [
  ['latin1', 'LATIN1_SWEDISH_CI', 'Größe', 'naïve'],
  ['latin2', 'LATIN2_GENERAL_CI', 'Łódź', 'řeka'],
  ['cp1250', 'CP1250_GENERAL_CI', 'Łódź', 'žluť'],
  ['cp1251', 'CP1251_GENERAL_CI', 'Таблица', 'ёж'],
  ['koi8r', 'KOI8R_GENERAL_CI', 'Имя', 'Ящик'],
  ['greek', 'GREEK_GENERAL_CI', 'Όνομα', 'λέξη'],
  ['hebrew', 'HEBREW_GENERAL_CI', 'שלום', 'מילה'],
  ['sjis', 'SJIS_JAPANESE_CI', '表示ソ', '能力'],
  ['cp932', 'CP932_JAPANESE_CI', '表①', 'ソ十'],
  ['ujis', 'UJIS_JAPANESE_CI', '日本', '表'],
  ['gbk', 'GBK_CHINESE_CI', '乗誠', '中文'],
  ['gb2312', 'GB2312_CHINESE_CI', '名字', '中文'],
  ['gb18030', 'GB18030_CHINESE_CI', '乗€', '乣'],
  ['big5', 'BIG5_CHINESE_CI', '功許', '中文'],
  ['euckr', 'EUCKR_KOREAN_CI', '한글', '똠방'],
  ['utf8mb3', 'UTF8_GENERAL_CI', 'имя名', '한é'],
  ['utf8mb4', 'UTF8MB4_GENERAL_CI', 'имя名', '한é€'],
] as const

/** One table as both sides can say it: comment, and per column its name, labels, default and comment. */
type Form = readonly (readonly (string | null | undefined)[])[]

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

  it('tables, labels and defaults are those of the server', { timeout: 240_000 }, async () => {
    const running = await started
    const { host, port } = running
    await running.sql(
      "CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'; CREATE DATABASE app CHARACTER SET utf8mb4; CREATE TABLE app.first (id INT PRIMARY KEY); INSERT INTO app.first VALUES (0)",
    )
    const connector = new LiveConnector(
      { 'database.port': String(port), 'database.server.id': '90032', 'include.schema.comments': 'true' },
      flavour,
    )
    await connector.run(({ sent }) => sent.length > 0)

    const rows = new Map<string, unknown[]>()
    const forms = new Map<string, Form>()
    connector.onChange = ({ shape, after, op }) => {
      if (op === 'd' || after === null) return
      const { model } = shape as TableShape
      forms.set(model.name, [
        [model.comment],
        ...model.columns.map(({ name, enumValues, defaultExpression, comment }) => [
          name,
          enumValues.join(','),
          defaultExpression,
          comment,
        ]),
      ])
      const cells = shape.columns.map(({ read, cell }) => {
        const end = after.ends[cell]!
        return end < 0 ? null : read(after.bytes, after.starts[cell]!, end)
      })
      rows.set(`${model.name} ${String(cells[0])}`, cells)
    }
    const known = await running.sql('SHOW CHARACTER SET')
    const sessions = SESSIONS.filter(([charset]) => new RegExp(`^${charset}\\t`, 'm').test(known))
    expect(sessions.length).toBeGreaterThanOrEqual(SESSIONS.length - 1)
    const write = async (id: number, isFirst: boolean) => {
      for (const [charset, collation, name, word] of sessions) {
        const session = await mysql.createConnection({ host, port, user: 'root', database: 'app', charset: collation })
        try {
          // The driver's collation is one of the set; the server may know another default.
          await session.query(`SET NAMES ${charset}`)
          if (isFirst) {
            await session.query(
              `CREATE TABLE \`${name}${charset}\` (id INT PRIMARY KEY, \`${word}\` ENUM('${name}','${word} it''s','x') DEFAULT '${name}' COMMENT '${word}', ` +
                `gone INT, \`${word}s\` SET('${word}','${name}'), v VARCHAR(30) CHARACTER SET utf8mb4 DEFAULT '${word}\\'${name}') COMMENT='${name} ${word}'`,
            )
            await session.query(
              `INSERT INTO \`${name}${charset}\` (id, \`${word}s\`) VALUES (${id}, '${name},${word}')`,
            )
            await session.query(
              `ALTER TABLE \`${name}${charset}\` ADD COLUMN \`${name}\` ENUM('ok','${word}') NOT NULL DEFAULT '${word}' COMMENT '${name}' AFTER id, ` +
                `CHANGE v \`v${name}\` VARCHAR(40) CHARACTER SET utf8mb4 DEFAULT '${name}', DROP gone`,
            )
          }
          await session.query(
            `INSERT INTO \`${name}${charset}\` (id, \`${word}\`, \`${word}s\`, \`v${name}\`) VALUES (${id + 1}, '${word} it\\'s', '${word}', '${word}'), (${id + 2}, DEFAULT, '', DEFAULT)`,
          )
        } finally {
          await session.end()
        }
      }
      await running.sql(`INSERT INTO app.first VALUES (${id + 1})`)
    }
    await connector.run(
      () => rows.has('first 1'),
      () => write(0, true),
    )
    await compare(running, sessions, forms, rows, [0, 1, 2])
    // Once more from the history.
    forms.clear()
    await connector.run(
      () => rows.has('first 11'),
      () => write(10, false),
    )
    await compare(running, sessions, forms, rows, [0, 1, 2, 11, 12])
  })
})

async function compare(
  server: MysqlServer,
  sessions: readonly (typeof SESSIONS)[number][],
  forms: ReadonlyMap<string, Form>,
  rows: ReadonlyMap<string, unknown[]>,
  ids: readonly number[],
): Promise<void> {
  const { host, port } = server
  const session = await mysql.createConnection({ host, port, user: 'root', charset: 'UTF8MB4_GENERAL_CI' })
  try {
    const ask = async (sql: string) =>
      (await session.query({ sql, rowsAsArray: true }))[0] as unknown as readonly (readonly (string | null)[])[]
    for (const [charset, , name] of sessions) {
      const table = `${name}${charset}`
      const where = `FROM information_schema.columns WHERE table_schema = 'app' AND table_name = '${table}' ORDER BY ordinal_position`
      const columns = await ask(`SELECT column_name, column_type, column_default, column_comment ${where}`)
      const [[comment]] = (await ask(
        `SELECT table_comment FROM information_schema.tables WHERE table_schema = 'app' AND table_name = '${table}'`,
      )) as [[string]]
      const expected = columns.map(([column, type, value, text]) => [
        column,
        labelsOf(type!).join(','),
        unquoted(value!),
        text === '' ? null : text,
      ])
      expect({ table, form: forms.get(table) }).toEqual({ table, form: [[comment], ...expected] })
      // Rows from before the ALTER have another form.
      const stored = await ask(`SELECT * FROM app.\`${table}\` WHERE id IN (${ids.filter((id) => id > 0).join()})`)
      for (const row of stored) expect(rows.get(`${table} ${row[0]}`)).toEqual(row)
      expect(stored.length).toBe(ids.length - 1)
      const [old] = await ask(`SELECT * FROM app.\`${table}\` WHERE id = 0`)
      expect(rows.get(`${table} 0`)).toEqual([0, old![2], null, old![3], expect.any(String)])
    }
  } finally {
    await session.end()
  }
}

function labelsOf(type: string): string[] {
  if (!/^(?:enum|set)\(/.test(type)) return []
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, label]) => label!.replaceAll("''", "'"))
}

/** MariaDB prints defaults as they would be written. */
function unquoted(value: string | null): string | null {
  if (value === null || value === 'NULL') return null
  return /^'.*'$/s.test(value) ? value.slice(1, -1).replaceAll("''", "'").replaceAll("\\'", "'") : value
}
