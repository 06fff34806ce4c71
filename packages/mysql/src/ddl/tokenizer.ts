// SQL text → tokens, on demand, as the server that wrote the statement reads it: quoting by sql_mode, versioned comments by version and flavour.
import { MysqlDdlError } from './ddl-error.ts'

/**
 * `word`: an unquoted identifier or keyword; `name`: a quoted identifier; `string`: a string literal, also `N'…'`; `number`; `hex` and `bits`:
 * `0x…`, `x'…'`, `0b…`, `b'…'`; `variable`: `@x`, `@@x`; `symbol`: one punctuation character (`:=` is one); `end`.
 */
export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'hex' | 'bits' | 'variable' | 'symbol' | 'end'

/** One token; positions are UTF-16 offsets into the statement. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** Words in capitals; names unquoted; string, hex and bit literals what stands between the quotes, unchanged; others their text. */
  readonly text: string
}

/** How the server reads text. */
export interface SqlDialect {
  /** `"x"` is an identifier (sql_mode ANSI_QUOTES). */
  readonly ansiQuotes: boolean
  /** A backslash is an ordinary character (sql_mode NO_BACKSLASH_ESCAPES). */
  readonly noBackslashEscapes: boolean
  /** Types are Oracle's (MariaDB's sql_mode ORACLE): DATE has a time, BLOB is long, and there are NUMBER, RAW, CLOB, VARCHAR2. */
  readonly oracleTypes: boolean
  /** TIMESTAMP is DATETIME (sql_mode MAXDB). */
  readonly maxdbTypes: boolean
  readonly flavour: 'mysql' | 'mariadb'
  /** As in versioned comments: 80023 for 8.0.23, 101106 for 10.11.6. */
  readonly versionNumber: number
}

const WORD = 1
const DIGIT = 2
const SPACE = 4
const CHAR_CLASS = new Uint8Array(128)
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c)
  if (/[A-Za-z_$]/.test(ch)) CHAR_CLASS[c] = WORD
  else if (/[0-9]/.test(ch)) CHAR_CLASS[c] = DIGIT
  else if (c <= 32) CHAR_CLASS[c] = SPACE
}

/** Reads one text's tokens in order. */
export class Tokenizer {
  readonly sql: string
  readonly #dialect: SqlDialect
  #pos = 0
  /** How many versioned comments are open whose body is read as text. */
  #openComments = 0

  constructor(sql: string, dialect: SqlDialect) {
    this.sql = sql
    this.#dialect = dialect
  }

  /** The next token; `end` for ever after the last. Throws MysqlDdlError for a literal or comment that does not end. */
  next(): Token {
    this.#skipBlanks()
    const { sql } = this
    const start = this.#pos
    if (start >= sql.length) return { kind: 'end', start, end: start, text: '' }
    const c = sql.charCodeAt(start)
    const cls = c < 128 ? CHAR_CLASS[c] : WORD
    if (cls === WORD) return this.#wordOrLiteral(start, c)
    if (cls === DIGIT || (c === 46 && isDigit(sql.charCodeAt(start + 1)))) return this.#number(start)
    if (c === 39) return this.#string(start, start)
    if (c === 96) return this.#name(start, 96)
    if (c === 34) return this.#dialect.ansiQuotes ? this.#name(start, 34) : this.#string(start, start)
    if (c === 64) return this.#variable(start)
    const width = c === 58 && sql.charCodeAt(start + 1) === 61 ? 2 : 1
    return this.#token('symbol', start, start + width, sql.slice(start, start + width))
  }

