// The schema of the `source` block, and the other schemas that every envelope shares.
import type { FlavourName } from '../../config/mysql/mysql-config.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import {
  field,
  INT32,
  INT64,
  OPTIONAL_INT64,
  OPTIONAL_STRING,
  primitive,
  STRING,
  structOf,
} from '../../data/schema-builder.ts'

/** Version that records carry: the emulated one. */
export const SOURCE_VERSION = '3.6.1.Final'

const SNAPSHOT_STATES = 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental'

/** `io.debezium.connector.mysql.Source` and `io.debezium.connector.mariadb.Source`, by the connector's word. */
export const SOURCE_SCHEMAS: Readonly<Record<FlavourName, ConnectSchema>> = {
  mysql: sourceSchema('mysql'),
  mariadb: sourceSchema('mariadb'),
}

function sourceSchema(word: FlavourName): ConnectSchema {
  return structOf(sourceFields(), { name: `io.debezium.connector.${word}.Source`, version: 1 })
}

function sourceFields() {
  return [
    field('version', STRING),
    field('connector', STRING),
    field('name', STRING),
    field('ts_ms', INT64),
    field(
      'snapshot',
      primitive('string', {
        optional: true,
        name: 'io.debezium.data.Enum',
        version: 1,
        parameters: { allowed: SNAPSHOT_STATES },
        default: 'false',
      }),
    ),
    field('db', STRING),
    field('sequence', OPTIONAL_STRING),
    field('ts_us', OPTIONAL_INT64),
    field('ts_ns', OPTIONAL_INT64),
    field('table', OPTIONAL_STRING),
    field('server_id', INT64),
    field('gtid', OPTIONAL_STRING),
    field('file', STRING),
    field('pos', INT64),
    field('row', INT32),
    field('thread', OPTIONAL_INT64),
    field('query', OPTIONAL_STRING),
  ]
}

/** `event.block`: the place of a change in its transaction. */
export const TRANSACTION_BLOCK_SCHEMA: ConnectSchema = structOf(
  [field('id', STRING), field('total_order', INT64), field('data_collection_order', INT64)],
  { optional: true, name: 'event.block', version: 1 },
)
