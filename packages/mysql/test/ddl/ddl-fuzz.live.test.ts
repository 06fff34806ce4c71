// Random statements, run by a real server and read by the parser, must leave the same tables in both.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTextSession, type TextSession } from '../../src/index.ts'
import { DdlLab } from './read.ts'

let server: MysqlServer
let session: TextSession

beforeAll(async () => {
  server = await startMysql({})
  session = await openTextSession({ host: server.host, port: server.port, user: server.rootUser })
  await session.query("SET sql_mode='ALLOW_INVALID_DATES'")
  await session.query('CREATE DATABASE d CHARACTER SET latin1')
  await session.query('USE d')
})
afterAll(async () => {
  session?.close()
  await server?.stop()
})

/** A small generator with a seed, so that a failure can be run again. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  maybe(text: string, oneIn = 2): string {
    return this.below(oneIn) === 0 ? text : ''
  }
}

const NUMBERS = [
  ...[
    'TINYINT',
    'SMALLINT UNSIGNED',
    'MEDIUMINT(5)',
    'INT',
    'INTEGER UNSIGNED ZEROFILL',
    'BIGINT(20)',
    'INT4',
    'BOOL',
    'MIDDLEINT',
  ],
  ...[
    'DECIMAL',
    'DEC(7)',
    'NUMERIC(9,3) UNSIGNED',
    'FIXED(4,4)',
    'FLOAT',
    'FLOAT(30)',
    'FLOAT(7,3)',
    'DOUBLE PRECISION',
    'REAL',
    'BIT(9)',
  ],
]
const TEXTS = [
  ...[
    'CHAR',
    'CHARACTER(4)',
    'VARCHAR(20)',
    'CHAR VARYING(7)',
    'VARCHARACTER(3)',
    'NATIONAL CHAR(3)',
    'NVARCHAR(4)',
    'NCHAR VARCHAR(5)',
  ],
  ...[
    "ENUM('a','b''c','d,e')",
    "SET('x','y z','\\'')",
    'VARCHAR(9) CHARACTER SET utf8mb4',
    'CHAR(3) COLLATE cp1251_bin',
  ],
]
const BLOBS = [
  ...[
    'TEXT',
    'TINYTEXT',
    'MEDIUMTEXT CHARSET ucs2',
    'LONG VARCHAR',
    'TEXT(300) COLLATE utf8mb4_bin',
    'BLOB',
    'LONGBLOB',
    'LONG VARBINARY',
  ],
  ...['JSON', 'POINT', 'GEOMETRY', 'GEOMCOLLECTION', 'VECTOR(3)'],
]
const OTHERS = [
  'BINARY',
  'BINARY(3)',
  'VARBINARY(8)',
  'DATE',
  'TIME(3)',
  'DATETIME(6)',
  'TIMESTAMP NULL',
  'YEAR',
  'DATETIME',
]
const NAMES = [
  'a',
  'B',
  'c_1',
  '`d d`',
  '`e``e`',
  'comment',
  'status',
  '`key`',
  'ünï',
  '1st',
  '`order`',
  'visible',
  'date',
  'x$y',
]

function definition(dice: Dice): string {
  const nullness = () => dice.pick(['', ' NULL', ' NOT NULL'])
  const comment = () => dice.maybe(` COMMENT 'it''s, (a) "note" \\' /* x */'`, 5)
  const more = () =>
    `${comment()}${dice.maybe(' INVISIBLE', 9)}${dice.maybe(' /*!80016 CHECK (1 < 2) */', 12)}${dice.maybe(' COLUMN_FORMAT DYNAMIC', 9)}`
  switch (dice.below(5)) {
    case 0: {
      const type = dice.pick(NUMBERS)
      const value = type.startsWith('BIT') ? " DEFAULT b'101'" : type.startsWith('FIXED') ? ' DEFAULT .5' : ' DEFAULT 7'
      return `${type}${nullness()}${dice.maybe(value, 3)}${more()}`
    }
    case 1: {
      const type = dice.pick(TEXTS)
      const value = /^(ENUM|SET)/.test(type)
        ? ' DEFAULT NULL'
        : ` DEFAULT ${dice.pick(["''", "'q'", "_latin1'q'", "('a')"])}`
      return `${type}${dice.maybe(value, 3)}${more()}`
    }
    case 2:
      return `${dice.pick(BLOBS)}${nullness()}${comment()}`
    case 3: {
      const type = dice.pick(OTHERS)
      const value = type === 'DATETIME' ? ' DEFAULT CURRENT_TIMESTAMP ON UPDATE NOW()' : ''
      return `${type}${type.includes('NULL') ? '' : nullness()}${value}${more()}`
    }
    default:
      return `INT ${dice.maybe('GENERATED ALWAYS ')}AS (1 + (2 * 3)) ${dice.pick(['', 'VIRTUAL', 'STORED'])}${dice.maybe(' NOT NULL')}${comment()}`
  }
}

