// String literals of SQL → their values.

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' }

/** The value of a literal's inner text. Doubled quotes are one; backslash escapes as MySQL has them unless switched off. */
export function unescapeLiteral(inner: string, quote: string, noBackslashEscapes: boolean): string {
  if (!inner.includes('\\') && !inner.includes(quote)) return inner
  let out = ''
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i] as string
    if (c === quote && inner[i + 1] === quote) {
      out += quote
      i++
    } else if (c === '\\' && !noBackslashEscapes && i + 1 < inner.length) {
      const escaped = inner[++i] as string
      // `\%` and `\_` keep their backslash: they are patterns of LIKE.
      out += escaped === '%' || escaped === '_' ? `\\${escaped}` : (ESCAPES[escaped] ?? escaped)
    } else out += c
  }
  return out
}

/** A label as SHOW CREATE TABLE writes it. */
export function quoteLabel(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
