import { describe, expect, it } from 'vitest'
import { MysqlDdlError } from '../../src/ddl/ddl-error.ts'
import { ddlSqlMode } from '../../src/ddl/session.ts'
import { DdlLab } from './read.ts'

function lab(...statements: string[]): DdlLab {
  const it = new DdlLab()
  for (const statement of statements) it.run(statement)
  return it
}

describe('CREATE TABLE', () => {
  it('reads generated columns, checks and invisible columns', () => {
    const shown = lab(`CREATE TABLE t (
      a INT PRIMARY KEY, b INT AS (a * (1 + 2)) VIRTUAL NOT NULL, c VARCHAR(20) GENERATED ALWAYS AS (concat('x,', ')', a)) STORED,
      d INT INVISIBLE DEFAULT 4 CHECK (d > 0) NOT ENFORCED, CONSTRAINT ck CHECK (a > 0), CHECK (b <> c) ENFORCED,
      KEY ((a + 1)), UNIQUE KEY f ((CAST(a AS UNSIGNED ARRAY))), INDEX i (d) INVISIBLE) ENGINE=InnoDB`).show('t')
    expect(shown).toEqual(['a INT NN', 'b INT NN GEN', 'c VARCHAR(20) utf8mb4 GEN', 'd INT =4', 'key a'])
  })

  it('reads partitions and subpartitions', () => {
    const shown = lab(`CREATE TABLE p (id INT, d DATE, PRIMARY KEY (id, d)) ENGINE=InnoDB PARTITION BY RANGE (YEAR(d))
      SUBPARTITION BY HASH (TO_DAYS(d)) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (1990) COMMENT='x', PARTITION p1 VALUES LESS THAN MAXVALUE)`)
    expect(shown.show('p')).toEqual(['id INT NN', 'd DATE NN', 'key id,d'])
  })

  it('reads partitions in a versioned comment, and gives the text without its end mark, as Debezium', () => {
    const sql = 'CREATE TABLE `p` (`id` int NOT NULL)\n/*!50100 PARTITION BY HASH (`id`)\nPARTITIONS 2 */'
    const [statement] = new DdlLab().read(sql)
    expect(statement).toMatchObject({ kind: 'tables', events: [{ ddl: sql.slice(0, -3) }] })
  })

  it('inherits character sets from column, table, database, server in that order', () => {
    const shown = lab(
      'CREATE DATABASE d CHARACTER SET latin2',
      `CREATE TABLE t (a CHAR(1), b TEXT CHARACTER SET utf16, c TEXT COLLATE cp1251_bin, n NATIONAL VARCHAR(3), e ENUM('x') CHARSET ascii)`,
      'CREATE TABLE u (a TEXT) COLLATE=koi8r_bin',
      'CREATE TABLE other.v (a TEXT)',
    )
    expect(shown.show('t')).toEqual([
      'a CHAR(1) latin2',
      'b TEXT utf16',
      'c TEXT cp1251',
      'n NATIONAL VARCHAR(3) utf8',
      'e ENUM(1) ascii',
      'key ',
    ])
    expect(shown.show('u')).toEqual(['a TEXT koi8r', 'key '])
    expect(shown.show('other.v')).toEqual(['a TEXT utf8mb4', 'key '])
  })

  it('unescapes labels', () => {
    const made = lab(`CREATE TABLE t (e ENUM('a''b', "c,d", 'e\\'f', '(', 'ü', '\\\\'))`)
    const [column] = made.tables.get('d.t')?.columns ?? []
    expect(column?.enumValues).toEqual(["a'b", 'c,d', "e'f", '(', 'ü', '\\'])
    expect(column?.enumLiterals).toEqual(["'a''b'", '"c,d"', "'e\\'f'", "'('", "'ü'", "'\\\\'"])
  })

  it('keeps backslashes in labels with NO_BACKSLASH_ESCAPES', () => {
    const made = new DdlLab()
    made.sqlMode = 'STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES'
    made.run(`CREATE TABLE t (e ENUM('a\\','b'))`)
    expect(made.tables.get('d.t')?.columns[0]?.enumValues).toEqual(['a\\', 'b'])
  })

  it('reads defaults of every kind', () => {
    const shown =
      lab(`CREATE TABLE t (a INT DEFAULT -5, b BIT(3) DEFAULT b'101', c BINARY(2) DEFAULT x'4142', d VARCHAR(9) DEFAULT _latin1'q',
      e CHAR(36) DEFAULT (uuid()), f JSON DEFAULT (JSON_ARRAY(1, ')')), g TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      h DATETIME DEFAULT NOW(), i DECIMAL(5,2) DEFAULT +1.50, j BOOL DEFAULT FALSE, k FLOAT DEFAULT 1e3, l CHAR(1) DEFAULT '''',
      m INT NOT NULL DEFAULT (1 + 1), n VARCHAR(3) DEFAULT N'n')`)
    expect(shown.show('t')).toEqual([
      'a INT =-5',
      'b BIT(3) =101',
      "c BINARY(2) =x'4142'",
      'd VARCHAR(9) utf8mb4 =q',
      'e CHAR(36) utf8mb4',
      'f JSON',
      'g TIMESTAMP(6) AI =1970-01-01 00:00:00',
      'h DATETIME =1970-01-01 00:00:00',
      'i DECIMAL(5,2) =1.50',
      'j BOOL =FALSE',
      'k FLOAT =1e3',
      "l CHAR(1) utf8mb4 =''",
      'm INT NN',
      'n VARCHAR(3) utf8mb4 =n',
      'key ',
    ])
  })

  it('takes words that are no reserved words as names', () => {
    const shown = lab(
      'CREATE TABLE user (comment TEXT, date DATE, type INT, status INT, `key` INT, period INT, vector INT, offset INT, partition_x INT, 1st INT, ünï INT, visible INT)',
    )
    expect(shown.show('user')).toHaveLength(13)
    expect(shown.show('user')[9]).toBe('1st INT')
  })

  it('reads attributes for engines, spatial systems and foreign keys', () => {
    const shown =
      lab(`CREATE TABLE t (id SERIAL, p POINT NOT NULL SRID 4326, r INT REFERENCES o (id) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE,
      s INT COLUMN_FORMAT FIXED STORAGE DISK ENGINE_ATTRIBUTE='{"a":1}' SECONDARY_ENGINE_ATTRIBUTE = '{}', v VECTOR(3), x INT NOT SECONDARY,
      CONSTRAINT FOREIGN KEY fk (r) REFERENCES d2.o (id, \`b\`) ON DELETE NO ACTION, FULLTEXT KEY ft (s) WITH PARSER ngram, SPATIAL INDEX (p))
      TABLESPACE ts STORAGE DISK, UNION=(a,b), DATA DIRECTORY='/x', SECONDARY_ENGINE=NULL, AUTOEXTEND_SIZE=4M`)
    expect(shown.show('t')).toEqual([
      'id BIGINT UNSIGNED NN AI',
      'p POINT NN',
      'r INT',
      's INT',
      'v VECTOR(3)',
      'x INT',
      'key id',
    ])
  })

  it('copies with LIKE, with and without parentheses, over databases', () => {
    const shown = lab('CREATE TABLE a (x INT KEY)', 'CREATE TABLE e.b LIKE a', 'CREATE TABLE c (LIKE e.b)')
    expect(shown.show('e.b')).toEqual(['x INT NN', 'key x'])
    expect(shown.show('c')).toEqual(['x INT NN', 'key x'])
  })

  it('names the table that LIKE does not find', () => {
    expect(new DdlLab().read('CREATE TABLE a LIKE b')).toMatchObject([
      { changes: [], unknownTables: [{ database: 'd', name: 'b' }] },
    ])
  })

  it('reads a statement that the server expanded from a query', () => {
    expect(lab('CREATE TABLE `c` (`a` int DEFAULT NULL) START TRANSACTION DEFAULT CHARSET=latin1').show('c')).toEqual([
      'a INT',
      'key ',
    ])
  })

  it('refuses columns that come from a query', () => {
    expect(() => new DdlLab().read('CREATE TABLE c (a INT) AS SELECT 1 AS b')).toThrow(MysqlDdlError)
    expect(() => new DdlLab().read('CREATE TABLE c SELECT 1 AS b')).toThrow(MysqlDdlError)
  })

  it('does nothing with IF NOT EXISTS on a table that exists', () => {
    expect(lab('CREATE TABLE t (a INT)', 'CREATE TABLE IF NOT EXISTS t (b INT)').show('t')).toEqual(['a INT', 'key '])
  })

  it('takes a unique key without NULLs as the key only while there is no primary key', () => {
    expect(lab('CREATE TABLE t (a INT, b INT NOT NULL, UNIQUE (a), UNIQUE (b))').show('t')).toContain('key b')
    expect(lab('CREATE TABLE t (b INT NOT NULL UNIQUE, c INT, PRIMARY KEY USING BTREE (c))').show('t')).toContain(
      'key c',
    )
  })

  // As the real Debezium records it.
  it.each([
    ['CREATE TABLE t (a INT UNIQUE, b INT)', 'key a'],
    ['CREATE TABLE t (a INT UNIQUE NULL, b INT NOT NULL UNIQUE)', 'key a'],
    ['CREATE TABLE t (UNIQUE KEY u (a), a INT NOT NULL, b INT UNIQUE KEY)', 'key b'],
    ['CREATE TABLE t (a INT UNIQUE, b INT NOT NULL, PRIMARY KEY (b))', 'key b'],
    ['CREATE TABLE t (s SERIAL, a INT UNIQUE)', 'key s'],
  ])('takes the first column that is UNIQUE by an attribute: %s', (sql, key) => {
    expect(lab(sql).show('t')).toContain(key)
  })
})

