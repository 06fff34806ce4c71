// Random statements on one table, most of them such that a server takes them: the names are those of the table as it is.
import type { ColumnModel, TableModel } from '../../src/ddl/table-model.ts'
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

const NUMBER =
  /^(?:TINYINT|SMALLINT|MEDIUMINT|MIDDLEINT|INT\d?|INTEGER|BIGINT|DEC|DECIMAL|NUMERIC|FIXED|FLOAT\d?|DOUBLE|REAL)\b/

function isPlain(column: ColumnModel): boolean {
  return !column.isGenerated && isNotId(column)
}

/** Not one of those that hold most tables together. */
function isNotId({ name }: ColumnModel): boolean {
  return !/^id2?$/i.test(name)
}

function isNumber({ typeName, isGenerated }: ColumnModel): boolean {
  return NUMBER.test(typeName) && !isGenerated
}

/** Writes statements for one server. */
export class StatementWriter {
  readonly #dice: Dice
  readonly #flavour: Flavour
  /** Names that the statement in work has used up: of columns and new ones, in small letters. */
  readonly #used = new Set<string>()

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
    this.#used.clear()
    const actions = Array.from({ length: count }, () => this.#action(model))
    const isRename = dice.chance(25)
    if (isRename) actions.push(`RENAME ${dice.pick(['', 'TO ', 'AS ', '= '])}${newName}`)
    const words = this.#flavour === 'mariadb' ? dice.pick(['', '', '', 'ONLINE ', 'IGNORE ']) : ''
    const guard = this.#flavour === 'mariadb' ? dice.maybe('IF EXISTS ', 5) : ''
    // MariaDB: with NOWAIT and a new name the columns may be changed, the statement refused for a lock that is held, and nothing logged.
    const wait = this.#flavour === 'mariadb' && !isRename ? dice.pick(['', '', '', ' NOWAIT', ' WAIT 5']) : ''
    return `${dice.pick(['ALTER', 'alter', 'Alter /* x */'])} ${words}TABLE ${guard}${table}${wait} ${actions.join(', ')}`
  }

  /** A column that the statement has not touched, as far as there is one; of those that `fits` finds good, likewise. */
  #column(model: TableModel, fits: (column: ColumnModel) => boolean = () => true): ColumnModel {
    const dice = this.#dice
    const unused = model.columns.filter(({ name }) => !this.#used.has(name.toLowerCase()))
    const good = unused.filter(fits)
    const list = good.length > 0 && !dice.chance(20) ? good : unused.length > 0 ? unused : model.columns
    const column = dice.chance(30) ? dice.pick(model.columns) : dice.pick(list)
    this.#used.add(column.name.toLowerCase())
    return column
  }

  #written({ name }: ColumnModel): string {
    return quoted(this.#dice, this.#dice.chance(4) && /^\w+$/.test(name) ? name.toUpperCase() : name)
  }

