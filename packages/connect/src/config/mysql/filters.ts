// Which databases, tables and columns are captured: Debezium's include and exclude lists, compiled once.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex, splitList } from '../java-regex.ts'
import type { OptionReader } from '../option-reader.ts'

/** Databases that belong to the server itself. */
export const BUILT_IN_DATABASES: ReadonlySet<string> = new Set([
  'mysql',
  'performance_schema',
  'sys',
  'information_schema',
])

/** Answers what is captured. Names are compared without case, as Debezium does. */
export interface CaptureFilters {
  includesDatabase(database: string): boolean
  includesTable(database: string, table: string): boolean
  includesColumn(database: string, table: string, column: string): boolean
}

/** A list of Java regular expressions that must match a whole identifier, any case. */
export type NameMatcher = (name: string) => boolean

/** Reads a regex list; null when the option is not set or empty. Faults go to the reader. */
export function matcherOf(reader: OptionReader, name: string): NameMatcher | null {
  const text = reader.text(name)
  if (text === null || text === '') return null
  return regexListMatcher(text, (reason) =>
    reader.fault(
      name,
      `The '${name}' value is invalid: A comma-separated list of valid regular expressions is expected, but ${reason}`,
    ),
  )
}

/** Compiles a comma list of regular expressions into one question. */
export function regexListMatcher(text: string, fault: (reason: string) => void, isDotAll = false): NameMatcher {
  const patterns: RegExp[] = []
  for (const item of splitList(text)) {
    try {
      patterns.push(compileJavaRegex(item, { ignoreCase: true, isFullMatch: true, isDotAll }))
    } catch (thrown) {
      fault(CdcError.from(thrown).message)
    }
  }
  return (name) => patterns.some((pattern) => pattern.test(name))
}

/** The capture filters of a configuration. Answers for tables are remembered: the hot path asks once per table version. */
export function captureFilters(reader: OptionReader): CaptureFilters {
  const databaseIn = matcherOf(reader, 'database.include.list')
  const databaseOut = matcherOf(reader, 'database.exclude.list')
  const tableIn = matcherOf(reader, 'table.include.list')
  const tableOut = matcherOf(reader, 'table.exclude.list')
  const columnIn = matcherOf(reader, 'column.include.list')
  const columnOut = matcherOf(reader, 'column.exclude.list')
  // Signals are read from their table whether or not it is captured.
  const signalTable = reader.text('signal.data.collection')?.toLowerCase() ?? ''
  const ignoresBuiltIn = reader.boolean('table.ignore.builtin', true)
  const passes = (name: string, include: NameMatcher | null, exclude: NameMatcher | null) =>
    include !== null ? include(name) : exclude === null || !exclude(name)
  const includesDatabase = (database: string) =>
    !(ignoresBuiltIn && BUILT_IN_DATABASES.has(database.toLowerCase())) && passes(database, databaseIn, databaseOut)
  return {
    includesDatabase,
    includesTable: (database, table) => {
      const id = `${database}.${table}`
      if (signalTable !== '' && id.toLowerCase() === signalTable) return true
      return includesDatabase(database) && passes(id, tableIn, tableOut)
    },
    includesColumn: (database, table, column) => passes(`${database}.${table}.${column}`, columnIn, columnOut),
  }
}