describe('ALTER TABLE', () => {
  const base = 'CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(9), c INT)'

  it('adds, moves, changes and drops columns in order', () => {
    const shown = lab(
      base,
      'ALTER TABLE t ADD d INT',
      'ALTER TABLE t ADD COLUMN x INT FIRST, ADD y INT AFTER b, CHANGE COLUMN c cc BIGINT FIRST, MODIFY b TEXT AFTER y, DROP COLUMN d',
    )
    expect(shown.show('t')).toEqual(['cc BIGINT', 'x INT', 'a INT NN', 'y INT', 'b TEXT utf8mb4', 'key a'])
  })

  it('swaps names by RENAME COLUMN', () => {
    expect(lab(base, 'ALTER TABLE t RENAME COLUMN a TO c, RENAME COLUMN c TO a').show('t')).toEqual([
      'c INT NN',
      'b VARCHAR(9) utf8mb4',
      'a INT',
      'key c',
    ])
  })

  it('compares column names without case; MODIFY writes the name anew, as the server does', () => {
    expect(lab(base, 'ALTER TABLE t MODIFY B INT, DROP C').show('t')).toEqual(['a INT NN', 'B INT', 'key a'])
  })

  it('adds and drops keys', () => {
    const made = lab(base, 'ALTER TABLE t DROP PRIMARY KEY, ADD CONSTRAINT pk PRIMARY KEY (c, a) USING BTREE')
    expect(made.show('t')).toContain('key c,a')
    made.run('ALTER TABLE t DROP PRIMARY KEY, ADD UNIQUE KEY u (b), ADD UNIQUE INDEX v (a)')
    expect(made.show('t')).toContain('key a')
  })

  it.each(['ADD b INT NOT NULL UNIQUE', 'MODIFY a INT UNIQUE', 'CHANGE a a INT NOT NULL UNIQUE KEY', 'ADD (b SERIAL)'])(
    'makes a key of the attribute UNIQUE for MariaDB only, as Debezium: %s',
    (action) => {
      const [made, maria] = [lab('CREATE TABLE t (a INT)'), lab('CREATE TABLE t (a INT)')]
      made.run(`ALTER TABLE t ${action}`)
      expect(made.show('t').at(-1)).toBe('key ')
      maria.flavour = 'mariadb'
      maria.run(`ALTER TABLE t ${action}`)
      expect(maria.show('t').at(-1)).toBe(`key ${action.startsWith('ADD') ? 'b' : 'a'}`)
    },
  )

  it('drops the primary key by its name, as the server does', () => {
    for (const words of ['CONSTRAINT', 'INDEX', 'KEY'])
      expect(lab(base, `ALTER TABLE t DROP ${words} \`PRIMARY\``).show('t').at(-1), words).toBe('key ')
  })

  it('keeps a stated default character set beside a conversion', () => {
    const made = lab(base)
    made.charsets = 'tracked'
    made.run('ALTER TABLE t DEFAULT CHARACTER SET latin1, ADD x CHAR(1), CONVERT TO CHARACTER SET koi8r')
    made.run('ALTER TABLE t ADD y CHAR(1)')
    expect(made.show('t')).toEqual(expect.arrayContaining(['x CHAR(1) koi8r', 'y CHAR(1) latin1']))
  })

  it('reads actions that change no row', () => {
    const made = lab(base)
    const before = made.show('t')
    for (const actions of [
      'ADD INDEX i (b(3) DESC) COMMENT "x" VISIBLE, RENAME INDEX i TO j, RENAME KEY j TO k, DROP KEY k',
      'ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES o (id) ON DELETE CASCADE, DROP FOREIGN KEY fk, ADD FULLTEXT INDEX f (b) WITH PARSER ngram',
      'ADD CHECK (a > 0), ALTER CHECK ck NOT ENFORCED, DROP CHECK ck, DROP CONSTRAINT ck, ALTER INDEX i INVISIBLE',
      'ENGINE=InnoDB, AUTO_INCREMENT = 7, ROW_FORMAT=DYNAMIC KEY_BLOCK_SIZE 8, STATS_PERSISTENT=DEFAULT',
      'ORDER BY a, b DESC',
      'ALGORITHM=INSTANT, LOCK=NONE, FORCE, WITH VALIDATION',
      'DISCARD TABLESPACE',
      'ADD PARTITION (PARTITION p2 VALUES LESS THAN (10), PARTITION p3 VALUES IN (1,2))',
      'EXCHANGE PARTITION p0 WITH TABLE u WITHOUT VALIDATION',
      'PARTITION BY HASH(a) PARTITIONS 4',
      'REMOVE PARTITIONING',
      'DROP PARTITION p0, p1',
      'ALTER COLUMN b SET INVISIBLE, SECONDARY_LOAD',
    ]) {
      made.run(`ALTER TABLE t ${actions}`)
      expect(made.show('t'), actions).toEqual(before)
    }
  })

  it('reads partitions behind an action without a comma', () => {
    const made = lab(
      base,
      'ALTER TABLE t ADD e INT PARTITION BY HASH (a) PARTITIONS 2',
      'ALTER TABLE t ADD f INT NOT NULL REMOVE PARTITIONING',
    )
    expect(made.show('t').slice(3)).toEqual(['e INT', 'f INT NN', 'key a'])
  })

  it('publishes a unique index that makes the key from its word UNIQUE on, and reads that again', () => {
    const made = lab('CREATE TABLE t (a INT NOT NULL)')
    expect(made.run('CREATE UNIQUE INDEX u ON t (a)')).toMatchObject([{ events: [{ ddl: 'UNIQUE INDEX u ON t (a)' }] }])
    expect(lab('CREATE TABLE t (a INT NOT NULL)', 'UNIQUE INDEX u ON t (a)').show('t')).toContain('key a')
    expect(made.run('DROP INDEX `PRIMARY` ON t')).toMatchObject([{ events: [] }])
    expect(made.show('t')).toContain('key ')
  })

  it('converts character sets', () => {
    const made = lab('CREATE TABLE t (a VARCHAR(3), b BLOB, c TEXT CHARACTER SET utf16)')
    made.run('ALTER TABLE t CONVERT TO CHARACTER SET latin1 COLLATE latin1_bin')
    expect(made.show('t')).toEqual(['a VARCHAR(3) latin1', 'b BLOB', 'c TEXT latin1', 'key '])
  })

  it('takes over a new default character set where table maps have none', () => {
    const made = new DdlLab()
    made.serverVersion = '10.11.6-MariaDB'
    made.flavour = 'mariadb'
    made.run('CREATE TABLE t (a TEXT)')
    made.run('ALTER TABLE t DEFAULT CHARACTER SET = latin1, ADD b TEXT')
    expect(made.show('t')).toEqual(['a TEXT utf8mb4', 'b TEXT latin1', 'key '])
  })

  it('renames into another database', () => {
    const made = lab(base, 'ALTER TABLE t ADD z INT, RENAME AS e.u')
    expect(made.show('t')).toEqual(['no such table'])
    expect(made.show('e.u')).toHaveLength(5)
    expect(lab(base, 'ALTER TABLE t RENAME = u').show('u')).toHaveLength(4)
  })

  it('reports a table it does not know', () => {
    expect(new DdlLab().read('ALTER TABLE nosuch ADD a INT')).toMatchObject([
      { changes: [], unknownTables: [{ database: 'd', name: 'nosuch' }] },
    ])
  })

  it('refuses what it does not understand', () => {
    const made = lab(base)
    for (const sql of [
      'ALTER TABLE t ADD COLUMN x',
      'ALTER TABLE t ADD x NOSUCHTYPE',
      'ALTER TABLE t DROP nosuch',
      'ALTER TABLE t ADD x INT AFTER nosuch',
      'ALTER TABLE t ADD x INT FROBNICATED',
      'ALTER TABLE t MODIFY nosuch INT',
      "ALTER TABLE t ADD x INT DEFAULT 'open",
      'CREATE TABLE x (a INT, b INT',
      'CREATE EXTERNAL TABLE x (a INT)',
    ]) {
      expect(() => made.read(sql), sql).toThrow(MysqlDdlError)
    }
  })

  it('keeps literals out of its messages', () => {
    try {
      new DdlLab().read("CREATE TABLE t (a TEXT DEFAULT 'secret' NOSUCH)")
      expect.unreachable()
    } catch (error) {
      expect((error as Error).message).not.toContain('secret')
      expect(error).toMatchObject({ code: 'MYSQL_DDL_UNREADABLE' })
    }
  })
})

