// Recorded logs that tests read: the fixture of this package, and the goldens where they are.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const FIXTURES = join(import.meta.dirname, '../fixtures')
const GOLDENS = join(import.meta.dirname, '../../../../../shared/goldens/events')

/** MySQL 9.7: plain, tagged, FULL metadata, rows query, and one compressed transaction. */
export function fixtureLog(): Buffer {
  return recordedLog('binlog-mixed')
}

/** Names of the logs that record-fixtures.ts has recorded. */
export const RECORDED = [
  'mysql-9.7',
  'mysql-9.7-no-checksum',
  'mariadb-11.8',
  'mariadb-11.8-compressed',
  'mariadb-10.11-compressed',
] as const

/** A recorded log of this package. */
export function recordedLog(name: string): Buffer {
  return gunzipSync(readFileSync(join(FIXTURES, `${name}.gz`)))
}

/** Every recorded log of the goldens, by scenario and file; empty where the goldens are not. */
export function goldenLogs(): { readonly name: string; readonly file: string; readonly read: () => Buffer }[] {
  if (!existsSync(GOLDENS)) return []
  return readdirSync(GOLDENS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(GOLDENS, name))
        .filter((file) => /^binlog\.\d+\.gz$/.test(file))
        .map((file) => ({
          name: `${name}/${file}`,
          file: file.slice(0, -3),
          read: () => gunzipSync(readFileSync(join(GOLDENS, name, file))),
        })),
    )
}
