// Column types with arbitraries of their values as SQL, for the property test against real servers.
import fc from 'fast-check'

/** One column: its definition, SQL expressions of random values, and what two forms of one value in JSON are brought into. */
export interface ColumnKind {
  readonly sql: string
  readonly values: fc.Arbitrary<string>
  readonly form: (json: string) => string
}

const same = (json: string): string => json

/** Characters of a text, none of which is beyond U+FFFF. */
const letters = (some: string): string[] => some.split('')

/** TIMESTAMP: the log keeps the zeros at the end of a fraction. */
function withoutFractionZeros(json: string): string {
  return json.replace(/\.(\d*?)0*Z"$/, (_all, digits) => (digits === '' ? 'Z"' : `.${digits}Z"`))
}

/** JSON: spaces, numbers and fractions of times are printed in two ways. */
function sameJson(json: string): string {
  if (json === 'null') return json
  return JSON.stringify(JSON.parse(JSON.parse(json) as string), (_key, value) =>
    typeof value === 'string'
      ? value.replace(/(\d\d:\d\d:\d\d)\.(\d*?)0*$/, (_all, head, digits) =>
          digits === '' ? head : `${head}.${digits}`,
        )
      : value,
  )
}

function kind(sql: string, values: fc.Arbitrary<string>, form = same): ColumnKind {
  return {
    sql,
    values: fc.oneof({ weight: 12, arbitrary: values }, { weight: 1, arbitrary: fc.constant('NULL') }),
    form,
  }
}

const hex = (bytes: Uint8Array): string => `x'${Buffer.from(bytes).toString('hex')}'`
const text = (value: string): string => `CONVERT(${hex(Buffer.from(value.toWellFormed()))} USING utf8mb4)`
const quoted = (value: string): string => `'${value}'`
const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')

/** Numbers near the ends of a range, near zero and anywhere in it. */
function whole(min: bigint, max: bigint): fc.Arbitrary<string> {
  const near = (value: bigint) =>
    fc.bigInt({ min: value - 2n < min ? min : value - 2n, max: value + 2n > max ? max : value + 2n })
  return fc.oneof(near(min), near(max), near(0n), fc.bigInt({ min, max })).map(String)
}

function integers(): ColumnKind[] {
  return (
    [
      ['TINYINT', 8n],
      ['SMALLINT', 16n],
      ['MEDIUMINT', 24n],
      ['INT', 32n],
      ['BIGINT', 64n],
    ] as const
  ).flatMap(([name, bits]) => {
    const signed = whole(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n)
    const unsigned = whole(0n, 2n ** bits - 1n)
    return [kind(name, signed), kind(`${name} UNSIGNED`, unsigned), kind(`${name}(5) ZEROFILL`, unsigned)]
  })
}

function decimals(): ColumnKind[] {
  const digits = (count: number) =>
    count === 0
      ? fc.constant('')
      : fc.oneof(
          fc.constantFrom('0'.repeat(count), '9'.repeat(count)),
          fc.stringMatching(new RegExp(`^[0-9]{${count}}$`)),
        )
  const sizes = [
    [1, 0],
    [1, 1],
    [5, 2],
    [9, 9],
    [10, 0],
    [18, 9],
    [19, 10],
    [20, 1],
    [30, 0],
    [38, 30],
    [65, 0],
    [65, 30],
  ] as const
  return [
    ...sizes.map(([precision, scale]) =>
      kind(
        `DECIMAL(${precision},${scale})`,
        fc
          .tuple(fc.constantFrom('', '-'), digits(precision - scale), digits(scale))
          .map(([sign, a, b]) => `${sign}${a || '0'}${b === '' ? '' : `.${b}`}`),
      ),
    ),
    kind(
      'DECIMAL(8,2) UNSIGNED',
      fc.nat({ max: 99_999_999 }).map((value) => (value / 100).toFixed(2)),
    ),
    kind(
      'DECIMAL(12,3) ZEROFILL',
      fc.nat({ max: 99_999_999 }).map((value) => (value / 1000).toFixed(3)),
    ),
  ]
}

function floats(): ColumnKind[] {
  const doubles = fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => (Object.is(value, -0) ? '-0e0' : value.toExponential()))
  const singles = fc
    .oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(3.402_823_466e38, -1.175_494_351e-38, 16_777_217, -0),
    )
    .map((value) => (Object.is(value, -0) ? '-0e0' : value.toExponential()))
  const cents = fc.integer({ min: -9_999_999, max: 9_999_999 }).map((value) => (value / 100).toFixed(2))
  return [
    kind('DOUBLE', doubles),
    kind('REAL', doubles),
    kind('FLOAT', singles),
    kind('FLOAT(20)', singles),
    kind('FLOAT(53)', doubles),
    kind('FLOAT(7,2)', cents),
    kind('DOUBLE(16,4)', cents),
  ]
}

