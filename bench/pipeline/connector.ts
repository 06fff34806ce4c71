// The connector of the pipeline benchmark, as a user would register it.
import type { Shop } from './shop.ts'

/** Name of the topic that the rows reach. */
export const TOPIC = 'bench.shop.orders'

/** Debezium's options for one table, converters left to the worker. */
export function connectorConfig(
  { server }: Pick<Shop, 'server'>,
  bootstrapServers: string,
  table = 'shop.orders',
): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'tasks.max': '1',
    'database.hostname': server.host,
    'database.port': String(server.port),
    'database.user': 'cdc',
    'database.password': 'cdc',
    'database.server.id': '184054',
    'topic.prefix': 'bench',
    'table.include.list': table,
    'snapshot.mode': 'no_data',
    'schema.history.internal.kafka.bootstrap.servers': bootstrapServers,
    'schema.history.internal.kafka.topic': 'bench.schema',
  }
}
