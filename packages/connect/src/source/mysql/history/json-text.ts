// JSON in the layout of Debezium's document writer: `"key" : value`, two spaces per object, arrays on one line with their brackets spaced.

/** Prints a value of objects, arrays, strings, numbers, bigints, booleans and null. Members that are undefined are left out. */
export function printDocument(value: unknown): string {
  return print(value, '')
}

function print(value: unknown, indent: string): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) {
    if (value.length === 0) return '[ ]'
    return `[ ${value.map((item) => print(item, indent)).join(', ')} ]`
  }
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  const members: string[] = []
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${inner}${quoted(key)} : ${print(member, inner)}`)
  }
  return members.length === 0 ? '{ }' : `{\n${members.join(',\n')}\n${indent}}`
}

/** As JSON.stringify, but control characters in capital hex digits, as Java's writers have them. */
function quoted(text: string): string {
  // Pairs of backslashes are matched too, so that an escaped backslash before `u001f` is not taken for an escape.
  return JSON.stringify(text).replace(/\\\\|\\u00[01][a-f]/g, (match) =>
    match === '\\\\' ? match : `\\u${match.slice(2).toUpperCase()}`,
  )
}