describe('other statements', () => {
  it('drops, renames, truncates', () => {
    const made = lab(
      'CREATE TABLE a (x INT)',
      'CREATE TABLE `b``c` (x INT)',
      'RENAME TABLE a TO tmp, `b``c` TO a, tmp TO `b``c`',
    )
    expect([...made.tables.keys()].sort()).toEqual(['d.a', 'd.b`c'])
    expect(made.run('DROP TABLE IF EXISTS a, `b``c` CASCADE')).toMatchObject([
      { events: [{ ddl: 'DROP TABLE IF EXISTS `d`.`a`' }, { ddl: 'DROP TABLE IF EXISTS `d`.`b``c`' }] },
    ])
    expect(made.tables.size).toBe(0)
    expect(made.run('TRUNCATE e.`x y`')).toMatchObject([{ kind: 'truncate', table: { database: 'e', name: 'x y' } }])
  })

  it('takes a unique index as key', () => {
    expect(
      lab('CREATE TABLE t (a INT NOT NULL)', 'CREATE UNIQUE INDEX u USING BTREE ON t (a DESC)').show('t'),
    ).toContain('key a')
    expect(lab('CREATE TABLE t (a INT NOT NULL)', 'CREATE INDEX u ON t (a)').show('t')).toContain('key ')
  })

  it('reads databases, USE and SET', () => {
    const made = new DdlLab()
    expect(
      made.read('CREATE SCHEMA IF NOT EXISTS `x` DEFAULT CHARACTER SET = latin1 COLLATE latin1_bin'),
    ).toMatchObject([{ kind: 'database', action: 'create', database: 'x', charset: 'latin1' }])
    expect(made.read('ALTER DATABASE COLLATE utf8mb4_bin')).toMatchObject([
      { action: 'alter', database: 'd', charset: 'utf8mb4' },
    ])
    expect(made.read('drop database if exists x')).toMatchObject([{ action: 'drop', database: 'x' }])
    expect(made.read('USE `we ird`')).toMatchObject([{ kind: 'use', database: 'we ird' }])
    expect(made.read("SET @@GLOBAL.x = 'a', SESSION y=1, @z := (1 + 2), character_set_server=utf8mb4")).toMatchObject([
      {
        kind: 'set',
        assignments: [
          { scope: 'global', name: 'x', value: 'a' },
          { scope: 'session', name: 'y', value: '1' },
          { scope: 'user', name: 'z', value: '(1 + 2)' },
          { scope: 'session', name: 'character_set_server', value: 'utf8mb4' },
        ],
      },
    ])
    expect(made.read("SET PASSWORD FOR 'u'@'%' = 'x'")).toEqual([{ kind: 'harmless', what: 'SET' }])
  })

  it('reads several statements of one text, each with what the ones before made', () => {
    const made = new DdlLab()
    made.run('USE e; CREATE TABLE t (a INT); ALTER TABLE t ADD b INT;; CREATE TABLE u LIKE t;')
    expect(made.show('e.u')).toEqual(['a INT', 'b INT', 'key '])
  })

  it('leaves alone what changes no table', () => {
    const made = new DdlLab()
    for (const [sql, what] of [
      [
        'CREATE DEFINER=`root`@`%` PROCEDURE p() BEGIN CREATE TABLE inside (a INT); ALTER TABLE x DROP y; END',
        'PROCEDURE',
      ],
      ['CREATE ALGORITHM=UNDEFINED DEFINER=CURRENT_USER SQL SECURITY DEFINER VIEW v AS TABLE t', 'VIEW'],
      ['CREATE OR REPLACE VIEW v AS SELECT 1', 'VIEW'],
      ["CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'x'", 'FUNCTION'],
      ['CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW SET @a = 1', 'TRIGGER'],
      ['DROP TEMPORARY TABLE IF EXISTS x', 'TEMPORARY_TABLE'],
      ['CREATE TEMPORARY TABLE x (a INT)', 'TEMPORARY_TABLE'],
      ["INSERT INTO t VALUES ('unclosed", 'DML'],
      ['BEGIN', 'TRANSACTION'],
      ["XA START X'61',X'',1", 'TRANSACTION'],
      ['# Dummy event replacing event type 163', undefined],
      ['SAVEPOINT `s`', 'TRANSACTION'],
      ['FLUSH TABLES', 'FLUSH'],
      ['CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST "h")', 'SERVER'],
      ['frobnicate the disk', 'UNKNOWN'],
      ['ALTER USER u IDENTIFIED BY "x"', 'USER'],
    ] as const) {
      const [statement] = made.read(sql)
      expect(statement?.kind === 'harmless' ? statement.what : statement?.kind, sql).toBe(what)
    }
  })
})

