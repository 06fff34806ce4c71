// Regular expressions of subscriptions, in RE2's syntax (what Kafka's broker takes), matched against whole topic names in time linear in the
// name: a client's expression must not be able to hold up the broker, as JavaScript's own engine would let it. Names are ASCII.

import { KafkaError } from '../../error.ts'

/** A step: eats one character of the set, branches, asserts something about the place, or ends with success. */
type Step =
  | { readonly kind: 'set'; readonly set: Uint8Array }
  | { readonly kind: 'split'; readonly to: number[] }
  | { readonly kind: 'assert'; readonly holds: (name: string, at: number) => boolean }
  | { readonly kind: 'match' }

/** A part of an expression: appends its steps, which go on behind their last one. */
type Part = (program: Step[]) => void

const CODES = 128
/** RE2's own limit for counted repetition, and ours for the whole expression. */
const MAX_REPEAT = 1000
const MAX_STEPS = 20_000
const MAX_DEPTH = 200

/** Whether the expression matches a whole name; compiled once. Throws KafkaError `INVALID_REGULAR_EXPRESSION`. */
export function topicPattern(expression: string): (name: string) => boolean {
  const program: Step[] = []
  new Parser(expression).whole()(program)
  program.push({ kind: 'match' })
  return (name) => isMatch(program, name)
}

function isMatch(program: readonly Step[], name: string): boolean {
  let current = new Set<number>()
  follow(program, 0, name, 0, current)
  for (let at = 0; at < name.length && current.size > 0; at++) {
    const next = new Set<number>()
    const code = name.charCodeAt(at)
    for (const index of current) {
      const step = program[index]
      if (step?.kind === 'set' && code < CODES && step.set[code] === 1) follow(program, index + 1, name, at + 1, next)
    }
    current = next
  }
  return current.has(program.length - 1)
}

/** Adds the step and all that it leads to without eating a character. */
function follow(program: readonly Step[], start: number, name: string, at: number, into: Set<number>): void {
  const open = [start]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (into.has(index)) continue
    into.add(index)
    const step = program[index] as Step
    if (step.kind === 'split') open.push(...step.to)
    else if (step.kind === 'assert' && step.holds(name, at)) open.push(index + 1)
  }
}

const setOf = (accepts: (code: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: CODES }, (_, code) => (accepts(code) ? 1 : 0))
const isBetween = (code: number, from: string, to: string): boolean =>
  code >= from.charCodeAt(0) && code <= to.charCodeAt(0)
const isDigit = (code: number): boolean => isBetween(code, '0', '9')
const isLower = (code: number): boolean => isBetween(code, 'a', 'z')
const isUpper = (code: number): boolean => isBetween(code, 'A', 'Z')
const isAlpha = (code: number): boolean => isLower(code) || isUpper(code)
const isWord = (code: number): boolean => isAlpha(code) || isDigit(code) || code === 0x5f
const isSpace = (code: number): boolean => code === 0x20 || code === 9 || code === 10 || code === 12 || code === 13
const isPunctuation = (code: number): boolean => code > 0x20 && code < 0x7f && !isAlpha(code) && !isDigit(code)

/** Classes behind a backslash, and between `[:` and `:]`. */
const ESCAPED_CLASS: Readonly<Record<string, (code: number) => boolean>> = { d: isDigit, w: isWord, s: isSpace }
const NAMED_CLASS: Readonly<Record<string, (code: number) => boolean>> = {
  alnum: (code) => isAlpha(code) || isDigit(code),
  alpha: isAlpha,
  ascii: () => true,
  blank: (code) => code === 9 || code === 0x20,
  cntrl: (code) => code < 0x20 || code === 0x7f,
  digit: isDigit,
  graph: (code) => code > 0x20 && code < 0x7f,
  lower: isLower,
  print: (code) => code >= 0x20 && code < 0x7f,
  punct: isPunctuation,
  space: (code) => isSpace(code) || code === 11,
  upper: isUpper,
  word: isWord,
  xdigit: (code) => isDigit(code) || isBetween(code, 'a', 'f') || isBetween(code, 'A', 'F'),
}
const ESCAPED_CHARACTER: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }

const isWordAt = (name: string, at: number): boolean => at >= 0 && at < name.length && isWord(name.charCodeAt(at))
const isBoundary = (name: string, at: number): boolean => isWordAt(name, at - 1) !== isWordAt(name, at)
const atStart = (_name: string, at: number): boolean => at === 0
const atEnd = (name: string, at: number): boolean => at === name.length
const ASSERTION: Readonly<Record<string, (name: string, at: number) => boolean>> = {
  A: atStart,
  z: atEnd,
  b: isBoundary,
  B: (name, at) => !isBoundary(name, at),
}

