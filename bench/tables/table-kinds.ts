// Tables that strain other parts of the hot path than the ten plain columns do: many columns, JSON, text that must be converted, large values,
// and transactions that the server compresses.

/** A table and how its backlog is written. `{first}` and `{count}` stand for the ids in `insert`. */
export interface TableKind {
  readonly name: string
  readonly rows: number
  readonly perTransaction: number
  /** Columns behind `id BIGINT NOT NULL PRIMARY KEY`. */
  readonly columns: string
  /** The select list behind the id `i`. */
  readonly values: string
  /** Options of CREATE TABLE. */
  readonly options?: string
  /** Before the transactions of this kind. */
  readonly session?: string
}

const TEN_COLUMNS = `customer_id INT NOT NULL, status VARCHAR(20) NOT NULL, email VARCHAR(63) NOT NULL, note VARCHAR(60) NULL,
  amount DECIMAL(10,2) NOT NULL, quantity SMALLINT UNSIGNED NOT NULL, is_gift TINYINT(1) NOT NULL, created_at DATETIME(6) NOT NULL,
  updated_at TIMESTAMP(3) NULL`

const TEN_VALUES = `(i * 7919) % 2000000, ELT(1 + i % 4, 'open', 'paid', 'sent', 'done'), CONCAT('c', i % 100000, '@example.com'),
  IF(i % 8 = 0, NULL, SUBSTR('Leave it "at the door", çift kapı', 1 + i % 8)), ((i * 31) % 9000000) / 100, 1 + i % 40, i % 2,
  '2024-01-01' + INTERVAL i SECOND + INTERVAL (i * 997) % 1000000 MICROSECOND,
  '2025-06-15 12:00:00' + INTERVAL i SECOND + INTERVAL (i % 1000) * 1000 MICROSECOND`

/** Column `n` of forty, and its value. */
const WIDE: readonly (readonly [type: string, value: string])[] = Array.from({ length: 39 }, (_, n) => {
  const kinds = [
    ['INT NOT NULL', `i * ${n + 3} % 1000000`],
    ['VARCHAR(40) NULL', `IF(i % 7 = 0, NULL, CONCAT('value ', i % 1000, ' of ${n}'))`],
    ['DECIMAL(12,3) NOT NULL', `(i % 100000) / ${n + 7}`],
    ['DATETIME(3) NOT NULL', `'2024-01-01' + INTERVAL i * ${n + 1} SECOND`],
  ] as const
  return kinds[n % kinds.length]!
})

/** All kinds; the first is what the others are compared with. */
export const TABLE_KINDS: readonly TableKind[] = [
  { name: 'ten columns', rows: 400_000, perTransaction: 10_000, columns: TEN_COLUMNS, values: TEN_VALUES },
  {
    name: 'ten columns, compressed transactions',
    rows: 400_000,
    perTransaction: 10_000,
    columns: TEN_COLUMNS,
    values: TEN_VALUES,
    session: 'SET SESSION binlog_transaction_compression = ON',
  },
  {
    name: 'forty columns',
    rows: 100_000,
    perTransaction: 10_000,
    columns: WIDE.map(([type], n) => `c${n} ${type}`).join(', '),
    values: WIDE.map(([, value]) => value).join(', '),
  },
  {
    name: 'JSON',
    rows: 100_000,
    perTransaction: 10_000,
    columns: 'doc JSON NOT NULL, more JSON NULL',
    values: `JSON_OBJECT('name', CONCAT('n', i), 'tags', JSON_ARRAY('a', 'b', i % 10), 'price', i / 7, 'nested', JSON_OBJECT('ok', i % 2 = 0, 'text', REPEAT('x', i % 50))),
      IF(i % 3 = 0, NULL, JSON_ARRAY(i, i + 1, i + 2, NULL, 'long text of a list', 1.5e10))`,
  },
  {
    name: 'latin1 text',
    rows: 200_000,
    perTransaction: 10_000,
    columns: 'title VARCHAR(80) NOT NULL, body TEXT NOT NULL',
    values: `CONCAT('Überschrift ', i), REPEAT('Größe, Länge, Höhe; ', 1 + i % 20)`,
    options: 'CHARACTER SET latin1',
  },
  {
    name: 'values of one megabyte',
    rows: 400,
    perTransaction: 20,
    columns: 'picture LONGBLOB NOT NULL',
    values: `REPEAT(UNHEX(SHA2(i, 256)), 32768)`,
  },
]

/** Name of a kind's table. */
export function tableOf(kind: TableKind): string {
  return `shop.kind${TABLE_KINDS.indexOf(kind)}`
}

/** Statements that make the table. */
export function createSql(kind: TableKind): string {
  return `CREATE TABLE ${tableOf(kind)} (id BIGINT NOT NULL PRIMARY KEY, ${kind.columns}) ${kind.options ?? ''};`
}

/** Statements that write all rows; the numbers come from the table `bench.numbers`. */
export function insertSql(kind: TableKind): string {
  const statements = kind.session === undefined ? [] : [kind.session]
  for (let first = 0; first < kind.rows; first += kind.perTransaction) {
    const count = Math.min(kind.perTransaction, kind.rows - first)
    statements.push(
      `INSERT INTO ${tableOf(kind)} SELECT i, ${kind.values} FROM (SELECT ${first} + 1 + n AS i FROM bench.numbers WHERE n < ${count}) AS ids ORDER BY i`,
    )
  }
  return `${statements.join(';\n')};`
}
