// Compares the records that we wrote with the golden ones, and says the first difference in a way that a person can act on.
import type { GoldenBytes, GoldenRecord } from './scenario.ts'

/** The first difference between the two lists, or null when they are equal. Both are masked and sorted by topic, partition, offset. */
export function firstDifference(expected: readonly GoldenRecord[], actual: readonly GoldenRecord[]): string | null {
  return differences(expected, actual).next().value ?? null
}

/** One sentence for each record that differs, and for each topic with another number of them. */
export function* differences(
  expected: readonly GoldenRecord[],
  actual: readonly GoldenRecord[],
): Generator<string, undefined> {
  const topics = [...new Set([...expected, ...actual].map((record) => record.topic))].sort()
  for (const topic of topics) {
    const want = expected.filter((record) => record.topic === topic)
    const have = actual.filter((record) => record.topic === topic)
    for (let i = 0; i < Math.min(want.length, have.length); i++) {
      const difference = recordDifference(want[i] as GoldenRecord, have[i] as GoldenRecord)
      if (difference !== null) yield `${topic} #${i}: ${difference}`
    }
    if (want.length !== have.length) yield `${topic}: ${have.length} records, expected ${want.length}`
  }
  return undefined
}

function recordDifference(want: GoldenRecord, have: GoldenRecord): string | null {
  if (want.partition !== have.partition) return `partition ${have.partition}, expected ${want.partition}`
  const key = bytesDifference(want.key, have.key)
  if (key !== null) return `key ${key}`
  const value = bytesDifference(want.value, have.value)
  if (value !== null) return `value ${value}`
  const names = (record: GoldenRecord) => record.headers.map(([name]) => name).join(', ')
  if (names(want) !== names(have)) return `headers [${names(have)}], expected [${names(want)}]`
  for (const [i, [name, bytes]] of want.headers.entries()) {
    const difference = bytesDifference(bytes, (have.headers[i] as (typeof have.headers)[number])[1])
    if (difference !== null) return `header ${name} ${difference}`
  }
  if (want.timestamp !== undefined && want.timestamp !== have.timestamp)
    return `timestamp ${have.timestamp}, expected ${want.timestamp}`
  return null
}

const show = (bytes: GoldenBytes) =>
  'null' in bytes ? 'null' : 'text' in bytes ? bytes.text : `base64 ${bytes.base64}`

function bytesDifference(want: GoldenBytes, have: GoldenBytes): string | null {
  const a = show(want)
  const b = show(have)
  if (a === b && Object.keys(want)[0] === Object.keys(have)[0]) return null
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  const from = Math.max(0, at - 60)
  const part = (text: string) => text.slice(from, at + 100).replaceAll('\n', '\\n')
  return `differs at character ${at}: …${part(b)}… expected …${part(a)}…`
}
