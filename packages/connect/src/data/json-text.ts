// A JSON reader that keeps what JSON.parse loses: the order of members (also of names that look like numbers) and the text of numbers.
import { CdcError } from '../base/errors.ts'

/** A JSON number as it was written. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Whether it has neither fraction nor exponent. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text)
  }
}

/** What {@link readJsonText} returns: objects are maps in member order; of members named twice the last value counts, at the first place. */
export type JsonTree = null | boolean | string | JsonNumber | JsonTree[] | Map<string, JsonTree>

const MAX_DEPTH = 1000

/** Reads one JSON text. Throws CDC_DATA_INVALID, without any of the text in the message. */
export function readJsonText(text: string): JsonTree {
  const reader = new Reader(text)
  const tree = reader.value(0)
  reader.end()
  return tree
}

const SPACE = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\]|\\.)*"/y

class Reader {
  readonly #text: string
  #pos = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonTree {
    if (depth > MAX_DEPTH) throw this.#fault()
    this.#match(SPACE)
    switch (this.#text[this.#pos]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default: {
        const number = this.#match(NUMBER)
        if (number === '') throw this.#fault()
        return new JsonNumber(number)
      }
    }
  }

  end(): void {
    this.#match(SPACE)
    if (this.#pos < this.#text.length) throw this.#fault()
  }

  #object(depth: number): Map<string, JsonTree> {
    const members = new Map<string, JsonTree>()
    this.#pos++
    if (this.#takes('}')) return members
    do {
      this.#match(SPACE)
      const name = this.#string()
      if (!this.#takes(':')) throw this.#fault()
      members.set(name, this.value(depth + 1))
    } while (this.#takes(','))
    if (!this.#takes('}')) throw this.#fault()
    return members
  }

  #array(depth: number): JsonTree[] {
    const items: JsonTree[] = []
    this.#pos++
    if (this.#takes(']')) return items
    do items.push(this.value(depth + 1))
    while (this.#takes(','))
    if (!this.#takes(']')) throw this.#fault()
    return items
  }

  #string(): string {
    const token = this.#match(STRING)
    if (token === '') throw this.#fault()
    try {
      return JSON.parse(token) as string
    } catch {
      throw this.#fault()
    }
  }

  #word<T extends JsonTree>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#pos)) throw this.#fault()
    this.#pos += word.length
    return value
  }

  #takes(char: string): boolean {
    this.#match(SPACE)
    if (this.#text[this.#pos] !== char) return false
    this.#pos++
    return true
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#pos
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#pos += found.length
    return found
  }

  #fault(): CdcError {
    return new CdcError('CDC_DATA_INVALID', `Not JSON at character ${this.#pos}`)
  }
}
