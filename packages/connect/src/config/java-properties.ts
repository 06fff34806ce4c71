// Java properties files: `key=value` lines with comments, `\` escapes and continued lines, as java.util.Properties reads them.

/** The entries in order; of a key named twice the last value counts. */
export function parseProperties(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const match = /^((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*([\s\S]*)$/.exec(line)
    if (match) found.set(unescaped(match[1]!), unescaped(match[2]!))
  }
  return found
}

/** Lines without comments and blank ones; one that ends in an odd number of backslashes goes on in the next. */
function* logicalLines(text: string): Generator<string> {
  let open: string | null = null
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line: string = natural.replace(/^[ \t\f]+/, '')
    if (open === null && (line === '' || /^[#!]/.test(line))) continue
    const whole: string = (open ?? '') + line
    const isContinued = /\\*$/.exec(whole)![0].length % 2 === 1
    if (isContinued) open = whole.slice(0, -1)
    else {
      yield whole
      open = null
    }
  }
  if (open !== null && open !== '') yield open
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_whole, code: string | undefined, char: string) =>
    code === undefined ? (named[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
