// From TABLE_MAP events to what is done with the rows that follow: nothing, or records of a shape.
import { MysqlError, RowReader, type TableMapEvent } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import { disagreement } from './schema/schema-truth.ts'
import type { TableSchemas } from './schema/table-schema.ts'
import type { ShapeFactory, TableShape } from './shape.ts'

/** A captured table's rows: how they are read and what they become. */
export interface CapturedTable {
  readonly map: TableMapEvent
  readonly shape: TableShape
  readonly reader: RowReader
}

interface Entry {
  readonly version: number
  /** Null: the rows concern nobody. */
  readonly captured: CapturedTable | null
}

/** Compiled tables by TABLE_MAP event, which is one object as long as its bytes stay the same. */
export class StreamTables {
  readonly #config: MysqlConnectorConfig
  readonly #schemas: TableSchemas
  readonly #shapes: ShapeFactory
  readonly #log: Logger
  readonly #entries = new WeakMap<TableMapEvent, Entry>()
  // The last one of each table: the server numbers tables anew with every log file and every reopening, and what converters compiled
  // for a shape should live on.
  readonly #byName = new Map<string, CapturedTable>()

  constructor(config: MysqlConnectorConfig, schemas: TableSchemas, shapes: ShapeFactory, log: Logger) {
    this.#config = config
    this.#schemas = schemas
    this.#shapes = shapes
    this.#log = log
  }

  /**
   * What to do with the rows of a table; null for nothing. Throws CDC_SCHEMA_UNKNOWN_TABLE for a captured table without a definition
   * (unless `inconsistent.schema.handling.mode` says otherwise), CDC_SCHEMA_MISMATCH and CDC_UNSUPPORTED as shapes do.
   */
  captured(map: TableMapEvent): CapturedTable | null {
    const { version } = this.#schemas
    const known = this.#entries.get(map)
    if (known !== undefined && known.version === version) return known.captured
    const captured = this.#compile(map)
    this.#entries.set(map, { version, captured })
    return captured
  }

  #compile(map: TableMapEvent): CapturedTable | null {
    const { database, table } = map
    if (!this.#config.filters.includesTable(database, table)) return null
    const model = this.#schemas.get(database, table)
    if (model === undefined) return this.#unknown(map)
    const id = `${database}.${table}`
    const former = this.#byName.get(id)
    if (former !== undefined && former.shape.model === model && haveEqualColumns(former.map, map)) return former
    if (map.columnCount === model.columns.length) {
      const difference = disagreement(model, map)
      if (difference !== null) throw outOfDate(id, difference)
    }
    try {
      const captured = { map, shape: this.#shapes.binlogShape(model, map), reader: new RowReader(map) }
      this.#byName.set(id, captured)
      return captured
    } catch (error) {
      if (!(error instanceof MysqlError)) throw error
      throw new CdcError('CDC_UNSUPPORTED', `Table ${id}: ${error.message}`, { cause: error })
    }
  }

  #unknown({ database, table }: TableMapEvent): null {
    const id = `${database}.${table}`
    const mode = this.#config.onInconsistentSchema
    if (mode === 'fail') {
      throw new CdcError(
        'CDC_SCHEMA_UNKNOWN_TABLE',
        `Encountered change event for table ${id} whose schema isn't known to this connector`,
        { details: { table: id } },
      )
    }
    if (mode === 'warn') this.#log.warn({ table: id }, 'changes of a table whose schema is not known are left out')
    return null
  }
}

/** The stop at a table that is not as its definition says. */
function outOfDate(table: string, difference: string): CdcError {
  return new CdcError(
    'CDC_SCHEMA_MISMATCH',
    `The known definition of table ${table} is not the one of the log: ${difference}`,
    {
      hint:
        'The table was changed without a statement in the log (sql_log_bin=0), or the schema history is not complete. If it has this form now, ' +
        'set snapshot.mode=recovery and restart: the definitions are read anew, the position stays. Else DELETE /connectors/{name}/offsets for a new snapshot.',
      details: { table },
    },
  )
}

/** Whether two TABLE_MAPs pack the same columns in the same way. */
function haveEqualColumns(a: TableMapEvent, b: TableMapEvent): boolean {
  const equals = (left: ArrayLike<unknown> | null, right: ArrayLike<unknown> | null) => {
    if (left === null || right === null) return left === right
    if (left.length !== right.length) return false
    for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false
    return true
  }
  return (
    equals(a.columnTypes, b.columnTypes) &&
    equals(a.columnMeta, b.columnMeta) &&
    equals(a.nullableBitmap, b.nullableBitmap) &&
    equals(a.optional.unsigned, b.optional.unsigned) &&
    equals(a.optional.collationIds, b.optional.collationIds) &&
    equals(a.optional.columnNames, b.optional.columnNames) &&
    equals(a.optional.primaryKey, b.optional.primaryKey) &&
    haveEqualLabels(a, b)
  )
}

function haveEqualLabels(a: TableMapEvent, b: TableMapEvent): boolean {
  const text = ({ optional: { labels } }: TableMapEvent) =>
    JSON.stringify(labels?.map((column) => column?.map((label) => label.toString('latin1')) ?? null) ?? null)
  return text(a) === text(b)
}
