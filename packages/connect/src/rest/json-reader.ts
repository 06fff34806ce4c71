// A strict JSON reader for request bodies. It says what is wrong in the words that Connect's clients know, keeps numbers as they were
// written (configuration values are texts: 1.50 stays 1.50) and bounds depth. Members named twice: the last one counts.

/** A number as it was written. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A JSON object: its members in order, without a prototype that names could meet. */
export type JsonObject = Map<string, JsonValue>

/** What {@link readJson} returns. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject

/** Thrown for text that is not JSON; the message is meant for the client. */
export class JsonSyntaxError extends Error {}

const SOURCE = '[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)'
const MAX_DEPTH = 1000

/**
 * Reads one JSON text. Returns undefined for a text of white space only.
 * Errors: {@link JsonSyntaxError}, also for anything behind the value and for a depth above 1000.
 */
export function readJson(text: string): JsonValue | undefined {
  const reader = new Reader(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  reader.skipSpace()
  if (reader.atEnd) return undefined
  const value = reader.value(0)
  reader.skipSpace()
  if (!reader.atEnd) reader.failToken()
  return value
}

class Reader {
  readonly #text: string
  #pos = 0

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#pos >= this.#text.length
  }

  skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#pos] ?? '')) this.#pos++
  }

  value(depth: number): JsonValue {
    this.skipSpace()
    if (this.atEnd) this.#failEnd('Unexpected end-of-input')
    if (depth > MAX_DEPTH)
      this.#fail(
        `Document nesting depth (${depth}) exceeds the maximum allowed (${MAX_DEPTH}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`,
      )
    const char = this.#text[this.#pos]!
    if (char === '{') return this.#object(depth)
    if (char === '[') return this.#array(depth)
    if (char === '"') return this.#string()
    if (char === '-' || (char >= '0' && char <= '9')) return this.#number()
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#pos) || /[\w$]/.test(this.#text[this.#pos + word.length] ?? '')) continue
      this.#pos += word.length
      return value
    }
    return this.failToken()
  }

  /** Fails at the present place, which holds neither a value nor the end. */
  failToken(): never {
    const rest = /^[\w$]+/.exec(this.#text.slice(this.#pos))
    if (!rest)
      return this.#failChar(
        "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      )
    this.#fail(
      `Unrecognized token '${rest[0].slice(0, 256)}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`,
      1,
    )
  }

  #object(depth: number): JsonObject {
    const start = this.#where(this.#pos)
    const members: JsonObject = new Map()
    this.#pos++
    for (let isFirst = true; ; isFirst = false) {
      this.skipSpace()
      if (this.atEnd)
        this.#failEnd(`Unexpected end-of-input: expected close marker for Object (start marker at ${start})`)
      const char = this.#text[this.#pos]!
      if (char === '}' && isFirst) break
      if (char !== '"') this.#failChar('was expecting double-quote to start field name')
      const name = this.#string()
      this.skipSpace()
      if (this.atEnd) this.#failEnd('Unexpected end-of-input within/between Object entries')
      if (this.#text[this.#pos] !== ':') this.#failChar('was expecting a colon to separate field name and value')
      this.#pos++
      this.skipSpace()
      if (this.atEnd) this.#failEnd('Unexpected end-of-input within/between Object entries')
      members.delete(name)
      members.set(name, this.value(depth + 1))
      if (this.#closes('}', 'Object', start)) break
    }
    this.#pos++
    return members
  }

  #array(depth: number): JsonValue[] {
    const start = this.#where(this.#pos)
    const values: JsonValue[] = []
    this.#pos++
    this.skipSpace()
    if (this.#text[this.#pos] === ']') {
      this.#pos++
      return values
    }
    for (;;) {
      this.skipSpace()
      if (this.atEnd)
        this.#failEnd(`Unexpected end-of-input: expected close marker for Array (start marker at ${start})`)
      values.push(this.value(depth + 1))
      if (this.#closes(']', 'Array', start)) break
    }
    this.#pos++
    return values
  }

  /** After a member: true at the closing mark, false after a comma. */
  #closes(mark: string, kind: string, start: string): boolean {
    this.skipSpace()
    if (this.atEnd)
      this.#failEnd(`Unexpected end-of-input: expected close marker for ${kind} (start marker at ${start})`)
    if (this.#text[this.#pos] === mark) return true
    if (this.#text[this.#pos] !== ',') this.#failChar(`was expecting comma to separate ${kind} entries`)
    this.#pos++
    return false
  }

  #string(): string {
    const text = this.#text
    const start = ++this.#pos
    let escaped = false
    for (; this.#pos < text.length; this.#pos++) {
      const code = text.charCodeAt(this.#pos)
      if (code === 0x22) {
        const raw = text.slice(start, this.#pos++)
        return escaped ? this.#unescape(raw) : raw
      }
      if (code === 0x5c) {
        escaped = true
        this.#pos++
      } else if (code < 0x20)
        this.#fail(
          `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in string value`,
        )
    }
    return this.#failEnd('Unexpected end-of-input: was expecting closing quote for a string value')
  }

  #unescape(raw: string): string {
    try {
      return JSON.parse(`"${raw}"`) as string
    } catch {
      return this.#fail('Unrecognized character escape')
    }
  }

  #number(): JsonNumber {
    const match = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.#text.slice(this.#pos, this.#pos + 1100))
    if (!match) return this.#fail('No digit following minus sign')
    this.#pos += match[0].length
    if (match[0].length > 1000) this.#fail('Number value length exceeds the maximum allowed (1000)')
    if (/[\w.$]/.test(this.#text[this.#pos] ?? '')) this.#failChar('Expected space separating root-level values')
    return new JsonNumber(match[0])
  }

  #failChar(expected: string): never {
    const char = String.fromCodePoint(this.#text.codePointAt(this.#pos) ?? 0)
    this.#pos++
    this.#fail(`Unexpected character ('${char}' (code ${char.codePointAt(0)})): ${expected}`)
  }

  #failEnd(message: string): never {
    this.#pos = this.#text.length
    this.#fail(message, 1)
  }

  /** Jackson counts columns from 1 and points at the last character read, or behind it at the end of a token. */
  #fail(message: string, behind = 0): never {
    throw new JsonSyntaxError(`${message}\n at ${this.#where(this.#pos - 1 + behind)}`)
  }

  #where(pos: number): string {
    const before = this.#text.slice(0, Math.max(pos, 0))
    const line = before.split('\n').length
    return `${SOURCE}; line: ${line}, column: ${pos - before.lastIndexOf('\n')}]`
  }
}

const WORDS: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