  #token(kind: TokenKind, start: number, end: number, text: string): Token {
    this.#pos = end
    return { kind, start, end, text }
  }

  #wordOrLiteral(start: number, first: number): Token {
    const { sql } = this
    if (sql.charCodeAt(start + 1) === 39) {
      if (first === 98 || first === 66) return this.#quotedDigits('bits', start)
      if (first === 120 || first === 88) return this.#quotedDigits('hex', start)
      if (first === 110 || first === 78) return this.#string(start, start + 1)
    }
    const end = wordEnd(sql, start)
    return this.#token('word', start, end, sql.slice(start, end).toUpperCase())
  }

  #quotedDigits(kind: 'bits' | 'hex', start: number): Token {
    const close = this.sql.indexOf("'", start + 2)
    if (close < 0) throw new MysqlDdlError('a literal does not end', this.sql, start)
    return this.#token(kind, start, close + 1, this.sql.slice(start + 2, close))
  }

  #number(start: number): Token {
    const { sql } = this
    let end = start
    while (isDigit(sql.charCodeAt(end))) end++
    const next = sql.charCodeAt(end)
    if (end === start + 1 && sql.charCodeAt(start) === 48) {
      if (next === 120) return this.#prefixedDigits('hex', start, /[0-9A-Fa-f]/)
      if (next === 98) return this.#prefixedDigits('bits', start, /[01]/)
    }
    // `1st` and `2e` are identifiers that start with digits; `1e5` and `1.5e+3` are numbers.
    const exponent = /^(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?/.exec(sql.slice(end, end + 40))?.[0] ?? ''
    const numberEnd = end + exponent.length
    if (!exponent.startsWith('.') && isWordChar(sql.charCodeAt(numberEnd))) {
      const close = wordEnd(sql, start)
      return this.#token('word', start, close, sql.slice(start, close).toUpperCase())
    }
    return this.#token('number', start, numberEnd, sql.slice(start, numberEnd))
  }

  #prefixedDigits(kind: 'hex' | 'bits', start: number, digit: RegExp): Token {
    let end = start + 2
    while (end < this.sql.length && digit.test(this.sql[end] as string)) end++
    if (isWordChar(this.sql.charCodeAt(end)) || end === start + 2) {
      const close = wordEnd(this.sql, start)
      return this.#token('word', start, close, this.sql.slice(start, close).toUpperCase())
    }
    return this.#token(kind, start, end, this.sql.slice(start + 2, end))
  }

  #string(start: number, quoteAt: number): Token {
    const { sql } = this
    const quote = sql.charCodeAt(quoteAt)
    for (let i = quoteAt + 1; i < sql.length; i++) {
      const c = sql.charCodeAt(i)
      if (c === 92 && !this.#dialect.noBackslashEscapes) i++
      else if (c === quote) {
        if (sql.charCodeAt(i + 1) !== quote) return this.#token('string', start, i + 1, sql.slice(quoteAt + 1, i))
        i++
      }
    }
    throw new MysqlDdlError('a string does not end', sql, start)
  }

  #name(start: number, quote: number): Token {
    const { sql } = this
    let isDoubled = false
    for (let i = start + 1; i < sql.length; i++) {
      if (sql.charCodeAt(i) !== quote) continue
      if (sql.charCodeAt(i + 1) === quote) {
        isDoubled = true
        i++
        continue
      }
      const inner = sql.slice(start + 1, i)
      const mark = String.fromCharCode(quote)
      return this.#token('name', start, i + 1, isDoubled ? inner.replaceAll(mark + mark, mark) : inner)
    }
    throw new MysqlDdlError('a quoted name does not end', sql, start)
  }

  #variable(start: number): Token {
    const { sql } = this
    let at = start + 1
    while (sql.charCodeAt(at) === 64) at++
    const quote = sql.charCodeAt(at)
    if (quote === 96 || quote === 39 || quote === 34) {
      const close = sql.indexOf(sql[at] as string, at + 1)
      if (close < 0) throw new MysqlDdlError('a quoted name does not end', sql, start)
      return this.#token('variable', start, close + 1, sql.slice(at + 1, close))
    }
    const end = wordEnd(sql, at)
    return this.#token('variable', start, end, sql.slice(start, end))
  }

  /** Moves over white space, comments, and the marks of versioned comments that this server executes. */
  #skipBlanks(): void {
    const { sql } = this
    for (;;) {
      const c = sql.charCodeAt(this.#pos)
      if (c < 128 && CHAR_CLASS[c] === SPACE) this.#pos++
      else if (c === 0xa0 || c === 0xfeff) this.#pos++
      else if (c === 35) this.#skipLine()
      else if (c === 45 && sql.charCodeAt(this.#pos + 1) === 45 && isBlankOrEnd(sql.charCodeAt(this.#pos + 2)))
        this.#skipLine()
      else if (c === 47 && sql.charCodeAt(this.#pos + 1) === 42) this.#comment()
      else if (c === 42 && this.#openComments > 0 && sql.charCodeAt(this.#pos + 1) === 47) {
        this.#openComments--
        this.#pos += 2
      } else return
    }
  }

  #skipLine(): void {
    const end = this.sql.indexOf('\n', this.#pos)
    this.#pos = end < 0 ? this.sql.length : end + 1
  }

  #comment(): void {
    const { sql } = this
    const start = this.#pos
    const isMaria = sql.startsWith('M!', start + 2)
    if (!isMaria && sql.charCodeAt(start + 2) !== 33) {
      const close = sql.indexOf('*/', start + 2)
      if (close < 0) throw new MysqlDdlError('a comment does not end', sql, start)
      this.#pos = close + 2
      return
    }
    let at = start + (isMaria ? 4 : 3)
    let version = 0
    for (let digits = 0; digits < 6 && isDigit(sql.charCodeAt(at)); digits++) {
      version = version * 10 + sql.charCodeAt(at) - 48
      at++
    }
    if (this.#isExecuted(version, isMaria)) {
      this.#openComments++
      this.#pos = at
      return
    }
    this.#pos = this.#endOfSkippedComment(at)
  }

  #isExecuted(version: number, isMaria: boolean): boolean {
    const { flavour, versionNumber } = this.#dialect
    if (flavour === 'mysql') return !isMaria && version <= versionNumber
    if (!isMaria && version >= 50700 && version <= 99999) return false
    return version <= versionNumber
  }

  /** A comment that is not executed ends at its own close mark; comments inside it are counted. */
  #endOfSkippedComment(from: number): number {
    let depth = 1
    for (let i = from; i < this.sql.length - 1; i++) {
      const c = this.sql.charCodeAt(i)
      const d = this.sql.charCodeAt(i + 1)
      if (c === 42 && d === 47) {
        depth--
        i++
        if (depth === 0) return i + 1
      } else if (c === 47 && d === 42) {
        depth++
        i++
      }
    }
    throw new MysqlDdlError('a comment does not end', this.sql, from)
  }
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57
}

function isWordChar(c: number): boolean {
  return c >= 128 || (c >= 0 && ((CHAR_CLASS[c] as number) & (WORD | DIGIT)) !== 0)
}

function isBlankOrEnd(c: number): boolean {
  return Number.isNaN(c) || c <= 32
}

function wordEnd(sql: string, start: number): number {
  let end = start
  while (end < sql.length && isWordChar(sql.charCodeAt(end))) end++
  return end
}