  #existing(model: TableModel, fits?: (column: ColumnModel) => boolean): string {
    return this.#written(this.#column(model, fits))
  }

  /** A column for a key, which may be used any number of times. */
  #keyColumn(model: TableModel, fits: (column: ColumnModel) => boolean = isNumber): string {
    const list = model.columns.filter((column) => fits(column) && !this.#used.has(column.name.toLowerCase()))
    return list.length === 0 ? 'id2' : this.#written(this.#dice.pick(list))
  }

  #free(model: TableModel): string {
    const isTaken = (name: string) =>
      this.#used.has(name.toLowerCase()) ||
      model.columns.some((column) => column.name.toLowerCase() === name.toLowerCase())
    const free = NAMES.filter((name) => !isTaken(name))
    const name = free.length === 0 ? `n${this.#dice.below(99)}` : this.#dice.pick(free)
    this.#used.add(name.toLowerCase())
    return quoted(this.#dice, name)
  }

  #place(model: TableModel): string {
    const dice = this.#dice
    if (!dice.chance(2)) return ''
    return dice.chance(3) ? ' FIRST' : ` AFTER ${this.#keyColumn(model, () => true)}`
  }

  #guard(text: string): string {
    return this.#flavour === 'mariadb' ? this.#dice.maybe(text, 3) : ''
  }

  #action(model: TableModel): string {
    const dice = this.#dice
    const column = (old?: ColumnModel) => randomColumn(dice, this.#flavour, old === undefined)
    const guard = this.#guard('IF EXISTS ')
    switch (dice.below(18)) {
      case 0:
      case 1:
      case 2:
        return `ADD ${dice.maybe('COLUMN ')}${this.#guard('IF NOT EXISTS ')}${this.#free(model)} ${column()}${this.#place(model)}`
      case 3:
        return `ADD ${dice.maybe('COLUMN ')}(${this.#free(model)} ${column()}, ${this.#free(model)} INT${dice.maybe(`, INDEX (${this.#keyColumn(model)})`, 4)})`
      case 4:
        return `DROP ${dice.maybe('COLUMN ')}${guard}${this.#existing(model, isNotId)}${dice.maybe(dice.pick([' RESTRICT', ' CASCADE']), 6)}`
      case 5:
      case 6:
      case 7: {
        const old = this.#column(model, isPlain)
        return `MODIFY ${dice.maybe('COLUMN ')}${guard}${this.#written(old)} ${column(old)}${this.#place(model)}`
      }
      case 8:
      case 9: {
        const old = this.#column(model, isPlain)
        const name = dice.chance(3) ? this.#written(old) : this.#free(model)
        return `CHANGE ${dice.maybe('COLUMN ')}${guard}${this.#written(old)} ${name} ${column(old)}${this.#place(model)}`
      }
      case 10:
      case 11:
        return dice.chance(3)
          ? this.#swap(model)
          : `RENAME COLUMN ${guard}${this.#existing(model)} TO ${this.#free(model)}`
      case 12:
        return this.#defaultAction(model)
      case 13:
        return this.#keyAction(model)
      case 14:
        return this.#otherAction()
      case 15:
        return dice.pick([
          `CONVERT TO CHARACTER SET ${dice.pick(['utf8mb4', 'latin2', 'utf8mb4 COLLATE utf8mb4_bin', 'gbk', 'cp1251', 'utf8'])}`,
          'CONVERT TO CHARSET DEFAULT',
        ])
      default:
        return `${dice.maybe('DEFAULT ')}${randomTableCharset(dice)}`
    }
  }

  #defaultAction(model: TableModel): string {
    const dice = this.#dice
    const isMaria = this.#flavour === 'mariadb'
    const hasSimple = (column: ColumnModel) =>
      isPlain(column) && (isNumber(column) || /^(?:VAR)?CHAR\b/.test(column.typeName))
    const old = this.#column(model, hasSimple)
    const literals = isNumber(old)
      ? ["'5'", '5', '-1', '+2', '1.5', '1e0', 'TRUE', '0x01', "b'1'", '(1 + 1)', 'NULL']
      : ["'5'", "'a''b'", '"q"', "N'z'", "_latin1'x'", "x'41'", '7', "(concat('a'))", 'NULL', "''"]
    const actions = ['DROP DEFAULT', `SET DEFAULT ${dice.pick(literals)}`, `SET DEFAULT ${dice.pick(literals)}`]
    if (!isMaria) actions.push('SET INVISIBLE', 'SET VISIBLE')
    return `ALTER ${dice.maybe('COLUMN ')}${this.#guard('IF EXISTS ')}${this.#written(old)} ${dice.pick(actions)}`
  }

  #swap(model: TableModel): string {
    const [a, b, c] = [this.#existing(model), this.#existing(model), this.#existing(model)]
    return this.#dice.chance(2)
      ? `RENAME COLUMN ${a} TO ${b}, RENAME COLUMN ${b} TO ${a}`
      : `RENAME COLUMN ${a} TO ${b}, RENAME COLUMN ${b} TO ${c}, RENAME COLUMN ${c} TO ${a}`
  }

  #keyAction(model: TableModel): string {
    const key = this.#keyColumn(model)
    const other = this.#keyColumn(model, (column) => isNumber(column) && !column.isNullable)
    const dice = this.#dice
    const isMaria = this.#flavour === 'mariadb'
    const hasKey = model.primaryKey.length > 0
    return dice.pick([
      ...[
        hasKey ? 'DROP PRIMARY KEY' : `ADD PRIMARY KEY (${other})`,
        `${hasKey ? 'DROP PRIMARY KEY, ' : ''}ADD PRIMARY KEY (${other})`,
        `${hasKey ? 'DROP PRIMARY KEY, ' : ''}ADD CONSTRAINT pk PRIMARY KEY USING BTREE (${other})`,
      ],
      ...[
        `ADD UNIQUE u${dice.below(999)} (${key})`,
        `ADD INDEX i${dice.below(999)} (${key} DESC)`,
        'DROP INDEX u',
        `ADD UNIQUE INDEX (${other})`,
        `ADD KEY k${dice.below(999)} (${other} DESC) COMMENT "x"`,
      ],
      `ADD CONSTRAINT x${dice.below(99)} CHECK (1 > 0)${isMaria ? '' : dice.maybe(' NOT ENFORCED')}`,
      ...['ADD CHECK (2 > 0)', 'DROP CONSTRAINT x1', `ADD INDEX (${key}, ${other})`, `ADD PRIMARY KEY (${other})`],
      ...(isMaria
        ? [
            'DROP INDEX IF EXISTS u',
            `ADD INDEX IF NOT EXISTS i9 (${key})`,
            'DROP CONSTRAINT IF EXISTS x',
            'ALTER INDEX i9 IGNORED',
            `ADD UNIQUE KEY IF NOT EXISTS u9 (${key})`,
          ]
        : ['ALTER INDEX u VISIBLE', 'DROP CHECK x', `ADD INDEX ((1 + 1))`, `ADD UNIQUE ((${key} + 1), ${key})`]),
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
        ? ["SECONDARY_ENGINE_ATTRIBUTE '{}'"]
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