function bits(): ColumnKind[] {
  return [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64].map((count) =>
    kind(
      `BIT(${count})`,
      whole(0n, 2n ** BigInt(count) - 1n).map((value) => `b'${BigInt(value).toString(2)}'`),
    ),
  )
}

const clock = fc
  .tuple(fc.nat({ max: 23 }), fc.nat({ max: 59 }), fc.nat({ max: 59 }))
  .map((parts) => parts.map((part) => pad(part)).join(':'))
const fraction = (fsp: number) =>
  fsp === 0
    ? fc.constant('')
    : fc
        .oneof(fc.constantFrom('0'.repeat(fsp), '9'.repeat(fsp)), fc.stringMatching(new RegExp(`^[0-9]{${fsp}}$`)))
        .map((digits) => `.${digits}`)
const day = fc.oneof(
  fc.constantFrom(
    '0000-00-00',
    '1000-01-01',
    '9999-12-31',
    '2024-02-29',
    '1970-01-01',
    '1969-12-31',
    '0001-01-01',
    '0099-12-31',
    '2024-00-10',
    '0000-03-01',
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([y, m, d]) => `${pad(y, 4)}-${pad(m)}-${pad(d)}`),
)

function temporals(): ColumnKind[] {
  const fsps = [0, 1, 2, 3, 4, 5, 6]
  const span = (fsp: number) =>
    fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.oneof(fc.constantFrom(0, 23, 24, 838), fc.nat({ max: 838 })),
        fc.nat({ max: 59 }),
        fc.nat({ max: 58 }),
        fraction(fsp),
      )
      .map(([sign, h, m, s, f]) => quoted(`${sign}${pad(h)}:${pad(m)}:${pad(s)}${f}`))
  const seconds = fc.oneof(fc.constantFrom(1, 86_399, 2 ** 31 - 1), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
  const instant = (fsp: number) =>
    fc
      .tuple(seconds, fraction(fsp))
      .map(([s, f]) => quoted(`${new Date(s * 1000).toISOString().slice(0, 19).replace('T', ' ')}${f}`))
  return [
    kind('DATE', day.map(quoted)),
    kind('YEAR', fc.oneof(fc.constant('0000'), fc.integer({ min: 1901, max: 2155 }).map(String)).map(quoted)),
    ...fsps.map((fsp) => kind(`TIME(${fsp})`, span(fsp))),
    ...fsps.map((fsp) =>
      kind(
        `DATETIME(${fsp})`,
        fc.tuple(day, clock, fraction(fsp)).map(([d, c, f]) => quoted(`${d} ${c}${f}`)),
      ),
    ),
    ...fsps.map((fsp) => kind(`TIMESTAMP(${fsp}) NULL`, instant(fsp), withoutFractionZeros)),
    kind('DATETIME NOT NULL', fc.constantFrom("'0000-00-00 00:00:00'", "'2024-01-01 00:00:00'")),
    kind('DATE NOT NULL', fc.constantFrom("'0000-00-00'", "'2024-01-01'")),
  ].map((one) => (/NOT NULL/.test(one.sql) ? { ...one, values: one.values.filter((value) => value !== 'NULL') } : one))
}

const strings = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

