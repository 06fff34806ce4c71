// A walk over tokens with the questions that every statement's reader asks.
import { MysqlDdlError } from './ddl-error.ts'
import type { Token } from './tokenizer.ts'
import { type SqlDialect, Tokenizer } from './tokenizer.ts'

/** A table's place as a statement names it. */
export interface TableId {
  readonly database: string
  readonly name: string
}

/** Reads tokens on demand; `peek(0)` is the next one. */
export class SqlCursor {
  readonly sql: string
  readonly dialect: SqlDialect
  readonly #tokenizer: Tokenizer
  /** Tokens read so far; `#next` is the index of the next one. */
  readonly #tokens: Token[] = []
  #next = 0
  /** Where the last token taken ended. */
  lastEnd = 0

  constructor(sql: string, dialect: SqlDialect) {
    this.sql = sql
    this.dialect = dialect
    this.#tokenizer = new Tokenizer(sql, dialect)
  }

  peek(distance = 0): Token {
    const index = this.#next + distance
    while (this.#tokens.length <= index) this.#tokens.push(this.#tokenizer.next())
    return this.#tokens[index] as Token
  }

  take(): Token {
    const token = this.peek()
    this.#next++
    this.lastEnd = token.end
    return token
  }

  /** True where the next tokens are these words, unquoted. */
  isWords(first: string, second?: string, third?: string): boolean {
    if (!this.#isWordAt(0, first)) return false
    return second === undefined || (this.#isWordAt(1, second) && (third === undefined || this.#isWordAt(2, third)))
  }

  #isWordAt(distance: number, word: string): boolean {
    const token = this.peek(distance)
    return token.kind === 'word' && token.text === word
  }

  /** Takes the words if they come next. */
  acceptWords(first: string, second?: string, third?: string): boolean {
    if (!this.isWords(first, second, third)) return false
    this.take()
    if (second !== undefined) this.take()
    if (third !== undefined) this.take()
    return true
  }

  /** Takes the one of the words that comes next; null if none does. */
  acceptOneOf(words: ReadonlySet<string>): string | null {
    const token = this.peek()
    if (token.kind !== 'word' || !words.has(token.text)) return null
    this.take()
    return token.text
  }

  isSymbol(symbol: string): boolean {
    const token = this.peek()
    return token.kind === 'symbol' && token.text === symbol
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.take()
    return true
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) this.fail(`"${symbol}" expected`)
  }

  expectWords(word: string): void {
    if (!this.acceptWords(word)) this.fail(`${word} expected`)
  }

  /** At the end of the statement: end of text or `;`. */
  get isAtEnd(): boolean {
    return this.peek().kind === 'end' || this.isSymbol(';')
  }

  /** An identifier, quoted or not, in the case in which it was written. */
  identifier(what: string): string {
    const token = this.peek()
    if (token.kind === 'name') return this.take().text
    if (token.kind === 'word') {
      this.take()
      return this.sql.slice(token.start, token.end)
    }
    // MySQL takes string literals as aliases and charset names, and "x" without ANSI_QUOTES never as a column.
    return this.fail(`${what} expected`)
  }

  /** `[db.]table`; without a database the given one. */
  tableId(defaultDatabase: string): TableId {
    this.acceptSymbol('.')
    const first = this.identifier('table name')
    if (!this.acceptSymbol('.')) return { database: defaultDatabase, name: first }
    return { database: first, name: this.identifier('table name') }
  }

  /** Takes a parenthesised group whole. */
  skipParens(): void {
    this.expectSymbol('(')
    for (let depth = 1; depth > 0; ) {
      const token = this.take()
      if (token.kind === 'end') this.fail('")" expected')
      if (token.kind !== 'symbol') continue
      if (token.text === '(') depth++
      else if (token.text === ')') depth--
    }
  }

  /** Takes tokens until a `,` or `)` outside of parentheses, or the end of the statement, comes next. */
  skipToComma(): void {
    while (!this.isAtEnd && !this.isSymbol(',') && !this.isSymbol(')')) this.skipOne()
  }

  /** Takes one token, or a whole parenthesised group. */
  skipOne(): void {
    if (this.isSymbol('(')) this.skipParens()
    else this.take()
  }

  /** Takes the rest of the statement. */
  skipToEnd(): void {
    while (!this.isAtEnd) this.take()
  }

  fail(reason: string): never {
    throw new MysqlDdlError(reason, this.sql, this.peek().start)
  }
}
