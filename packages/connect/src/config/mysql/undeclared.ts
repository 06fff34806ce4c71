// Options of the MySQL connector that Debezium reads but does not declare in its definition list: they appear in no validation answer.
import { type ConfigDefinition, define } from '../definition.ts'

function option(name: string, type: ConfigDefinition['type'], defaultValue: string | null): ConfigDefinition {
  return define(name, type, false, defaultValue, 'LOW', null, -1, 'NONE', name, '')
}

/** Undeclared options with their types and defaults. */
export const mysqlUndeclared: readonly ConfigDefinition[] = [
  option('binary.handling.mode', 'STRING', 'bytes'),
  option('field.name.adjustment.mode', 'STRING', 'none'),
  option('event.converting.failure.handling.mode', 'STRING', 'warn'),
  option('read.only', 'BOOLEAN', 'false'),
  option('skip.messages.without.change', 'BOOLEAN', 'false'),
  option('unavailable.value.placeholder', 'STRING', '__debezium_unavailable_value'),
  option('topic.delimiter', 'STRING', '.'),
  option('topic.cache.size', 'INT', '10000'),
  option('topic.transaction', 'STRING', 'transaction'),
  option('topic.heartbeat.prefix', 'STRING', '__debezium-heartbeat'),
  option('topic.heartbeat.name', 'STRING', null),
  option('topic.regex', 'STRING', null),
  option('topic.replacement', 'STRING', null),
  option('topic.key.enforce.uniqueness', 'BOOLEAN', 'true'),
  option('topic.key.field.name', 'STRING', '__dbz__physicalTableIdentifier'),
  option('topic.key.field.regex', 'STRING', null),
  option('topic.key.field.replacement', 'STRING', null),
  option('snapshot.locking.mode.custom.name', 'STRING', null),
  option('queue.provider.type', 'STRING', 'memory'),
  option('signal.file', 'STRING', 'file-signals.txt'),
  option('signal.kafka.topic', 'STRING', null),
  option('signal.kafka.groupId', 'STRING', 'kafka-signal'),
  option('signal.kafka.bootstrap.servers', 'STRING', null),
  option('signal.kafka.poll.timeout.ms', 'INT', '0'),
  option('schema.history.internal.name', 'STRING', null),
  option('schema.history.internal.prefer.ddl', 'BOOLEAN', 'false'),
  option('schema.history.internal.kafka.topic', 'STRING', null),
  option('schema.history.internal.kafka.bootstrap.servers', 'STRING', null),
  option('schema.history.internal.kafka.recovery.poll.interval.ms', 'INT', '100'),
  option('schema.history.internal.kafka.recovery.attempts', 'INT', '100'),
  option('schema.history.internal.kafka.query.timeout.ms', 'INT', '3000'),
  option('schema.history.internal.kafka.create.timeout.ms', 'INT', '30000'),
  option('internal.schema.history.internal.ddl.filter', 'STRING', null),
]