function texts(): ColumnKind[] {
  const latin = fc.string({ unit: fc.constantFrom(...letters('abc ÿéßñ"\\\'\n\u0000\t§')), maxLength: 20 })
  const ascii = fc.string({ maxLength: 20 })
  const cyrillic = fc.string({ unit: fc.constantFrom(...letters('abcЖдя"ё')), maxLength: 20 })
  const kanji = fc.string({ unit: fc.constantFrom(...letters('ab日本語カ"')), maxLength: 20 })
  const bmp = strings.map((value) => value.replace(/[^\p{ASCII}\u0080-\ud7ff]/gu, ''))
  return [
    ...['CHAR(20)', 'VARCHAR(20)', 'VARCHAR(300)', 'TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT'].map((sql) =>
      kind(
        `${sql} CHARACTER SET utf8mb4`,
        strings.map((v) => text(v.slice(0, 19))),
      ),
    ),
    kind('VARCHAR(20) CHARACTER SET latin1', latin.map(text)),
    kind('TEXT CHARACTER SET latin1', latin.map(text)),
    kind('VARCHAR(20) CHARACTER SET ascii', ascii.map(text)),
    kind('VARCHAR(20) CHARACTER SET cp1251', cyrillic.map(text)),
    kind('CHAR(20) CHARACTER SET koi8r', cyrillic.map(text)),
    kind('VARCHAR(20) CHARACTER SET sjis', kanji.map(text)),
    kind('VARCHAR(20) CHARACTER SET gbk', kanji.map(text)),
    kind(
      'VARCHAR(20) CHARACTER SET ucs2',
      bmp.map((v) => text(v.slice(0, 20))),
    ),
    kind(
      'VARCHAR(40) CHARACTER SET utf16',
      strings.map((v) => text(v.slice(0, 20))),
    ),
    kind(
      'VARCHAR(40) CHARACTER SET utf32',
      strings.map((v) => text(v.slice(0, 20))),
    ),
    kind(
      'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      strings.map((v) => text(v.slice(0, 19))),
    ),
  ]
}

function binaries(): ColumnKind[] {
  const bytes = (maxLength: number) =>
    fc
      .oneof(fc.uint8Array({ maxLength }), fc.constantFrom(new Uint8Array(maxLength), new Uint8Array([1, 0, 0])))
      .map(hex)
  return [
    ...['BINARY(20)', 'VARBINARY(20)', 'TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB'].map((sql) => kind(sql, bytes(20))),
    kind('VARBINARY(400)', bytes(400)),
    kind('BINARY(255)', bytes(255)),
    kind('CHAR(8) CHARACTER SET binary', bytes(8)),
  ]
}

/** Labels with what makes trouble: commas (ENUM only), quotes, backslashes, case, other scripts, nothing. */
function labels(hasLabels: boolean): ColumnKind[] {
  const names = ['a', 'B', 'a,b', "it''s", '"q"', 'back\\\\slash', 'é', '日本', 'x y', '', '%_']
  // Characters beyond U+FFFF only where the log has the labels: the servers' own SHOW CREATE TABLE answers `?` for them.
  if (hasLabels) names.push('😀', '?')
  const members = names.filter((name) => !name.includes(',') && name !== '')
  const list = (some: readonly string[]) => some.map(quoted).join(',')
  const many = Array.from({ length: 300 }, (_value, i) => `label ${i}`)
  const full = Array.from({ length: 64 }, (_value, i) => `m${i}`)
  const indexOf = (count: number) => fc.integer({ min: 0, max: count }).map(String)
  return [
    kind(`ENUM(${list(names)})`, indexOf(names.length)),
    kind(`ENUM(${list(many)})`, indexOf(many.length)),
    kind("ENUM('ä','ö','§') CHARACTER SET latin1", indexOf(3)),
    kind(`SET(${list(members)})`, whole(0n, 2n ** BigInt(members.length) - 1n)),
    kind(`SET(${list(full)})`, whole(0n, 2n ** 64n - 1n)),
    kind("SET('ä','ö','§') CHARACTER SET latin1", indexOf(7)),
  ]
}

const coordinate = fc
  .oneof(fc.integer({ min: -80, max: 80 }), fc.double({ min: -80, max: 80, noNaN: true }))
  .map((value) => value.toFixed(6))
const point = fc.tuple(coordinate, coordinate).map(([x, y]) => `${x} ${y}`)
const points = (least: number) => fc.array(point, { minLength: least, maxLength: 5 })
const ring = points(3).map((some) => `(${[...some, some[0]].join(',')})`)

function spatials(isMysql: boolean): ColumnKind[] {
  const shapes: Readonly<Record<string, fc.Arbitrary<string>>> = {
    POINT: point.map((one) => `POINT(${one})`),
    LINESTRING: points(2).map((some) => `LINESTRING(${some.join(',')})`),
    POLYGON: ring.map((one) => `POLYGON(${one})`),
    MULTIPOINT: points(1).map((some) => `MULTIPOINT(${some.join(',')})`),
    MULTILINESTRING: fc
      .array(points(2), { minLength: 1, maxLength: 3 })
      .map((some) => `MULTILINESTRING(${some.map((one) => `(${one.join(',')})`).join(',')})`),
    MULTIPOLYGON: fc
      .array(ring, { minLength: 1, maxLength: 3 })
      .map((some) => `MULTIPOLYGON(${some.map((one) => `(${one})`).join(',')})`),
    GEOMETRYCOLLECTION: fc
      .tuple(point, points(2))
      .map(([one, some]) => `GEOMETRYCOLLECTION(POINT(${one}),LINESTRING(${some.join(',')}))`),
  }
  const any = fc.oneof(...Object.values(shapes))
  const srids = fc.constantFrom(...(isMysql ? [0, 4326, 3857] : [0, 4326, 7]))
  const made = (shape: fc.Arbitrary<string>) =>
    fc.tuple(shape, srids).map(([wkt, srid]) => `ST_GeomFromText('${wkt}', ${srid})`)
  return [...Object.entries(shapes).map(([name, shape]) => kind(name, made(shape))), kind('GEOMETRY', made(any))]
}