describe('the dialect', () => {
  it('reads quoted names by sql_mode', () => {
    const made = new DdlLab()
    made.sqlMode = 'ANSI_QUOTES'
    made.run('CREATE TABLE "t" ("a ""b" INT, `c"` INT)')
    expect(made.show('t')).toEqual(['a "b INT', 'c" INT', 'key '])
    made.sqlMode = ''
    expect(() => made.read('CREATE TABLE "t" (a INT)')).toThrow(MysqlDdlError)
  })

  it('runs versioned comments of its version only, nested ones too', () => {
    const sql =
      'CREATE TABLE t (a INT /*!80023 INVISIBLE */ /*!999999 FROB /* x */ NICATED */, /*!50000 b INT, /*!80000 c INT, */ */ d INT /* no */)'
    expect(lab(sql).show('t')).toEqual(['a INT', 'b INT', 'c INT', 'd INT', 'key '])
  })

  it('runs versioned comments as MariaDB does', () => {
    const made = new DdlLab()
    made.flavour = 'mariadb'
    made.serverVersion = '10.11.6-MariaDB-log'
    made.run(
      'CREATE TABLE t (a INT /*!80023 FROB */ /*M!100100 , b INT */ /*!100600 , c INT */ /*M!120000 , x INT */ /*! , d INT */)',
    )
    expect(made.show('t')).toEqual(['a INT', 'b INT', 'c INT', 'd INT', 'key '])
    expect(lab('CREATE TABLE t (a INT /*M!100100 , b INT */)').show('t')).toEqual(['a INT', 'key '])
  })

  it('reads comments to the end of the line', () => {
    expect(lab("CREATE TABLE t -- it's\n (a INT, # ) \n b INT --\n)").show('t')).toEqual(['a INT', 'b INT', 'key '])
  })

  it('gives the text of a statement without what stands around it', () => {
    expect(new DdlLab().read('/* lead */ CREATE TABLE t (a INT) /* mid */ COMMENT="c -- d" -- tail')).toMatchObject([
      { events: [{ ddl: 'CREATE TABLE t (a INT) /* mid */ COMMENT="c -- d"' }] },
    ])
  })
})

