// JSON text that keeps 64-bit numbers whole: integers beyond 2^53 are read as bigint and written as they were.

/**
 * Parses JSON. Integers outside the range of exact doubles become bigint; everything else is as JSON.parse gives it.
 * Errors: SyntaxError.
 */
export function parseExact(text: string): unknown {
  return (JSON.parse as ParseWithSource)(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
    const source = context?.source ?? ''
    return /^-?\d+$/.test(source) ? BigInt(source) : value
  })
}

/** Writes compact JSON; bigint values become plain JSON numbers, undefined members are left out. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? (JSON as JsonWithRaw).rawJSON(member.toString()) : member,
  )
}

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown
type JsonWithRaw = typeof JSON & { rawJSON(text: string): unknown }
