// Random statements on one table, most of them such that a server takes them: the names are those of the table as it is.
import type { TableModel } from '../../src/ddl/table-model.ts'
import type { Dice } from './dice.ts'
import { type Flavour, randomColumn, randomDatabaseCharset, randomTableCharset } from './random-column.ts'

const NAMES = [
  ...[
    'a',
    'B',
    'c_1',
    'd d',
    'e`e',
    'comment',
    'status',
    'key',
    'ünï',
    '1st',
    'order',
    'visible',
    'date',
    'x$y',
    'a,b',
    '(',
    "it's",
  ],
  ...['first', 'after', 'check', 'index', 'primary', 'Ş', 'end', 'type', 'value', 'column', 'period', 'generated'],
]

/** Words that a server does not take without quotes, or that begin something else than a column. */
const RESERVED = new Set([
  'key',
  'order',
  'check',
  'index',
  'primary',
  'column',
  'generated',
  'period',
  'first',
  'after',
])

function quoted(dice: Dice, name: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) && !RESERVED.has(name.toLowerCase())
  return isPlain && dice.chance(2) ? name : `\`${name.replaceAll('`', '``')}\``
}

/** Writes statements for one server. */
export class StatementWriter {
  readonly #dice: Dice
  readonly #flavour: Flavour

  constructor(dice: Dice, flavour: Flavour) {
    this.#dice = dice
    this.#flavour = flavour
  }

  /** CREATE TABLE of a table that does not exist. */
  create(table: string): string {
    const dice = this.#dice
    const names = NAMES.filter(() => dice.chance(5))
    const parts = names.map((name) => `${quoted(dice, name)} ${randomColumn(dice, this.#flavour)}`)
    const id = [
      'INT PRIMARY KEY',
      'INT NOT NULL',
      'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY',
      'INT KEY',
      'SERIAL',
      'INT NOT NULL AUTO_INCREMENT UNIQUE',
      'INT SERIAL DEFAULT VALUE',
    ]
    parts.splice(dice.below(parts.length + 1), 0, `id ${dice.pick(id)}`)
    parts.push('id2 BIGINT NOT NULL')
    const hasKey = /PRIMARY KEY|INT KEY/.test(parts.join())
    if (!hasKey && dice.chance(2))
      parts.push(
        dice.pick([
          'PRIMARY KEY (id2, id)',
          'CONSTRAINT `pk` PRIMARY KEY USING BTREE (id)',
          'PRIMARY KEY (ID2) COMMENT "c"',
        ]),
      )
    if (dice.chance(4))
      parts.push(dice.pick(['UNIQUE KEY u (id2)', 'INDEX (id2 DESC)', 'CONSTRAINT CHECK (id2 > 0)', 'KEY f (id2, id)']))
    const temp = dice.maybe(dice.pick(['IF NOT EXISTS ', '']), 3)
    const replace = this.#flavour === 'mariadb' ? dice.maybe('OR REPLACE ', 4) : ''
    return `CREATE ${replace}TABLE ${replace === '' ? temp : ''}${table} (${parts.join(dice.pick([', ', ' -- x\n,', ',\n', " # it's\n, ", '/* , */,']))})${this.#options()}`
  }

  #options(): string {
    const dice = this.#dice
    const parts: string[] = []
    if (dice.chance(2)) parts.push(`${dice.maybe('DEFAULT ')}${randomTableCharset(dice)}`)
    if (dice.chance(5)) parts.push(dice.pick(["COMMENT='t'", 'COMMENT "it\'s"', "COMMENT = 'a; b'"]))
    if (dice.chance(5))
      parts.push(
        dice.pick([
          'ENGINE=InnoDB',
          'ROW_FORMAT=DYNAMIC',
          'AUTO_INCREMENT 7',
          'STATS_PERSISTENT=DEFAULT',
          'MIN_ROWS 1',
          'CHECKSUM=1',
        ]),
      )
    if (this.#flavour === 'mariadb' && dice.chance(12)) parts.push('WITH SYSTEM VERSIONING')
    return parts.length === 0 ? '' : ` ${parts.join(dice.pick([' ', ', ']))}`
  }

