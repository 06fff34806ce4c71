// The order table's shape and a source block, as the MySQL source would build them.
import {
  type ByteSink,
  type CellColumn,
  type ChangeShape,
  field,
  OPTIONAL_INT64,
  primitive,
  type SourceInfo,
  STRING,
  type Struct,
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

const HEAD = Buffer.from(
  '{"version":"3.6.1.Final","connector":"mysql","name":"bench","ts_ms":1750000000000,"snapshot":"false","db":"shop","sequence":null,' +
    '"ts_us":1750000000000000,"ts_ns":1750000000000000000,"table":"orders","server_id":1,"gtid":null,"file":"binlog.000007","pos":123456,"row":',
)
const TAIL = Buffer.from(',"thread":42,"query":null}')

/** A source block of which only the row differs from row to row. */
export class BenchSource implements SourceInfo {
  row = 0

  writeJson(sink: ByteSink): void {
    sink.reserve(HEAD.length + TAIL.length + 16)
    const out = sink.bytes
    out.set(HEAD, sink.pos)
    let pos = sink.pos + HEAD.length
    let divisor = 1
    while (divisor * 10 <= this.row) divisor *= 10
    for (let rest = this.row; divisor >= 1; divisor = Math.floor(divisor / 10)) {
      const digit = Math.floor(rest / divisor)
      out[pos++] = 0x30 + digit
      rest -= digit * divisor
    }
    out.set(TAIL, pos)
    sink.pos = pos + TAIL.length
  }

  toStruct(): Struct {
    throw new Error('the benchmark writes JSON only')
  }
}
