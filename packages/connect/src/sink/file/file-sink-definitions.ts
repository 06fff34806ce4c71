// Options of Kafka's FileStreamSinkConnector. They can be validated; running a sink is not built yet.
import { type ConfigDefinition, define } from '../../config/definition.ts'

/** The connector's own options. */
export const fileSinkDefinitions: readonly ConfigDefinition[] = [
  define(
    'file',
    'STRING',
    false,
    null,
    'HIGH',
    null,
    -1,
    'NONE',
    'file',
    'Destination filename. If not specified, the standard output will be used',
  ),
]
