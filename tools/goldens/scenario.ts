// A golden scenario as it stands in its folder (../shared/goldens/events/README.md describes the format). The runner knows no names:
// every folder with a scenario.json is a scenario.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A key, value or header of a golden record. */
export type GoldenBytes = { readonly text: string } | { readonly base64: string } | { readonly null: true }

/** One line of expected.masked.jsonl. */
export interface GoldenRecord {
  readonly topic: string
  readonly partition: number
  readonly key: GoldenBytes
  readonly value: GoldenBytes
  readonly headers: readonly (readonly [string, GoldenBytes])[]
  /** Milliseconds; only where it is compared. */
  readonly timestamp?: number
}

/** One step of a scenario: exactly one member is set. */
export interface Step {
  readonly sql?: string
  readonly stop?: unknown
  readonly pause?: unknown
  readonly resume?: unknown
  readonly restart?: unknown
  readonly 'reset-offsets'?: unknown
  /** A body, or a text that says that the body stands in the notes. */
  readonly offsets?: unknown
  readonly config?: Readonly<Record<string, string | null>>
  readonly produce?: { readonly topic: string; readonly key: string | null; readonly value: string | null }
  readonly file?: { readonly text: string } | string
  readonly 'delete-topic'?: string
  readonly sleep?: number
}

/** A scenario folder, read. */
export interface Scenario {
  readonly name: string
  readonly folder: string
  readonly what: string
  /** `gtid`, `nogtid`: MySQL; the others: MariaDB of that version. */
  readonly server: 'gtid' | 'nogtid' | 'mariadb-10.11' | 'mariadb-11.8'
  readonly serverId: number
  readonly serverVariables: Readonly<Record<string, string | number>>
  readonly steps: readonly Step[]
  /** Records per topic at the end. */
  readonly topics: Readonly<Record<string, number>>
  readonly records: number
  readonly recordsBeforeSteps: number
  readonly taskState: string | null
  readonly failure: readonly string[] | null
  readonly offsets: unknown
  /** Bodies of `PATCH …/offsets` kept in the notes, in the order of the steps. */
  readonly patchedOffsets: readonly unknown[]
  /** Only the first and last three records of a long topic are kept in the expected file. */
  readonly isSummary: boolean
  /** Set where the registration itself was refused. */
  readonly registerStatus: number | null
  readonly sqlErrors: readonly unknown[]
  readonly setup: string
  readonly connector: Readonly<Record<string, string>> | null
  readonly expected: readonly GoldenRecord[]
  /** Whether `expected` is our own, in place of what was recorded. */
  readonly isOwn: boolean
  /** What the trace of a failed task must match; null: any. */
  readonly failurePattern: RegExp | null
}

/** Regular expressions of masks.json, ready for JavaScript. */
export interface Masks {
  readonly text: readonly (readonly [string, string])[]
  readonly notifications: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
}

/** Every scenario below the folder, at any depth, sorted by name. */
export function findScenarios(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`no such folder: ${folder}`)
  const found: string[] = []
  const visit = (place: string): void => {
    if (existsSync(path.join(place, 'scenario.json'))) found.push(place)
    for (const entry of readdirSync(place, { withFileTypes: true }))
      if (entry.isDirectory()) visit(path.join(place, entry.name))
  }
  visit(folder)
  return found.sort((a, b) => path.basename(a).localeCompare(path.basename(b)))
}

/** Reads a scenario; files that it does not have are empty. */
export function readScenario(folder: string): Scenario {
  const text = (name: string) => {
    const file = path.join(folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  }
  const json = JSON.parse(text('scenario.json') as string) as Partial<Scenario> & Record<string, unknown>
  const lines = (text('expected.masked.jsonl') ?? '').split('\n').filter((line) => line !== '')
  return {
    name: path.basename(folder),
    folder,
    what: json.what ?? '',
    server: json.server ?? 'gtid',
    serverId: json.serverId ?? 1,
    serverVariables: json.serverVariables ?? {},
    steps: json.steps ?? [],
    topics: json.topics ?? {},
    records: json.records ?? 0,
    recordsBeforeSteps: json.recordsBeforeSteps ?? 0,
    taskState: json.taskState ?? null,
    failure: json.failure ?? null,
    offsets: json.offsets ?? null,
    patchedOffsets: ((json['notes'] ?? []) as { patchOffsets?: unknown }[]).flatMap((note) => note.patchOffsets ?? []),
    isSummary: json['summary'] !== undefined && json['summary'] !== false,
    registerStatus: (json['registerStatus'] as number | undefined) ?? null,
    sqlErrors: json.sqlErrors ?? [],
    setup: text('setup.sql') ?? '',
    connector: text('connector.json') === null ? null : JSON.parse(text('connector.json') as string),
    expected: lines.map((line) => JSON.parse(line) as GoldenRecord),
    isOwn: false,
    failurePattern: null,
  }
}

/** The masks that hold for a scenario: masks.json of the nearest folder above it. */
export function readMasks(folder: string): Masks {
  for (let place = folder; ; place = path.dirname(place)) {
    const file = path.join(place, 'masks.json')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Masks
    if (place === path.dirname(place)) throw new Error(`no masks.json above ${folder}`)
  }
}