  /** ALTER TABLE with one to four actions. `newName`: a name that is free, for renames. */
  alter(table: string, model: TableModel, newName: string): string {
    const dice = this.#dice
    const count = dice.pick([1, 1, 1, 2, 2, 3, 4])
    const drawn = Array.from({ length: count }, () => this.#action(model))
    // Two character sets in one statement: which of them counts differs by version.
    const isCharset = (action: string) => /^(?:CONVERT|DEFAULT|CHAR|COLLATE|MAX_ROWS|COMMENT 'c')/.test(action)
    const actions = drawn.filter((action, i) => !isCharset(action) || drawn.findIndex(isCharset) === i)
    if (dice.chance(25)) actions.push(`RENAME ${dice.pick(['', 'TO ', 'AS ', '= '])}${newName}`)
    const words = this.#flavour === 'mariadb' ? dice.pick(['', '', '', 'ONLINE ', 'IGNORE ']) : ''
    const guard = this.#flavour === 'mariadb' ? dice.maybe('IF EXISTS ', 5) : ''
    const wait = this.#flavour === 'mariadb' ? dice.pick(['', '', '', ' NOWAIT', ' WAIT 5']) : ''
    return `${dice.pick(['ALTER', 'alter', 'Alter /* x */'])} ${words}TABLE ${guard}${table}${wait} ${actions.join(', ')}`
  }

  #existing(model: TableModel): string {
    const name = this.#dice.pick(model.columns).name
    return quoted(this.#dice, this.#dice.chance(4) && /^\w+$/.test(name) ? name.toUpperCase() : name)
  }

  #free(model: TableModel): string {
    const free = NAMES.filter(
      (name) => !model.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()),
    )
    return quoted(this.#dice, free.length === 0 ? `n${this.#dice.below(99)}` : this.#dice.pick(free))
  }