/** `\Q…\E` takes what is between literally; other escapes are passed over so that a backslash before a backslash does not count. */
const QUOTED = /\\Q([\s\S]*?)(?:\\E|$)|\\[\s\S]/g

/** Reads an expression from left to right. */
class Parser {
  readonly #text: string
  #at = 0
  #depth = 0
  #ignoresCase = false

  constructor(text: string) {
    this.#text = text.replace(QUOTED, (whole, quoted?: string) => quoted?.replace(/[^A-Za-z0-9]/g, '\\$&') ?? whole)
  }

  whole(): Part {
    const part = this.#alternatives()
    if (this.#at < this.#text.length) throw this.#invalid('unexpected )')
    return part
  }

  #alternatives(): Part {
    if (++this.#depth > MAX_DEPTH) throw this.#invalid('expression nests too deeply')
    const branches = [this.#sequence()]
    while (this.#take('|')) branches.push(this.#sequence())
    this.#depth--
    return branches.length === 1 ? (branches[0] as Part) : (program) => alternate(program, branches)
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#text.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom()
      if (atom !== undefined) parts.push(this.#repeated(atom))
    }
    return (program) => {
      for (const part of parts) part(program)
    }
  }

  /** One thing that can be repeated; undefined for flags that only change what follows. */
  #atom(): Part | undefined {
    const character = this.#next()
    switch (character) {
      case '.':
        return eat(setOf((code) => code !== 10))
      case '^':
        return assert(atStart)
      case '$':
        return assert(atEnd)
      case '[':
        return eat(this.#class())
      case '(':
        return this.#group()
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        throw this.#invalid(`missing argument to repetition operator: ${character}`)
      default:
        return this.#character(character.charCodeAt(0))
    }
  }

  #group(): Part | undefined {
    const before = this.#ignoresCase
    if (this.#take('?')) {
      const named = /^P?<[A-Za-z0-9_]+>/.exec(this.#rest())
      const flags = /^([imsU]*)(-[imsU]+)?([:)])/.exec(this.#rest())
      if (named !== null) this.#at += named[0].length
      else if (flags !== null) {
        this.#at += flags[0].length
        if (flags[1]?.includes('i') === true) this.#ignoresCase = true
        if (flags[2]?.includes('i') === true) this.#ignoresCase = false
        if (flags[3] === ')') return undefined
      } else throw this.#invalid('invalid or unsupported Perl syntax: (?')
    }
    const inner = this.#alternatives()
    if (!this.#take(')')) throw this.#invalid('missing closing )')
    this.#ignoresCase = before
    return inner
  }

  #repeated(atom: Part): Part {
    let part = atom
    for (;;) {
      const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#rest())
      if (counted !== null) {
        this.#at += counted[0].length
        const least = Number(counted[1])
        const most =
          counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])
        if (least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT) || most < least)
          throw this.#invalid(`invalid repeat count: ${counted[0]}`)
        part = repeat(part, least, most, this)
      } else if (this.#take('*')) part = repeat(part, 0, Number.POSITIVE_INFINITY, this)
      else if (this.#take('+')) part = repeat(part, 1, Number.POSITIVE_INFINITY, this)
      else if (this.#take('?')) part = repeat(part, 0, 1, this)
      else return part
      this.#take('?') // reluctant: the same names match
      if (/^[*+]/.test(this.#rest())) throw this.#invalid(`invalid nested repetition operator: ${this.#peek()}`)
    }
  }

  #escape(): Part {
    const character = this.#next()
    const holds = Object.hasOwn(ASSERTION, character) ? ASSERTION[character] : undefined
    if (holds !== undefined) return assert(holds)
    this.#at--
    const [set, code] = this.#escapedInSet()
    return set === undefined ? this.#character(code) : eat(set)
  }

  /** What stands behind a backslash, in a class or outside: a set, or one character. */
  #escapedInSet(): [Uint8Array | undefined, number] {
    const character = this.#next()
    const lower = character.toLowerCase()
    const isInClass = Object.hasOwn(ESCAPED_CLASS, lower) ? ESCAPED_CLASS[lower] : undefined
    if (isInClass !== undefined) return [setOf((code) => isInClass(code) === (character === lower)), 0]
    if (character === 'x') {
      const hex = /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/.exec(this.#rest())
      if (hex === null) throw this.#invalid('invalid escape sequence: \\x')
      this.#at += hex[0].length
      return [undefined, Number.parseInt(hex[1] ?? (hex[2] as string), 16)]
    }
    if (Object.hasOwn(ESCAPED_CHARACTER, character)) return [undefined, ESCAPED_CHARACTER[character] as number]
    if (/^[A-Za-z1-9]$/.test(character)) throw this.#invalid(`invalid escape sequence: \\${character}`)
    return [undefined, character === '0' ? 0 : character.charCodeAt(0)]
  }

  #class(): Uint8Array {
    const isNegated = this.#take('^')
    const set = new Uint8Array(CODES)
    const add = (other: Uint8Array): void => {
      for (const [code, bit] of other.entries()) if (bit === 1) set[code] = 1
    }
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      const named = /^\[:(\^?)([a-z]+):\]/.exec(this.#rest())
      if (named !== null) {
        const isIn = Object.hasOwn(NAMED_CLASS, named[2] as string) ? NAMED_CLASS[named[2] as string] : undefined
        if (isIn === undefined) throw this.#invalid(`invalid character class range: ${named[0]}`)
        this.#at += named[0].length
        add(setOf((code) => isIn(code) === (named[1] === '')))
        continue
      }
      const [inner, from] = this.#classMember()
      if (inner !== undefined) {
        add(inner)
        continue
      }
      let to = from
      if (/^-[^\]]/.test(this.#rest())) {
        this.#at++
        const [upper, last] = this.#classMember()
        if (upper !== undefined || last < from) throw this.#invalid('invalid character class range')
        to = last
      }
      add(this.#folded((code) => code >= from && code <= to))
    }
    this.#at++
    return isNegated ? setOf((code) => set[code] === 0) : set
  }

  #classMember(): [Uint8Array | undefined, number] {
    if (this.#at >= this.#text.length) throw this.#invalid('missing closing ]')
    const character = this.#next()
    return character === '\\' ? this.#escapedInSet() : [undefined, character.charCodeAt(0)]
  }

  #character(code: number): Part {
    return eat(this.#folded((one) => one === code))
  }

  #folded(accepts: (code: number) => boolean): Uint8Array {
    if (!this.#ignoresCase) return setOf(accepts)
    return setOf((code) => accepts(code) || (isAlpha(code) && accepts(code ^ 0x20)))
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #next(): string {
    const character = this.#text[this.#at++]
    if (character === undefined) throw this.#invalid('trailing backslash at end of expression')
    return character
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #rest(): string {
    return this.#text.slice(this.#at, this.#at + 1024)
  }

  #invalid(reason: string): KafkaError {
    return invalid(this.#text, reason)
  }

  /** Throws when the program has become too large. */
  checkSize(program: readonly Step[]): void {
    if (program.length > MAX_STEPS) throw this.#invalid('expression is too large')
  }
}

function invalid(text: string, reason: string): KafkaError {
  const message = `SubscribedTopicRegex \`${text}\` is not a valid regular expression: ${reason}.`
  return new KafkaError('INVALID_REGULAR_EXPRESSION', message)
}

function eat(set: Uint8Array): Part {
  return (program) => void program.push({ kind: 'set', set })
}

function assert(holds: (name: string, at: number) => boolean): Part {
  return (program) => void program.push({ kind: 'assert', holds })
}

function alternate(program: Step[], branches: readonly Part[]): void {
  const fork = { kind: 'split' as const, to: [] as number[] }
  program.push(fork)
  const ends: number[][] = []
  for (const branch of branches) {
    fork.to.push(program.length)
    branch(program)
    const end: number[] = []
    ends.push(end)
    program.push({ kind: 'split', to: end })
  }
  for (const end of ends) end.push(program.length)
}

function repeat(part: Part, least: number, most: number, parser: Parser): Part {
  return (program) => {
    for (let count = 0; count < least; count++) {
      part(program)
      parser.checkSize(program)
    }
    if (most === Number.POSITIVE_INFINITY) {
      const fork = { kind: 'split' as const, to: [program.length + 1] }
      const start = program.length
      program.push(fork)
      part(program)
      program.push({ kind: 'split', to: [start] })
      fork.to.push(program.length)
      return
    }
    const forks: number[][] = []
    for (let count = least; count < most; count++) {
      const to = [program.length + 1]
      forks.push(to)
      program.push({ kind: 'split', to })
      part(program)
      parser.checkSize(program)
    }
    for (const to of forks) to.push(program.length)
  }
}
