// ReselectColumnsPostProcessor: a stage behind the source's batches, there only where it is configured. It makes records of the changes,
// reads chosen columns of inserted and updated rows anew, and hands on plain records in the same order.
import type { TextSession } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { ReselectConfig } from '../../../config/mysql/post-processors.ts'
import type { CellColumn, ChangeRow, SourceItem } from '../../../data/change-row.ts'
import type { ConnectRecord, Struct } from '../../../data/record.ts'
import { structField } from '../../../data/struct.ts'
import { structOfCells, toRecord } from '../../../data/to-record.ts'
import type { SourceBatch } from '../../source.ts'
import type { ShapeFactory, TableShape } from '../shape.ts'
import { isServerError, quoted } from '../snapshot/server-questions.ts'
import { tableQuery } from '../snapshot/table-query.ts'
import { cdcErrorOf } from '../stream-errors.ts'
import { valueLiteral } from './value-literal.ts'

/** What {@link ReselectStage} works with. */
export interface ReselectOptions {
  readonly processors: readonly ReselectConfig[]
  /** `unavailable.value.placeholder`, as bytes. */
  readonly placeholder: Buffer
  /** Shapes of a session in UTC. */
  readonly shapes: ShapeFactory
  readonly openSession: () => Promise<TextSession>
  readonly log: Logger
}

/** One row that is to be read: which fields of its record are replaced, and how the row is found. */
interface Wanted {
  readonly shape: TableShape
  readonly after: Struct
  readonly fields: readonly number[]
  readonly where: string
  readonly failsOnError: boolean
}

const NO_SUCH_COLUMN = 1054

/** See the file's head. */
export class ReselectStage {
  readonly #options: ReselectOptions
  readonly #textShapes = new WeakMap<TableShape, { readonly shape: TableShape; readonly sql: string }>()
  #session: TextSession | null = null

  constructor(options: ReselectOptions) {
    this.#options = options
  }

  /** The batches with their records completed; closes its session at the end. Throws CDC_DATA_INVALID where a query fails and that is to stop the task. */
  async *around(batches: AsyncIterable<SourceBatch>): AsyncGenerator<SourceBatch, void, undefined> {
    try {
      for await (const batch of batches) yield await this.#completed(batch)
    } finally {
      this.#session?.close()
      this.#session = null
    }
  }

  async #completed(batch: SourceBatch): Promise<SourceBatch> {
    const records: ConnectRecord[] = []
    const wanted: Wanted[] = []
    batch.forEach((item: SourceItem) => {
      if (item.kind === 'record') {
        records.push(item.record)
        return
      }
      const record = toRecord(item)
      records.push(record)
      if (item.op === 'c' || item.op === 'u') this.#want(item, record, wanted)
    })
    for (const row of wanted) await this.#replace(row)
    const { sourcePartition, sourceOffset } = batch
    return {
      sourcePartition,
      sourceOffset,
      forEach: (visit) => {
        for (const record of records) visit({ kind: 'record', record })
      },
      acked: () => batch.acked(),
    }
  }

  #want(change: ChangeRow, record: ConnectRecord, wanted: Wanted[]): void {
    const shape = change.shape as TableShape
    const after = structField(record.value as Struct, 'after')
    if (after === null) return
    for (const processor of this.#options.processors) {
      const fields = this.#fieldsToRead(shape, after, processor)
      if (fields.length === 0) continue
      const where = condition(change, shape, processor.usesEventKey)
      if (where === null) continue
      wanted.push({ shape, after, fields, where, failsOnError: processor.failsOnError })
    }
  }

  #fieldsToRead(shape: TableShape, after: Struct, processor: ReselectConfig): number[] {
    const { database, name } = shape.model
    const found: number[] = []
    for (const [index, column] of shape.columns.entries()) {
      const value = after.values[index] ?? column.schema.default ?? null
      const isAbsent = value === null ? processor.readsNulls : processor.readsUnavailable && this.#isPlaceholder(value)
      if (isAbsent && processor.matches(`${database}.${name}:${column.name}`)) found.push(index)
    }
    return found
  }

  #isPlaceholder(value: unknown): boolean {
    const { placeholder } = this.#options
    if (typeof value === 'string') return value === placeholder.toString() || value === placeholder.toString('base64')
    return Buffer.isBuffer(value) && value.equals(placeholder)
  }

  async #replace({ shape, after, fields, where, failsOnError }: Wanted): Promise<void> {
    const table = `${shape.model.database}.${shape.model.name}`
    try {
      const text = this.#textShape(shape)
      const row = await this.#read(`${text.sql} WHERE ${where}`, text.shape, after)
      if (row === null) {
        this.#options.log.warn({ table }, 'a row whose columns are to be read anew is not there any more')
        return
      }
      for (const field of fields) after.values[field] = row.values[field]
    } catch (thrown) {
      this.#session?.close()
      this.#session = null
      const cause = cdcErrorOf(thrown)
      const message = `Failed to re-select columns of table ${table}: ${cause.message}`
      if (failsOnError) {
        const isAltered = isServerError(thrown, NO_SUCH_COLUMN)
        throw new CdcError('CDC_DATA_INVALID', message, {
          javaClass: 'io.debezium.DebeziumException',
          hint: isAltered ? 'The table has changed since: set reselect.error.handling.mode=warn.' : cause.hint,
          cause,
        })
      }
      this.#options.log.warn({ table, code: cause.code }, message)
    }
  }

  async #read(sql: string, shape: TableShape, after: Struct): Promise<Struct | null> {
    this.#session ??= await this.#openSession()
    const result = await this.#session.open(sql)
    let found: Struct | null = null
    for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
      for (let row = chunk.next(); row !== null; row = chunk.next()) {
        found ??= structOfCells(after.schema, shape.columns, row)
      }
    }
    return found
  }

  async #openSession(): Promise<TextSession> {
    const session = await this.#options.openSession()
    await session.query("SET time_zone = '+00:00'")
    return session
  }

  #textShape(shape: TableShape): { readonly shape: TableShape; readonly sql: string } {
    let text = this.#textShapes.get(shape)
    if (text === undefined) {
      const made = this.#options.shapes.textShape(shape.model)
      text = { shape: made, sql: tableQuery(shape.model, made) }
      this.#textShapes.set(shape, text)
    }
    return text
  }
}

/** `key = value AND …` of a row; null where nothing tells it from others. */
function condition(change: ChangeRow, shape: TableShape, usesEventKey: boolean): string | null {
  const { model } = shape
  const names = new Set(model.primaryKey.map((name) => name.toLowerCase()))
  const columnName = ({ cell }: CellColumn) => model.columns[cell]!.name
  const isPrimary = (column: CellColumn) => names.has(columnName(column).toLowerCase())
  // Key columns come first: they are there unmasked.
  const candidates = usesEventKey ? shape.keyColumns : [...shape.keyColumns, ...shape.columns].filter(isPrimary)
  const cells = new Set<number>()
  const parts: string[] = []
  const row = change.after!
  for (const column of candidates) {
    const { cell } = column
    if (cells.has(cell)) continue
    cells.add(cell)
    const name = quoted(columnName(column))
    const end = row.ends[cell]!
    if (end < 0) {
      parts.push(`${name} IS NULL`)
      continue
    }
    const literal = valueLiteral(column.schema, column.read(row.bytes, row.starts[cell]!, end))
    if (literal === null) return null
    parts.push(`${name} = ${literal}`)
  }
  const isWhole = parts.length > 0 && (usesEventKey || cells.size === names.size)
  return isWhole ? parts.join(' AND ') : null
}
