// The order table's shape and source block, as the MySQL source builds them.
import {
  type CellColumn,
  type ChangeShape,
  field,
  OPTIONAL_INT64,
  primitive,
  ReusedSourceInfo,
  STRING,
  structOf,
} from '@millrace/connect'
import { columnType, type ValueOptions } from '@millrace/mysql'
import { ORDER_TABLE, ORDER_TABLE_MAP } from './order-table.ts'

const OPTIONS: ValueOptions = {
  decimalHandling: 'precise',
  timePrecision: 'adaptive_time_microseconds',
  bigintUnsignedHandling: 'long',
  binaryHandling: 'bytes',
  enableTimeAdjuster: true,
  connectionTimeZone: '+00:00',
}

/** The shape of the order table's binlog rows under Debezium's default options. */
export function orderShape(): ChangeShape {
  const columns = ORDER_TABLE.columns.map((column, cell): CellColumn => {
    const binlog = {
      typeCode: ORDER_TABLE_MAP.columnTypes[cell]!,
      meta: ORDER_TABLE_MAP.columnMeta[cell]!,
      unsigned: false,
    }
    return { name: column.name, cell, ...columnType(column, 'binlog', OPTIONS, binlog) }
  })
  const row = structOf(
    columns.map((column) => field(column.name, column.schema)),
    { optional: true, name: 'bench.shop.orders.Value' },
  )
  const key = columns[0]!
  const optionalStruct = structOf([], { optional: true })
  return {
    topic: 'bench.shop.orders',
    keySchema: structOf([field(key.name, key.schema)], { name: 'bench.shop.orders.Key' }),
    keyColumns: [key],
    envelopeSchema: structOf(
      [
        field('before', row),
        field('after', row),
        field('source', primitive('struct', {})),
        field('transaction', optionalStruct),
        field('op', STRING),
        field('ts_ms', OPTIONAL_INT64),
        field('ts_us', OPTIONAL_INT64),
        field('ts_ns', OPTIONAL_INT64),
      ],
      { name: 'bench.shop.orders.Envelope', version: 2 },
    ),
    columns,
  }
}

/** The source block of the order table's rows, as the stream describes it once per transaction. */
export function orderSource(): ReusedSourceInfo {
  const source = new ReusedSourceInfo({ topicPrefix: 'bench', flavour: 'mysql' })
  source.describe({
    epochNs: 1_750_000_000_000_000_000n,
    snapshot: 'false',
    database: 'shop',
    table: 'orders',
    serverId: 1,
    gtid: null,
    file: 'binlog.000007',
    threadId: 42,
    query: null,
  })
  return source
}