function createTable(dice: Dice): string {
  const names = NAMES.filter(() => dice.below(2) === 0)
  if (names.length === 0) names.push('a')
  const parts = names.map((name) => `${name} ${definition(dice)}`)
  parts.push(
    `id INT ${dice.pick(['PRIMARY KEY', 'NOT NULL UNIQUE', 'NOT NULL AUTO_INCREMENT PRIMARY KEY', 'KEY', 'UNSIGNED NOT NULL'])}`,
  )
  parts.push('id2 BIGINT NOT NULL')
  if (dice.below(3) === 0)
    parts.push(
      dice.pick(['UNIQUE KEY u (id2)', 'INDEX (id2 DESC)', 'CONSTRAINT ck CHECK (id2 > 0)', 'KEY f ((id2 + 1))']),
    )
  const options = `${dice.maybe(' ENGINE=InnoDB')}${dice.maybe(dice.pick([' CHARSET utf8mb4', ' DEFAULT COLLATE = koi8r_bin', ' CHARACTER SET=ascii']))}${dice.maybe(" COMMENT='t'", 4)}`
  const partitions = dice.maybe(' /*!50100 PARTITION BY HASH (id) PARTITIONS 2 */', 6)
  return `CREATE TABLE t (${parts.join(dice.pick([', ', ' -- x\n,', ',\n']))})${options}${partitions}`
}

function action(dice: Dice): string {
  const name = () => dice.pick(NAMES)
  const place = () => dice.pick(['', '', ' FIRST', ` AFTER ${name()}`, ' AFTER id'])
  switch (dice.below(12)) {
    case 0:
      return `ADD COLUMN ${name()} ${definition(dice)}${place()}`
    case 1:
      return `ADD (${name()} ${definition(dice)}, ${name()} INT)`
    case 2:
      return `DROP ${dice.maybe('COLUMN ')}${name()}`
    case 3:
      return `MODIFY ${name()} ${definition(dice)}${place()}`
    case 4:
      return `CHANGE ${name()} ${name()} ${definition(dice)}${place()}`
    case 5:
      return `RENAME COLUMN ${name()} TO ${name()}`
    case 6:
      return `ALTER ${name()} ${dice.pick(['DROP DEFAULT', "SET DEFAULT '5'", 'SET DEFAULT (1)', 'SET INVISIBLE'])}`
    case 7:
      return dice.pick([
        'DROP PRIMARY KEY',
        'DROP PRIMARY KEY, ADD PRIMARY KEY (id2, id)',
        'ADD PRIMARY KEY USING BTREE (id2)',
      ])
    case 8:
      return dice.pick([
        'ADD UNIQUE u2 (id2)',
        'ADD INDEX i (id), RENAME INDEX i TO j',
        'DROP INDEX u',
        'ADD CONSTRAINT x CHECK (id > 0) NOT ENFORCED',
      ])
    case 9:
      return dice.pick(["COMMENT = 'new'", 'ENGINE=InnoDB, ROW_FORMAT=DYNAMIC', 'ORDER BY id', 'ALGORITHM=COPY, FORCE'])
    case 10:
      return `CONVERT TO CHARACTER SET ${dice.pick(['utf8mb4', 'latin2', 'utf8mb4 COLLATE utf8mb4_bin'])}`
    default:
      return `RENAME COLUMN ${name()} TO ${name()}, RENAME COLUMN ${name()} TO ${name()}`
  }
}

async function serverColumns(primary: readonly string[]): Promise<unknown[]> {
  const rows = await session.query(
    "SELECT column_name, is_nullable, character_set_name, column_type, extra FROM information_schema.columns WHERE table_schema='d' AND table_name='t' ORDER BY ordinal_position",
  )
  return rows.map(([name, nullable, charset, type, extra]) => [
    name,
    primary.includes(name ?? '') ? 'key' : nullable === 'YES',
    charset?.replace('utf8mb3', 'utf8') ?? null,
    labelsOf(type ?? ''),
    /GENERATED/.test(extra?.replace('DEFAULT_GENERATED', '') ?? ''),
  ])
}

/** Labels of `enum('a','b''c')` as information_schema prints them. */
function labelsOf(type: string): string[] {
  if (!/^(enum|set)\(/.test(type)) return []
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map((match) => (match[1] as string).replaceAll("''", "'"))
}

function ownColumns(lab: DdlLab, serverKey: readonly string[]): unknown[] {
  const table = lab.tables.get('d.t')
  return (table?.columns ?? []).map((column) => [
    column.name,
    serverKey.includes(column.name) ? 'key' : column.isNullable,
    column.charset?.replace('utf8mb3', 'utf8') ?? null,
    column.enumValues,
    column.isGenerated,
  ])
}

async function serverKey(): Promise<string[]> {
  const rows = await session.query(
    "SELECT column_name FROM information_schema.statistics WHERE table_schema='d' AND table_name='t' AND index_name='PRIMARY' ORDER BY seq_in_index",
  )
  return rows.map(([name]) => name ?? '')
}

const SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 20261124)
const ROUNDS = Number(process.env['MILLRACE_FUZZ_ROUNDS'] ?? 60)

it(`reads what the server runs (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const dice = new Dice(SEED)
  const counts = { accepted: 0, refused: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    await session.query('DROP TABLE IF EXISTS t')
    const lab = new DdlLab()
    lab.run('CREATE DATABASE d CHARACTER SET latin1')
    const done: string[] = []
    for (let step = 0; step < 12; step++) {
      const actions = Array.from({ length: 1 + dice.below(3) }, () => action(dice))
      const sql = step === 0 ? createTable(dice) : `ALTER TABLE t ${actions.join(', ')}`
      try {
        await session.query(sql)
      } catch {
        counts.refused++
        if (step === 0) break
        continue
      }
      counts.accepted++
      done.push(sql)
      const history = done.join(';\n')
      expect(() => lab.run(sql), history).not.toThrow()
      const key = await serverKey()
      expect(ownColumns(lab, key), history).toEqual(await serverColumns(key))
      if (key.length > 0) expect(lab.tables.get('d.t')?.primaryKey, history).toEqual(key)
    }
  }
  expect(counts.accepted).toBeGreaterThan(ROUNDS)
})