const scalar = fc.oneof(
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'grapheme' }),
)
const document = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value

function documents(isMysql: boolean): ColumnKind[] {
  const plain = document.map((value) => text(JSON.stringify(value)))
  // MariaDB's JSON is text that is checked: both forms are the text itself.
  if (!isMysql) return [kind('JSON', plain)]
  const opaque = fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-'), fc.nat({ max: 838 }), clock)
      .map(([sign, h, c]) => `CAST('${sign}${pad(h)}${c.slice(2)}.25' AS TIME(2))`),
    fc
      .tuple(
        day.filter((d) => !/-00|^0000/.test(d)),
        clock,
        fraction(6),
      )
      .map(([d, c, f]) => `CAST('${d} ${c}${f}' AS DATETIME(6))`),
    day.filter((d) => !/-00|^0000/.test(d)).map((d) => `CAST('${d}' AS DATE)`),
    fc
      .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat({ max: 9999 }))
      .map(([a, b]) => `CAST('${a}.${pad(b, 4)}' AS DECIMAL(20,4))`),
    whole(0n, 2n ** 53n),
  )
  return [
    kind(
      'JSON',
      plain.map((value) => `CAST(${value} AS JSON)`),
      sameJson,
    ),
    kind(
      'JSON',
      fc.array(opaque, { maxLength: 4 }).map((values) => `JSON_ARRAY(${values.join(',')})`),
      sameJson,
    ),
  ]
}

function vectors(isMysql: boolean): ColumnKind[] {
  // MySQL refuses the smallest numbers, those with fewer digits.
  const float = fc.float({ noNaN: true, noDefaultInfinity: true }).filter((one) => one === 0 || Math.abs(one) > 2e-38)
  const values = fc.array(float, { minLength: 5, maxLength: 5 })
  return [
    kind(
      'VECTOR(5)',
      values.map(
        (some) =>
          `${isMysql ? 'STRING_TO_VECTOR' : 'VEC_FromText'}('[${some.map((one) => (one === 0 ? 0 : one)).join(',')}]')`,
      ),
    ),
  ]
}

function networks(): ColumnKind[] {
  const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.constantFrom(0xffff, 1), fc.nat({ max: 0xffff }))
  const uuid = fc.oneof(
    fc.uuid(),
    fc.constantFrom(
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      'ff000000-0000-1000-8000-000000000000',
    ),
  )
  const inet6 = fc
    .array(group, { minLength: 8, maxLength: 8 })
    .map((groups) => groups.map((one) => one.toString(16)).join(':'))
  return [
    kind('UUID', uuid.map(quoted)),
    kind(
      'INET4',
      fc.array(fc.nat({ max: 255 }), { minLength: 4, maxLength: 4 }).map((some) => quoted(some.join('.'))),
    ),
    kind(
      'INET6',
      fc
        .oneof(inet6, fc.constantFrom('::', '::1', '::ffff:1.2.3.4', '::1.2.3.4', '::ffff:0:0', '::2:0', '1::'))
        .map(quoted),
    ),
  ]
}

/** All column kinds of a server; `version` is 907 for 9.7; `hasLabels`: its log has the labels of ENUM and SET. */
export function columnKinds(flavour: 'mysql' | 'mariadb', version: number, hasLabels: boolean): readonly ColumnKind[] {
  const isMysql = flavour === 'mysql'
  return [
    ...integers(),
    ...decimals(),
    ...floats(),
    ...bits(),
    ...temporals(),
    ...texts(),
    ...binaries(),
    ...labels(hasLabels),
    ...spatials(isMysql),
    ...documents(isMysql),
    ...(isMysql || version >= 1107 ? vectors(isMysql) : []),
    ...(isMysql ? [] : networks()),
  ]
}
