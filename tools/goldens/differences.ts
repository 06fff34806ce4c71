// The one list of known differences, docs/reference/differences.md: scenarios in which Millrace answers otherwise than Debezium on purpose.
import { readFileSync } from 'node:fs'
import type { Verdict } from './event-runner.ts'

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

/**
 * The verdict with the list's word. A listed scenario that fails passes as listed; one that passes unexpectedly fails, so that the list stays
 * true. One with records of our own (`isOwn`) must equal them and must be listed: the list says why they exist.
 */
export function judgedByList(reason: string | undefined, verdict: Verdict, isOwn: boolean): Verdict {
  if (isOwn) {
    if (verdict.outcome !== 'passed') return verdict
    return reason === undefined
      ? { outcome: 'failed', reason: 'has records in test/goldens, but no reason in docs/reference/differences.md' }
      : { outcome: 'passed', reason }
  }
  if (reason === undefined) return verdict
  if (verdict.outcome === 'failed') return { outcome: 'passed', reason: `differs as listed: ${reason}` }
  return verdict.outcome === 'passed'
    ? { outcome: 'failed', reason: 'passes, but stands in docs/reference/differences.md' }
    : verdict
}
