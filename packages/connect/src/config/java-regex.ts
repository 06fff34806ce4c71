// Java's regular expressions and replacement texts, compiled to JavaScript's; errors in Java's words, since validation answers show them.
import { CdcError } from '../base/errors.ts'

/** POSIX and Java character classes that JavaScript does not have, as the inside of a bracket expression. */
const CLASSES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0B\\f\\r',
}

/** How a pattern is compiled. `isFullMatch` anchors it as Java's `matches()` does; `isDotAll` is Java's flag DOTALL. */
export interface JavaRegexOptions {
  readonly ignoreCase?: boolean
  readonly isFullMatch?: boolean
  readonly isDotAll?: boolean
}

/** Compiles a Java regular expression. Throws CDC_CONFIG_INVALID whose message is that of Java's PatternSyntaxException. */
export function compileJavaRegex(pattern: string, options: JavaRegexOptions = {}): RegExp {
  checkSyntax(pattern)
  const { source, ignoresCase, needsUnicode } = translate(pattern)
  const flags = `${options.ignoreCase || ignoresCase ? 'i' : ''}${needsUnicode ? 'u' : ''}${options.isDotAll ? 's' : ''}`
  try {
    return new RegExp(options.isFullMatch ? `^(?:${source})$` : source, flags)
  } catch (cause) {
    throw new CdcError('CDC_CONFIG_INVALID', syntaxMessage('Unsupported construct', pattern, -1), { cause })
  }
}

function syntaxMessage(what: string, pattern: string, index: number): string {
  let message = what
  if (index >= 0) message += ` near index ${index}`
  message += `\n${pattern}`
  if (index >= 0 && index < pattern.length) message += `\n${' '.repeat(index)}^`
  return message
}

function checkSyntax(pattern: string): void {
  const fail = (what: string, index: number) => {
    throw new CdcError('CDC_CONFIG_INVALID', syntaxMessage(what, pattern, index))
  }
  let groups = 0
  let classDepth = 0
  let canRepeat = false
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]
    if (char === '\\') {
      if (i + 1 === pattern.length) fail('Unexpected internal error', i + 1)
      if (pattern[i + 1] === 'Q') {
        const end = pattern.indexOf('\\E', i + 2)
        i = end < 0 ? pattern.length : end
      }
      i++
      canRepeat = true
    } else if (classDepth > 0) {
      if (char === '[') classDepth++
      // A bracket that directly follows the opening one is a literal.
      else if (char === ']' && pattern[i - 1] !== '[' && !(pattern[i - 1] === '^' && pattern[i - 2] === '['))
        classDepth--
    } else if (char === '[') {
      classDepth++
      canRepeat = true
    } else if (char === '(') {
      groups++
      canRepeat = false
      if (pattern[i + 1] === '?') i++
    } else if (char === ')') {
      if (--groups < 0) fail("Unmatched closing ')'", i - 1)
      canRepeat = true
    } else if (char === '|') canRepeat = false
    else if ((char === '*' || char === '+' || char === '?') && !canRepeat) fail(`Dangling meta character '${char}'`, i)
    else canRepeat = true
  }
  if (classDepth > 0) fail('Unclosed character class', pattern.length - 1)
  if (groups > 0) fail('Unclosed group', pattern.length)
}

function translate(pattern: string): { source: string; ignoresCase: boolean; needsUnicode: boolean } {
  let source = ''
  let ignoresCase = false
  let needsUnicode = false
  let inClass = false
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i)
    const flag = /^\(\?([a-zA-Z]+)\)/.exec(rest)
    if (!inClass && flag !== null) {
      if (flag[1]?.includes('i')) ignoresCase = true
      i += flag[0].length - 1
      continue
    }
    if (rest.startsWith('\\Q')) {
      const end = rest.indexOf('\\E', 2)
      const quoted = end < 0 ? rest.slice(2) : rest.slice(2, end)
      source += quoted.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
      i += (end < 0 ? rest.length : end + 2) - 1
      continue
    }
    const named = /^\\([pP])\{(?:Is|In)?(\w+)\}/.exec(rest)
    if (named !== null) {
      const members = CLASSES[named[2] as string]
      if (members === undefined) {
        needsUnicode = true
        source += `\\${named[1]}{${named[2]}}`
      } else source += inClass ? members : `[${named[1] === 'P' ? '^' : ''}${members}]`
      i += named[0].length - 1
      continue
    }
    const char = pattern[i] as string
    if (char === '\\') {
      const next = pattern[i + 1] ?? ''
      source += ANCHORS[next] ?? `\\${next}`
      i++
      continue
    }
    if (char === '[') inClass = true
    else if (char === ']') inClass = false
    // Possessive quantifiers have no counterpart; the greedy one accepts the same texts or more.
    if (!inClass && char === '+' && /[*+?}]$/.test(source) && !source.endsWith('\\+')) continue
    source += char
  }
  return { source, ignoresCase, needsUnicode }
}

const ANCHORS: Readonly<Record<string, string>> = { A: '^', z: '$', Z: '$', h: '[ \\t\\xA0]', R: '(?:\\r\\n|[\\n\\r])' }

/**
 * Expands a Java replacement text (`$1`, `${name}`, `\$`) for one match. Throws CDC_CONFIG_INVALID for a group that does not exist.
 */
export function expandReplacement(replacement: string, match: RegExpExecArray): string {
  let out = ''
  for (let i = 0; i < replacement.length; i++) {
    const char = replacement[i] as string
    if (char === '\\') out += replacement[++i] ?? ''
    else if (char === '$') {
      const named = /^\$\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(replacement.slice(i))
      const numbered = /^\$(\d)/.exec(replacement.slice(i))
      if (named !== null) {
        const groups = match.groups ?? {}
        const name = named[1] as string
        if (!Object.hasOwn(groups, name)) throw new CdcError('CDC_CONFIG_INVALID', `No group with name {${name}}`)
        out += groups[name] ?? ''
        i += named[0].length - 1
      } else if (numbered !== null) {
        i += numbered[0].length - 1
        let index = Number(numbered[1])
        if (index >= match.length) throw new CdcError('CDC_CONFIG_INVALID', `No group ${index}`)
        // Java takes further digits as long as such a group exists.
        while (/\d/.test(replacement[i + 1] ?? '') && index * 10 + Number(replacement[i + 1]) < match.length) {
          index = index * 10 + Number(replacement[++i])
        }
        out += match[index] ?? ''
      } else throw new CdcError('CDC_CONFIG_INVALID', 'Illegal group reference')
    } else out += char
  }
  return out
}

/** Splits Debezium's comma lists: `\,` keeps a comma, items are trimmed, empty items are dropped. */
export function splitList(text: string): string[] {
  const items: string[] = []
  let item = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && text[i + 1] === ',') item += text[++i]
    else if (text[i] === '\\' && i + 1 < text.length) item += `\\${text[++i]}`
    else if (text[i] === ',') {
      items.push(item)
      item = ''
    } else item += text[i]
  }
  items.push(item)
  return items.map((entry) => entry.trim()).filter((entry) => entry !== '')
}
