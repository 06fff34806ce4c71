// Paths inside JSON documents as partial updates name them: `$.a."b c"[2]`, `$[last]`, `$[last-1]`.
import { damagedJson } from './damaged-json.ts'

/** A member of an object by its key, or a cell of an array by its index, counted from the front or from the last one. */
export type PathLeg =
  | { readonly kind: 'member'; readonly key: Buffer }
  | { readonly kind: 'cell'; readonly index: number; readonly isFromEnd: boolean }

const CELL = /\s*\[\s*(?:(\d+)|last(?:\s*-\s*(\d+))?)\s*\]/y
const QUOTED = /\s*\.\s*("(?:[^"\\]|\\.)*")/suy
const PLAIN = /\s*\.\s*([^\s.["]+)/uy

/** Legs of a path. Throws MysqlDataError for other text, wildcards included. */
export function parseJsonPath(text: string): readonly PathLeg[] {
  const legs: PathLeg[] = []
  let at = text.startsWith('$') ? 1 : 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  while (text.slice(at).trim() !== '') {
    const cell = match(CELL)
    if (cell !== null) {
      const isFromEnd = cell[1] === undefined
      legs.push({ kind: 'cell', index: Number(cell[1] ?? cell[2] ?? 0), isFromEnd })
      continue
    }
    const quoted = match(QUOTED)
    const key = quoted === null ? match(PLAIN)?.[1] : unquoted(quoted[1] as string)
    if (key === undefined || key === '*') throw damagedJson()
    legs.push({ kind: 'member', key: Buffer.from(key) })
  }
  return legs
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch {
    throw damagedJson()
  }
}
