// The letters of Java's SimpleDateFormat that people use, in UTC.
import { CdcError } from '../../base/errors.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

type Token = { readonly letter: string; readonly count: number } | string

function tokens(pattern: string): Token[] {
  const found: Token[] = []
  for (const [part] of pattern.matchAll(/'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+/g)) {
    if (part === "''") found.push("'")
    else if (part.startsWith("'")) found.push(part.slice(1, -1).replaceAll("''", "'"))
    else if (/^[a-zA-Z]/.test(part)) found.push({ letter: part[0] as string, count: part.length })
    else found.push(part)
  }
  return found
}

/** Formats Unix epoch milliseconds. Throws CDC_CONFIG_INVALID for a letter that is not known. */
export function formatDate(pattern: string, epochMs: number): string {
  const date = new Date(epochMs)
  return tokens(pattern)
    .map((token) => (typeof token === 'string' ? token : part(token.letter, token.count, date)))
    .join('')
}

function part(letter: string, count: number, date: Date): string {
  const number = (value: number) => String(value).padStart(count, '0')
  const hour = date.getUTCHours()
  switch (letter) {
    case 'y':
    case 'Y':
      return count === 2 ? number(date.getUTCFullYear() % 100) : number(date.getUTCFullYear())
    case 'M':
    case 'L': {
      const name = MONTHS[date.getUTCMonth()] as string
      return count > 3 ? name : count === 3 ? name.slice(0, 3) : number(date.getUTCMonth() + 1)
    }
    case 'd':
      return number(date.getUTCDate())
    case 'H':
      return number(hour)
    case 'k':
      return number(hour === 0 ? 24 : hour)
    case 'K':
      return number(hour % 12)
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12)
    case 'm':
      return number(date.getUTCMinutes())
    case 's':
      return number(date.getUTCSeconds())
    case 'S':
      return number(date.getUTCMilliseconds())
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'E': {
      const name = DAYS[date.getUTCDay()] as string
      return count > 3 ? name : name.slice(0, 3)
    }
    case 'z':
      return 'UTC'
    case 'Z':
      return '+0000'
    case 'X':
      return 'Z'
    default:
      throw new CdcError('CDC_CONFIG_INVALID', `Letter ${letter} of a date format is not supported`)
  }
}

/** Unix epoch milliseconds of a text of numbers in a pattern; null when it does not fit. */
export function parseDate(pattern: string, text: string): number | null {
  const letters: string[] = []
  const source = tokens(pattern)
    .map((token) => {
      if (typeof token === 'string') return token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      letters.push(token.letter)
      if (token.letter === 'X' || token.letter === 'Z' || token.letter === 'z') return '(Z|UTC|GMT|[+-]\\d{2}:?\\d{2})'
      return token.count > 1 ? `(\\d{1,${Math.max(token.count, 2)}})` : '(\\d+)'
    })
    .join('')
  const match = new RegExp(`^${source}$`).exec(text)
  if (match === null) return null
  const at = (letter: string, fallback: number) => {
    const index = letters.indexOf(letter)
    return index < 0 ? fallback : Number(match[index + 1])
  }
  const zone = match[letters.findIndex((letter) => /[XZz]/.test(letter)) + 1]
  const utc = Date.UTC(at('y', 1970), at('M', 1) - 1, at('d', 1), at('H', 0), at('m', 0), at('s', 0), at('S', 0))
  return utc - offsetMs(letters.some((letter) => /[XZz]/.test(letter)) ? zone : undefined)
}

function offsetMs(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '')
  if (match === null) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000
}