  #place(model: TableModel): string {
    return this.#dice.pick(['', '', '', ' FIRST', ` AFTER ${this.#existing(model)}`, ' AFTER id2'])
  }

  #guard(text: string): string {
    return this.#flavour === 'mariadb' ? this.#dice.maybe(text, 3) : ''
  }

  #action(model: TableModel): string {
    const dice = this.#dice
    const column = () => randomColumn(dice, this.#flavour)
    const old = this.#existing(model)
    const fresh = this.#free(model)
    switch (dice.below(18)) {
      case 0:
      case 1:
      case 2:
        return `ADD ${dice.maybe('COLUMN ')}${this.#guard('IF NOT EXISTS ')}${fresh} ${column()}${this.#place(model)}`
      case 3:
        return `ADD ${dice.maybe('COLUMN ')}(${fresh} ${column()}, n${dice.below(9)} INT${dice.maybe(', INDEX (id2)', 4)})`
      case 4:
        return `DROP ${dice.maybe('COLUMN ')}${this.#guard('IF EXISTS ')}${old}${dice.maybe(dice.pick([' RESTRICT', ' CASCADE']), 6)}`
      case 5:
      case 6:
        return `MODIFY ${dice.maybe('COLUMN ')}${this.#guard('IF EXISTS ')}${old} ${column()}${this.#place(model)}`
      case 7:
      case 8:
        return `CHANGE ${dice.maybe('COLUMN ')}${this.#guard('IF EXISTS ')}${old} ${dice.chance(3) ? old : fresh} ${column()}${this.#place(model)}`
      case 9:
      case 10:
        return dice.chance(3) ? this.#swap(model) : `RENAME COLUMN ${this.#guard('IF EXISTS ')}${old} TO ${fresh}`
      case 11:
        return `ALTER ${dice.maybe('COLUMN ')}${this.#guard('IF EXISTS ')}${old} ${this.#flavour === 'mysql' ? dice.pick(['DROP DEFAULT', "SET DEFAULT '5'", 'SET DEFAULT (1 + 1)', 'SET INVISIBLE', 'SET VISIBLE', 'SET DEFAULT NULL']) : dice.pick(['DROP DEFAULT', "SET DEFAULT '5'", 'SET DEFAULT (1 + 1)', 'SET DEFAULT NULL'])}`
      case 12:
        return this.#keyAction(model)
      case 13:
        return this.#otherAction()
      case 14:
        return dice.pick([
          `CONVERT TO CHARACTER SET ${dice.pick(['utf8mb4', 'latin2', 'utf8mb4 COLLATE utf8mb4_bin', 'gbk', 'cp1251', 'utf8'])}`,
          'CONVERT TO CHARSET DEFAULT',
        ])
      case 15:
        return `${dice.maybe('DEFAULT ')}${randomTableCharset(dice)}`
      default:
        return `MODIFY ${old} ${column()}${this.#place(model)}`
    }
  }

  #swap(model: TableModel): string {
    const [a, b, c] = [this.#existing(model), this.#existing(model), this.#existing(model)]
    return this.#dice.chance(2)
      ? `RENAME COLUMN ${a} TO ${b}, RENAME COLUMN ${b} TO ${a}`
      : `RENAME COLUMN ${a} TO ${b}, RENAME COLUMN ${b} TO ${c}, RENAME COLUMN ${c} TO ${a}`
  }

  #keyAction(model: TableModel): string {
    const old = this.#existing(model)
    const dice = this.#dice
    const isMaria = this.#flavour === 'mariadb'
    return dice.pick([
      ...[
        'DROP PRIMARY KEY',
        'DROP PRIMARY KEY, ADD PRIMARY KEY (id2, id)',
        'ADD PRIMARY KEY USING BTREE (id2)',
        'ADD CONSTRAINT pk PRIMARY KEY (ID)',
      ],
      ...[
        'ADD UNIQUE u2 (id2)',
        'ADD INDEX i (id), RENAME INDEX i TO j',
        'DROP INDEX u',
        'ADD UNIQUE INDEX (id)',
        'ADD KEY k2 (id DESC, id2) COMMENT "x"',
      ],
      `ADD CONSTRAINT x CHECK (id > 0)${isMaria ? '' : dice.maybe(' NOT ENFORCED')}`,
      ...['ADD CHECK (id2 > 0)', 'DROP CONSTRAINT x', `ADD INDEX (${old})`, `ADD PRIMARY KEY (id2, ${old})`],
      ...(isMaria
        ? [
            'DROP INDEX IF EXISTS u',
            'ADD INDEX IF NOT EXISTS i9 (id2)',
            'DROP CONSTRAINT IF EXISTS x',
            'ALTER INDEX i9 IGNORED',
            'ADD UNIQUE KEY IF NOT EXISTS u9 (id2)',
          ]
        : [
            'ALTER INDEX u VISIBLE',
            'DROP CHECK x',
            'ADD FULLTEXT (id2)',
            'ADD INDEX ((id + 1))',
            'ADD UNIQUE ((id + id2), id2)',
          ]),
    ])
  }

  #otherAction(): string {
    const dice = this.#dice
    return dice.pick([
      ...[
        "COMMENT = 'new'",
        'COMMENT "x"',
        'ENGINE=InnoDB, ROW_FORMAT=DYNAMIC',
        'ORDER BY id',
        'ALGORITHM=COPY, FORCE',
        'FORCE',
        'LOCK=SHARED',
        'AUTO_INCREMENT = 7',
      ],
      ...[
        'ROW_FORMAT=COMPACT KEY_BLOCK_SIZE=0',
        'STATS_AUTO_RECALC=DEFAULT',
        'DISABLE KEYS',
        'ENABLE KEYS',
        "COMMENT 'c' CHARACTER SET latin1",
        'MAX_ROWS=5 DEFAULT CHARSET utf8mb4',
      ],
      ...(this.#flavour === 'mysql'
        ? ['WITHOUT VALIDATION', "SECONDARY_ENGINE_ATTRIBUTE '{}'"]
        : ['ADD SYSTEM VERSIONING', 'DROP SYSTEM VERSIONING', 'PAGE_CHECKSUM=1']),
    ])
  }

  /** A statement of another kind on a table that exists. */
  other(table: string, newName: string): string {
    const dice = this.#dice
    const isMaria = this.#flavour === 'mariadb'
    switch (dice.below(8)) {
      case 0:
        return `CREATE ${dice.maybe('UNIQUE ')}INDEX ix${dice.below(9)} ON ${table} (id2, id)`
      case 1:
        return `DROP INDEX ${isMaria ? 'IF EXISTS ' : ''}u ON ${table}`
      case 2:
        return dice.pick([
          `RENAME TABLE ${isMaria ? dice.maybe('IF EXISTS ') : ''}${table} TO ${newName}`,
          `RENAME TABLE ${table} TO ${newName}, ${newName} TO \`${newName}_\`, \`${newName}_\` TO ${table}`,
          `rename table ${table} to e.${newName}, e.${newName} to ${table}`,
        ])
      case 3:
        return dice.pick([
          `TRUNCATE TABLE ${table}`,
          `TRUNCATE ${table}`,
          `ANALYZE TABLE ${table}`,
          `OPTIMIZE TABLE ${table}`,
        ])
      case 4:
        return `CREATE TABLE ${newName} ${dice.pick([`LIKE ${table}`, `(LIKE ${table})`])}`
      case 5:
        return `CREATE TABLE ${newName} ${dice.pick(['', 'AS ', '(zz INT) ', "COMMENT 'q' CHARSET latin2 "])}SELECT * FROM ${table}`
      case 6:
        return dice.pick([
          `ALTER TABLE ${table} PARTITION BY HASH (id) PARTITIONS 2`,
          `ALTER TABLE ${table} REMOVE PARTITIONING`,
          `ALTER TABLE ${table} ADD PARTITION PARTITIONS 1`,
          `ALTER TABLE ${table} ADD pp INT, COMMENT 'z' PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (5) COMMENT = 'p', PARTITION p1 VALUES LESS THAN MAXVALUE)`,
          `ALTER TABLE ${table} COALESCE PARTITION 1`,
          `ALTER TABLE ${table} REBUILD PARTITION ALL`,
        ])
      default:
        return `DROP TABLE ${dice.pick([table, `IF EXISTS ${table}, nosuch`, `${table} CASCADE`])}`
    }
  }

  /** A statement about a database. */
  database(): string {
    const dice = this.#dice
    return dice.pick([
      `ALTER DATABASE d ${dice.maybe('DEFAULT ')}${randomDatabaseCharset(dice)}`,
      'CREATE DATABASE IF NOT EXISTS d',
      `ALTER SCHEMA ${randomDatabaseCharset(dice)}`,
    ])
  }
}
