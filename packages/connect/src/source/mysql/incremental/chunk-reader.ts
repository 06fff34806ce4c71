// Reads chunks of tables, and makes sure that what was read fits the definition that the stream knows.
import { MysqlServerError, type TableModel, type TextSession } from '@millrace/mysql'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import { quotedText } from '../reselect/value-literal.ts'
import type { ShapeFactory, TableShape } from '../shape.ts'
import { type LogEnd, quoted, readLogEnd } from '../snapshot/server-questions.ts'
import { selectList } from '../snapshot/table-query.ts'
import { type ChunkKey, type KeyColumn, keyOfCells } from './chunk-key.ts'
import { type ChunkRange, chunkEndQuery, chunkQuery, maximumKeyQuery } from './chunk-query.ts'
import type { ChunkWindow } from './chunk-window.ts'

/** What {@link ChunkReader} works with. */
export interface ChunkReaderOptions {
  readonly config: MysqlConnectorConfig
  /** Shapes of texts in the session's zone. */
  readonly shapes: ShapeFactory
  readonly openSession: () => Promise<TextSession>
}

/** What came of reading a chunk. */
export type ChunkResult =
  | { readonly kind: 'rows'; readonly count: number; readonly end: ChunkKey }
  | { readonly kind: 'end' }
  /** The table is not as the stream knows it: to be read again when its statement has come. */
  | { readonly kind: 'altered' }

/** One session, opened when it is needed and again after it broke. Throws MysqlError and CdcErrors. */
export class ChunkReader {
  readonly #options: ChunkReaderOptions
  #session: TextSession | null = null
  /** Columns of the table at its first chunk under a definition. */
  #known: { readonly model: TableModel; readonly columns: string } | null = null

  constructor(options: ChunkReaderOptions) {
    this.#options = options
  }

  close(): void {
    this.#session?.close()
    this.#session = null
  }

  /** Runs a statement without rows of interest. */
  async run(sql: string): Promise<void> {
    await this.#with((session) => session.query(sql))
  }

  /** Names of a table's columns, in order; `table` in backticks. */
  columnNames(table: string): Promise<readonly string[]> {
    return this.#with(async (session) => {
      const result = await session.open(`SELECT * FROM ${table} LIMIT 0`)
      while ((await result.nextChunk())?.next() != null);
      return result.columns.map(({ name }) => quoted(name))
    })
  }

  /** Where the log ends now. */
  logEnd(): Promise<LogEnd> {
    return this.#with(readLogEnd)
  }

  /** The table's largest key; null for an empty table. */
  maximumKey(range: ChunkRange): Promise<ChunkKey | null> {
    return this.#with((session) => firstKey(session, maximumKeyQuery(range), range.keys))
  }

  /** Reads the chunk behind `last` into the window. */
  read(range: ChunkRange, last: ChunkKey | null, maximum: ChunkKey, window: ChunkWindow): Promise<ChunkResult> {
    return this.#with(async (session) => {
      if (!(await this.#fits(session, range.model))) return { kind: 'altered' }
      const { chunkSize } = this.#options.config.snapshot.incremental
      let end: ChunkKey
      let count: number
      try {
        end = (await firstKey(session, chunkEndQuery(range, last, maximum, chunkSize), range.keys)) ?? maximum
        count = await this.#readRows(session, range, last, end, window)
      } catch (thrown) {
        if (!isAltered(thrown)) throw thrown
        return { kind: 'altered' }
      }
      if (!(await this.#fits(session, range.model))) {
        window.clear()
        return { kind: 'altered' }
      }
      return count === 0 ? { kind: 'end' } : { kind: 'rows', count, end }
    })
  }

  async #readRows(
    session: TextSession,
    range: ChunkRange,
    last: ChunkKey | null,
    end: ChunkKey,
    window: ChunkWindow,
  ): Promise<number> {
    const shape: TableShape = this.#options.shapes.textShape(range.model)
    const result = await session.open(chunkQuery(range, selectList(range.model, shape), last, end))
    window.open(shape)
    let count = 0
    for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
      for (let row = chunk.next(); row !== null; row = chunk.next()) {
        window.add(row)
        count++
      }
    }
    return count
  }

  /** Whether the table's columns are those of the model, and the same as at its first chunk. */
  async #fits(session: TextSession, model: TableModel): Promise<boolean> {
    const rows = await session.query(
      'SELECT COLUMN_NAME, COLUMN_TYPE, CHARACTER_SET_NAME FROM information_schema.COLUMNS ' +
        `WHERE TABLE_SCHEMA = ${quotedText(model.database)} AND TABLE_NAME = ${quotedText(model.name)} ORDER BY ORDINAL_POSITION`,
    )
    const names = rows.map(([name]) => (name ?? '').toLowerCase())
    if (names.join('\0') !== model.columns.map(({ name }) => name.toLowerCase()).join('\0')) return false
    const columns = JSON.stringify(rows)
    if (this.#known?.model === model) return this.#known.columns === columns
    this.#known = { model, columns }
    return true
  }

  async #with<T>(work: (session: TextSession) => Promise<T>): Promise<T> {
    const isFresh = this.#session === null
    this.#session ??= await this.#open()
    try {
      return await work(this.#session)
    } catch (thrown) {
      // The server's own answers leave the session as it is; everything else means that it is broken, perhaps for being idle.
      if (thrown instanceof MysqlServerError) throw thrown
      this.close()
      if (isFresh) throw thrown
      return this.#with(work)
    }
  }

  async #open(): Promise<TextSession> {
    const { config, openSession } = this.#options
    const session = await openSession()
    if (config.connection.timeZone === null) await session.query("SET time_zone = '+00:00'")
    return session
  }
}

async function firstKey(session: TextSession, sql: string, keys: readonly KeyColumn[]): Promise<ChunkKey | null> {
  const result = await session.open(sql)
  let key: ChunkKey | null = null
  for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
    for (let row = chunk.next(); row !== null; row = chunk.next()) key ??= keyOfCells(keys, row, 0)
  }
  return key
}

// Unknown column, no such table, table changed under the statement.
const ALTERED = new Set([1054, 1146, 1412])

function isAltered(thrown: unknown): boolean {
  return thrown instanceof MysqlServerError && ALTERED.has(thrown.errno)
}
