// The one list of known differences, docs/reference/differences.md: scenarios in which Millrace answers otherwise than Debezium on purpose.
import { readFileSync } from 'node:fs'

/** Scenario name → reason, read from the table rows `| scenario | reason |` below the heading "Scenarios that differ". */
export function readDifferences(file: string): ReadonlyMap<string, string> {
  return parseDifferences(readFileSync(file, 'utf8'))
}

/** Parses the page's text. */
export function parseDifferences(text: string): ReadonlyMap<string, string> {
  const section = text.split(/^## /m).find((part) => part.startsWith('Scenarios that differ')) ?? ''
  const rows = new Map<string, string>()
  for (const [, name, reason] of section.matchAll(/^\| `([^`|]+)` \| (.+?) \|$/gm))
    rows.set(name as string, reason as string)
  return rows
}
