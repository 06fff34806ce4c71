// Finds the recorded goldens beside the checkout and reads them; tests that need them are skipped by name where they are absent.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root =
  process.env.MILLRACE_GOLDENS ?? fileURLToPath(new URL('../../../../../shared/goldens', import.meta.url).toString())

/** Whether the goldens are there. */
export const hasGoldens = existsSync(join(root, 'events'))

/** A key, value or header of a recorded line. */
export interface GoldenBytes {
  readonly text?: string
  readonly base64?: string
  readonly null?: true
}

/** One recorded record. */
export interface GoldenRecord {
  readonly topic: string
  readonly partition: number
  readonly key: GoldenBytes
  readonly value: GoldenBytes
  readonly headers: readonly (readonly [name: string, value: GoldenBytes])[]
  readonly timestamp?: number
}

/** Names of all recorded scenarios that have records. */
export function scenarios(): readonly string[] {
  if (!hasGoldens) return []
  return readdirSync(join(root, 'events')).filter((name) => existsSync(join(root, 'events', name, 'expected.jsonl')))
}

/** The records of a scenario. */
export function goldenRecords(scenario: string): readonly GoldenRecord[] {
  return readFileSync(join(root, 'events', scenario, 'expected.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoldenRecord)
}

/** The connector configuration of a scenario. */
export function goldenConfig(scenario: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(root, 'events', scenario, 'connector.json'), 'utf8')) as Record<string, string>
}

/** The bytes of a recorded part; null for a null. */
export function bytesOfGolden(part: GoldenBytes): Buffer | null {
  if (part.text !== undefined) return Buffer.from(part.text, 'utf8')
  return part.base64 === undefined ? null : Buffer.from(part.base64, 'base64')
}

/** One recorded REST exchange. */
export interface RestGolden {
  readonly id: string
  readonly request?: { readonly method: string; readonly path: string; readonly body?: string | null }
  readonly response?: { readonly status: number; readonly body: string }
  readonly tags?: readonly string[]
  readonly project?: { readonly keep?: readonly string[] }
}

/** The exchanges of a REST golden file. */
export function restGoldens(file: string): readonly RestGolden[] {
  if (!hasGoldens) return []
  return readFileSync(join(root, 'rest', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RestGolden)
}

/** A text file of a scenario; empty when it is not there. */
export function goldenFile(scenario: string, name: string): string {
  const path = join(root, 'events', scenario, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** The masks that make two recordings of one scenario equal. */
export function goldenMasks(): readonly (readonly [pattern: RegExp, replacement: string])[] {
  if (!hasGoldens) return []
  const { text } = JSON.parse(readFileSync(join(root, 'events', 'masks.json'), 'utf8')) as { text: [string, string][] }
  return text.map(([pattern, replacement]) => [
    new RegExp(pattern, 'gm'),
    replacement.replaceAll('$', '$$$$').replace(/\\g<(\d+)>|\\(\d)/g, (_all, named, plain) => `$${named ?? plain}`),
  ])
}