describe('MariaDB', () => {
  it('reads its own grammar', () => {
    const made = new DdlLab()
    made.flavour = 'mariadb'
    made.serverVersion = '11.8.2-MariaDB'
    made.run(`CREATE OR REPLACE TABLE t (id UUID DEFAULT uuid() PRIMARY KEY, a INET6, b BLOB COMPRESSED, c BIGINT DEFAULT nextval(\`d\`.\`s\`),
      d TIMESTAMP(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6), s TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
      e TIMESTAMP(6) AS ROW END INVISIBLE, v VECTOR(4) NOT NULL, p1 DATE, p2 DATE, x INT WITHOUT SYSTEM VERSIONING,
      PERIOD FOR SYSTEM_TIME (s, e), PERIOD FOR app (p1, p2), VECTOR INDEX (v) M=6 DISTANCE=euclidean,
      UNIQUE (x, app WITHOUT OVERLAPS), KEY k (a) IGNORED) WITH SYSTEM VERSIONING PAGE_COMPRESSED=1 PARTITION BY SYSTEM_TIME`)
    expect(made.show('t').slice(0, 4)).toEqual(['id UUID NN', 'a INET6', 'b BLOB', 'c BIGINT'])
    made.run(
      'ALTER ONLINE TABLE IF EXISTS t NOWAIT ADD COLUMN IF NOT EXISTS a INT, DROP COLUMN IF EXISTS zz, ADD COLUMN IF NOT EXISTS n INT, DROP SYSTEM VERSIONING',
    )
    expect(made.show('t')).toContain('n INT')
    made.run('SET STATEMENT max_statement_time=1000 FOR ALTER TABLE t DROP IF EXISTS n')
    expect(made.show('t')).not.toContain('n INT')
    expect(made.read('CREATE SEQUENCE s START WITH 1')).toEqual([{ kind: 'harmless', what: 'SEQUENCE' }])
  })

  it('reads defaults that are expressions without parentheses', () => {
    const made = new DdlLab()
    made.flavour = 'mariadb'
    made.run(
      "CREATE TABLE t (a INT DEFAULT CASE 1 WHEN 1 THEN CASE WHEN 2 THEN 3 END ELSE 4 END NOT NULL COMMENT 'x', b INT DEFAULT abs(-1))",
    )
    expect(made.show('t')).toEqual(['a INT NN', 'b INT', 'key '])
    expect(() => made.run('CREATE TABLE u (a INT DEFAULT CASE 1 WHEN 1 THEN 2)')).toThrow(MysqlDdlError)
  })

  it("has Oracle's types in that mode, and other modes' types behind their names", () => {
    const made = new DdlLab()
    made.flavour = 'mariadb'
    made.sqlMode = ddlSqlMode(0x200n)
    made.run(
      'CREATE TABLE t (a DATE, b NUMBER, c NUMBER(5), d NUMBER(7,2), e VARCHAR2(9), f RAW(6), g CLOB, h BLOB, i mariadb_schema.DATE, "j j" INT)',
    )
    expect(made.show('t').slice(0, -1)).toEqual([
      ...['a DATETIME', 'b DOUBLE', 'c DECIMAL(5,0)', 'd DECIMAL(7,2)', 'e VARCHAR(9) utf8mb4', 'f VARBINARY(6)'],
      ...['g LONGTEXT utf8mb4', 'h LONGBLOB', 'i DATE', 'j j INT'],
    ])
    made.sqlMode = ''
    made.run('CREATE TABLE u (a oracle_schema.DATE, b maxdb_schema.TIMESTAMP, c mariadb_schema.TIMESTAMP, d DATE)')
    expect(made.show('u').slice(0, -1)).toEqual(['a DATETIME', 'b DATETIME', 'c TIMESTAMP', 'd DATE'])
    made.sqlMode = ddlSqlMode(0x1000n)
    made.run('ALTER TABLE u ADD e TIMESTAMP(3)')
    expect(made.show('u')).toContain('e DATETIME(3)')
  })

  it('keeps spaces behind labels that are bytes', () => {
    const made = lab("CREATE TABLE t (a ENUM('a ', 'b') CHARACTER SET binary, b ENUM('a ', 'b'))")
    expect(made.tables.get('d.t')?.columns.map(({ enumValues }) => enumValues)).toEqual([
      ['a ', 'b'],
      ['a', 'b'],
    ])
  })
})
