// From a table's model to the shape of its records: topic, schemas with Debezium's names, and one compiled reader per captured column.
import {
  type BinlogColumn,
  type CellForm,
  type ColumnModel,
  columnType,
  MysqlError,
  type TableMapEvent,
  type TableModel,
  type ValueOptions,
  writeString,
} from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import { type ValueConverter, valueConverters } from '../../config/mysql/value-converters.ts'
import type { CellColumn, ChangeShape } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { field, OPTIONAL_INT64, STRING, structOf, withTraits } from '../../data/schema-builder.ts'
import { placeholderBytes, withAbsentValue } from './absent-value.ts'
import { mappedColumn } from './column-mapper.ts'
import { convertedColumn } from './converted-column.ts'
import { keyColumns } from './shape-key.ts'
import { nameAdjuster, TopicNames } from './shape-names.ts'
import { SOURCE_SCHEMAS, TRANSACTION_BLOCK_SCHEMA } from './source-info-schema.ts'
import type { KeyField } from './topic-route.ts'

/** A change shape with what sources need besides. */
export interface TableShape extends ChangeShape {
  readonly model: TableModel
  /** Schema of `before` and `after`. */
  readonly rowSchema: ConnectSchema
}

/** Makes shapes for one connector. */
export class ShapeFactory {
  readonly names: TopicNames
  readonly #config: MysqlConnectorConfig
  readonly #options: ValueOptions
  readonly #converters: readonly ValueConverter[]
  readonly #adjustSchema: (name: string) => string
  readonly #adjustField: (name: string) => string
  readonly #placeholder: Buffer

