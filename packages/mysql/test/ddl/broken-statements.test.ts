// Statements broken at random places: the parser answers or throws its own error, and is done in time that grows with the text.
import { expect, it } from 'vitest'
import { MysqlDdlError } from '../../src/ddl/ddl-error.ts'
import { Dice } from './dice.ts'
import { DdlLab } from './read.ts'
import { STATEMENTS } from './statement-corpus.ts'

const COUNT = 20_000
const PIECES = [
  ...[
    '(',
    ')',
    ',',
    "'",
    '"',
    '`',
    '/*',
    '*/',
    '/*!',
    '/*!99999 ',
    '/*M!100100 ',
    '--',
    '-- ',
    '#',
    ';',
    '\\',
    '\0',
    '\n',
    '=',
    '.',
    '@',
    ':=',
    '0x',
    "b'",
    "x'",
  ],
  ...[
    'TABLE',
    'ADD',
    'COLUMN',
    'NOT',
    'NULL',
    'DEFAULT',
    'IF EXISTS',
    'SELECT',
    'AS',
    'CHECK',
    'KEY',
    'ş',
    '\u{1f600}',
    '\ud800',
    '1e',
    '9'.repeat(30),
    '__proto__',
    'constructor',
  ],
]

function broken(dice: Dice): string {
  let sql = dice.pick(STATEMENTS)
  for (let i = 1 + dice.below(4); i > 0; i--) {
    const at = dice.below(sql.length + 1)
    const length = dice.below(12)
    switch (dice.below(6)) {
      case 0:
        sql = sql.slice(0, at) + sql.slice(at + length)
        break
      case 1:
        sql = sql.slice(0, at) + dice.pick(PIECES) + sql.slice(at)
        break
      case 2:
        sql = sql.slice(0, at) + sql.slice(at, at + length).repeat(3) + sql.slice(at)
        break
      case 3:
        sql = sql.slice(0, at)
        break
      case 4: {
        const other = dice.pick(STATEMENTS)
        sql = sql.slice(0, at) + other.slice(dice.below(other.length))
        break
      }
      default:
        sql = sql.slice(0, at) + String.fromCharCode(dice.below(256)) + sql.slice(at + 1)
    }
  }
  return sql
}

/** A lab with the tables that the statements name. */
function labWithTables(dice: Dice): DdlLab {
  const lab = new DdlLab()
  if (dice.chance(2)) Object.assign(lab, { flavour: 'mariadb', serverVersion: '11.8.2-MariaDB' })
  lab.sqlMode = dice.pick(['', '', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'])
  for (const name of ['t', 'a', 'b']) lab.run(`CREATE TABLE ${name} (id INT PRIMARY KEY, a TEXT, e INT, f INT)`)
  return lab
}

it(`answers ${COUNT} broken statements`, { timeout: 300_000 }, () => {
  const dice = new Dice(Number(process.env['MILLRACE_FUZZ_SEED'] ?? 4))
  const counts = { read: 0, refused: 0 }
  for (let i = 0; i < COUNT; i++) {
    const sql = broken(dice)
    try {
      labWithTables(dice).run(sql)
      counts.read++
    } catch (error) {
      if (!(error instanceof MysqlDdlError)) expect.unreachable(`${String(error)}\n${JSON.stringify(sql)}`)
      expect(error.code).toBe('MYSQL_DDL_UNREADABLE')
      expect(error.hint).toContain('schema.history.internal.skip.unparseable.ddl')
      expect(error.at).toBeGreaterThanOrEqual(0)
      counts.refused++
    }
  }
  expect(counts.read).toBeGreaterThan(COUNT / 20)
  expect(counts.refused).toBeGreaterThan(COUNT / 20)
})

/** Texts of about `size` characters that tempt a reader to look again and again. */
const LONG: readonly ((size: number) => string)[] = [
  (size) => `CREATE TABLE t (${'('.repeat(size)}`,
  (size) => `CREATE TABLE t (a INT DEFAULT ${'('.repeat(size / 2)}${')'.repeat(size / 2)})`,
  (size) => `ALTER TABLE t ${'ADD x INT,'.repeat(size / 10)}`,
  (size) => `CREATE TABLE t (a ENUM(${"'',".repeat(size / 3)}'')) `,
  (size) => `CREATE TABLE t (a INT DEFAULT ${"'' ".repeat(size / 3)})`,
  (size) => `${'/*!'.repeat(size / 3)} CREATE TABLE t (a INT)`,
  (size) => `${'/*!99999 '.repeat(size / 9)}`,
  (size) => `CREATE TABLE t (${'a'.repeat(size)} INT)`,
  (size) => `CREATE TABLE t (a INT) ${'/* x */ '.repeat(size / 8)}`,
  (size) => `DROP TABLE ${'a,'.repeat(size / 2)}a`,
  (size) => `${'USE a;'.repeat(size / 6)}`,
  (size) => `RENAME TABLE ${'a TO b,b TO a,'.repeat(size / 14)}a TO b`,
  (size) => `${'-- x\n'.repeat(size / 5)}`,
  (size) => `SET STATEMENT a=1 FOR ${'SET STATEMENT a=1 FOR '.repeat(size / 22)}`,
  (size) => `CREATE TABLE t (a INT DEFAULT ${'1'.repeat(size)})`,
  (size) => `CREATE TABLE t (a ${'NULL '.repeat(size / 5)})`,
]

it.each(LONG.map((make) => [make.toString().slice(10, 60), make] as const))(
  'reads %s… in time',
  { timeout: 120_000 },
  (_name, make) => {
    const size = 300_000
    const lab = new DdlLab()
    lab.run('CREATE TABLE a (x INT)')
    const started = process.cpuUsage()
    let outcome = 'read'
    try {
      lab.read(make(size))
    } catch (error) {
      expect(error).toBeInstanceOf(MysqlDdlError)
      outcome = 'refused'
    }
    expect(['read', 'refused']).toContain(outcome)
    // What grows with the square of the length would need minutes.
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(30)
  },
)