  /** `connectionTimeZone`: zone of the server's session. Throws CDC_UNSUPPORTED for options that are not built. */
  constructor(config: MysqlConnectorConfig, connectionTimeZone: string) {
    const { values } = config
    this.#config = config
    this.names = new TopicNames(config.topicPrefix, config.topics)
    this.#options = {
      decimalHandling: values.decimalHandling,
      timePrecision: values.timePrecision,
      bigintUnsignedHandling: values.bigintUnsignedHandling,
      binaryHandling: values.binaryHandling,
      enableTimeAdjuster: values.enableTimeAdjuster,
      connectionTimeZone,
    }
    this.#converters = valueConverters(config.options)
    this.#adjustSchema = nameAdjuster(values.schemaNameAdjustment, true)
    this.#adjustField = nameAdjuster(values.fieldNameAdjustment, false)
    this.#placeholder = placeholderBytes(values.unavailablePlaceholder)
  }

  /** The shape of text-protocol rows: cell i is column i of the model, which is what `SELECT` of all columns in order answers. */
  textShape(model: TableModel): TableShape {
    return this.#shape(model, 'text', null)
  }

  /**
   * The shape of binlog rows: cell i is column i of the TABLE_MAP. Throws CDC_SCHEMA_MISMATCH where it does not fit the model,
   * CDC_UNSUPPORTED for a column type that is not built.
   */
  binlogShape(model: TableModel, map: TableMapEvent): TableShape {
    if (map.columnCount !== model.columns.length) {
      const mismatch = columnCountMismatch(model.name, model.columns.length, map.columnCount)
      throw this.#config.flavour === 'mariadb' ? withVersioningHint(mismatch, model, map) : mismatch
    }
    const { optional, columnTypes, columnMeta } = map
    const columns = model.columns.map(
      (column, i): BinlogColumn => ({
        typeCode: columnTypes[i]!,
        meta: columnMeta[i]!,
        unsigned: optional.unsigned?.[i] ?? /UNSIGNED|ZEROFILL|SERIAL/i.test(column.typeName),
        ...(optional.collationIds?.[i] ? { collationId: optional.collationIds[i]! } : {}),
        ...(optional.labels?.[i] ? { labels: optional.labels[i]! } : {}),
      }),
    )
    return this.#shape(model, 'binlog', columns)
  }

  #shape(model: TableModel, form: CellForm, binlog: readonly BinlogColumn[] | null): TableShape {
    const { filters, columns: columnRules, includeSchemaComments: hasComments } = this.#config
    const { database, name } = model
    const topic = this.names.dataTopic(database, name)
    const keys = keyColumns(model, columnRules.messageKeys)
    const columns: CellColumn[] = []
    const keyByCell = new Map<number, CellColumn>()
    for (const [cell, column] of model.columns.entries()) {
      const isKey = keys.includes(column)
      const isCaptured = filters.includesColumn(database, name, column.name)
      if (!isCaptured && !isKey) continue
      const own = binlog?.[cell]
      const plain = this.#column(model, column, cell, form, own)
      const compiled = convertedColumn(plain, model, column, this.#converters, (other, options) =>
        this.#column(model, other, cell, form, own, options),
      )
      if (isCaptured)
        columns.push(mappedColumn(compiled, model, hasComments ? column : { ...column, comment: null }, columnRules))
      if (isKey) keyByCell.set(cell, compiled)
    }
    const keyCells = keys.map((column) => keyByCell.get(model.columns.indexOf(column))!)
    const extra = this.names.keyField(database, name)
    if (extra !== null && keyCells[0] !== undefined) keyCells.push(constantColumn(extra, keyCells[0]))
    const schemaName = (suffix: string) => this.#adjustSchema(`${topic}.${suffix}`)
    const rowSchema = structOf(fieldsOf(columns), { optional: true, name: schemaName('Value') })
    return {
      model,
      topic,
      keySchema: keyCells.length === 0 ? null : structOf(fieldsOf(keyCells), { name: schemaName('Key') }),
      keyColumns: keyCells,
      rowSchema,
      envelopeSchema: envelopeOf(rowSchema, SOURCE_SCHEMAS[this.#config.flavour], schemaName('Envelope')),
      columns,
    }
  }

  #column(
    model: TableModel,
    column: ColumnModel,
    cell: number,
    form: CellForm,
    binlog: BinlogColumn | undefined,
    options: Partial<ValueOptions> = {},
  ): CellColumn {
    try {
      const { schema, read, writeJson } = columnType(column, form, { ...this.#options, ...options }, binlog)
      const { includeSchemaComments } = this.#config
      const hasDoc = includeSchemaComments && column.comment !== null && column.comment !== ''
      const documented = hasDoc ? withTraits(schema, { doc: column.comment! }) : schema
      const compiled = { name: this.#adjustField(column.name), cell, schema: documented, read, writeJson }
      return withAbsentValue(compiled, column, binlog, this.#placeholder)
    } catch (thrown) {
      if (!(thrown instanceof MysqlError)) throw thrown
      const code = thrown.code.startsWith('MYSQL_UNSUPPORTED') ? 'CDC_UNSUPPORTED' : 'CDC_SCHEMA_MISMATCH'
      throw new CdcError(code, `Table ${model.database}.${model.name}: ${thrown.message}`, {
        ...(thrown.hint === null ? {} : { hint: thrown.hint }),
        cause: thrown,
      })
    }
  }
}

/** The error of rows that have another number of columns than their table, in Debezium's words. */
export function columnCountMismatch(table: string, known: number, found: number): CdcError {
  const message = `Error processing row in ${table}, internal schema size ${known}, but row size ${found} , restart connector with schema recovery mode.`
  return new CdcError('CDC_SCHEMA_MISMATCH', message, {
    hint:
      'The known definition of the table is out of date: stop the connector, DELETE /connectors/{name}/offsets and resume it; it then takes ' +
      'a new snapshot.',
  })
}

/** MariaDB's system-versioned tables: the log has two columns that no definition shows. */
function withVersioningHint(mismatch: CdcError, { columns }: TableModel, map: TableMapEvent): CdcError {
  if (map.columnCount !== columns.length + 2) return mismatch
  return new CdcError('CDC_SCHEMA_MISMATCH', mismatch.message, {
    hint:
      'If the table is WITH SYSTEM VERSIONING, its two hidden columns are not supported: leave it out with table.exclude.list, or ALTER TABLE … DROP ' +
      `SYSTEM VERSIONING and start over. Otherwise: ${mismatch.hint}`,
  })
}

/** The error of an image without columns that records need, in Debezium's words: to show them as null would invent values. */
export function rowImageIncomplete(table: string, known: number, found: number): CdcError {
  const { message } = columnCountMismatch(table, known, found)
  return new CdcError('CDC_DATA_ROW_IMAGE', message)
}

/** A key field that is the same for all rows; it stands on the cell of another key column. */
function constantColumn({ name, value }: KeyField, { cell }: CellColumn): CellColumn {
  return {
    name,
    cell,
    schema: STRING,
    read: () => value,
    writeJson: (_bytes, _start, _end, sink) => writeString(value, sink),
    nullValue: value,
  }
}

function fieldsOf(columns: readonly CellColumn[]) {
  return columns.map((column) => field(column.name, column.schema))
}

function envelopeOf(rowSchema: ConnectSchema, source: ConnectSchema, name: string): ConnectSchema {
  return structOf(
    [
      field('before', rowSchema),
      field('after', rowSchema),
      field('source', source),
      field('transaction', TRANSACTION_BLOCK_SCHEMA),
      field('op', STRING),
      field('ts_ms', OPTIONAL_INT64),
      field('ts_us', OPTIONAL_INT64),
      field('ts_ns', OPTIONAL_INT64),
    ],
    { name, version: 2 },
  )
}
