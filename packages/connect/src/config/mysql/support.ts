// Options of Debezium's MySQL connector that Millrace does not act on yet: refused by name where a value would change behaviour.
import { CdcError } from '../../base/errors.ts'
import { presentNames } from '../former-names.ts'
import { unsupportedPostProcessors } from './post-processors.ts'
import { otherChannels } from './signal-config.ts'
import { unsupportedConverters } from './value-converters.ts'

/** One option that is not built, or not for every value. */
export interface UnsupportedOption {
  /** A name; with `*` at the end, every name that starts like it. */
  readonly name: string
  /** Values that are the same as not setting the option, in lower case. */
  readonly harmless: readonly string[]
  readonly reason: string
}

const NAMING_STRATEGIES = [
  'io.debezium.schema.schematopicnamingstrategy',
  'io.debezium.schema.defaulttopicnamingstrategy',
  'io.debezium.schema.schemaregextopicnamingstrategy',
  'io.debezium.schema.defaultregextopicnamingstrategy',
  'io.debezium.schema.schemaunicodetopicnamingstrategy',
  'io.debezium.schema.defaultunicodetopicnamingstrategy',
]

const SIGNAL_CHANNELS = ['source', 'kafka', 'file']
const NOTIFICATION_CHANNELS = ['sink', 'log']

function off(name: string, reason: string, harmless: readonly string[] = ['false']): UnsupportedOption {
  return { name, harmless: ['', ...harmless], reason }
}

/** The table. A feature that gets built loses its line here. */
export const unsupportedOptions: readonly UnsupportedOption[] = [
  off('snapshot.mode', 'a custom snapshot mode is a Java class', [
    'always',
    'configuration_based',
    'initial',
    'initial_only',
    'no_data',
    'recovery',
    'when_needed',
  ]),
  off('snapshot.query.mode', 'custom snapshot queries are Java classes', ['select_all']),
  off('snapshot.locking.mode', 'a custom locking mode is a Java class', [
    'minimal',
    'minimal_percona',
    'minimal_percona_no_table_locks',
    'extended',
    'none',
  ]),
  off('topic.naming.strategy', 'this naming strategy is not built', NAMING_STRATEGIES),
  off('schema.history.internal', 'the history is kept in a Kafka topic', [
    'io.debezium.storage.kafka.history.kafkaschemahistory',
  ]),
  off('converters', "only Debezium's own converters are built", []),
  off('post.processors', "only Debezium's ReselectColumnsPostProcessor is built, without a cache", []),
  off('signal.enabled.channels', 'the channels source, kafka and file are built', ['source']),
  off('notification.enabled.channels', 'the channels sink and log are built', []),
  off('binlog.buffer.size', 'the look-ahead buffer is not needed', ['0']),
  off('openlineage.integration.enabled', 'OpenLineage is not built'),
]

/** Problems of a configuration: one sentence for each option that would have to be acted on and is not. */
export function unsupportedIn(config: Readonly<Record<string, string>>): string[] {
  const problems: string[] = []
  for (const [name, value] of Object.entries(config)) {
    const found = unsupportedOptions.find((option) =>
      option.name.endsWith('*') ? name.startsWith(option.name.slice(0, -1)) : name === option.name,
    )
    if (found === undefined || found.harmless.includes(value.trim().toLowerCase())) continue
    if (name === 'converters' && unsupportedConverters(config).length === 0) continue
    if (name === 'signal.enabled.channels' && otherChannels(value, SIGNAL_CHANNELS).length === 0) continue
    if (name === 'notification.enabled.channels' && otherChannels(value, NOTIFICATION_CHANNELS).length === 0) continue
    if (name === 'post.processors' && unsupportedPostProcessors(config).length === 0) continue
    // A class that Debezium does not have either is no option that is missing here: the task says that it cannot be found.
    if (name === 'schema.history.internal' && !isDebeziumClass(value)) continue
    problems.push(`Option '${name}' is not supported yet with this value: ${found.reason}.`)
  }
  return problems
}

/**
 * Throws CDC_UNSUPPORTED that lists every option of a configuration that is not built, CDC_CONFIG_INVALID for a history class that
 * nobody has.
 */
export function checkSupport(given: Readonly<Record<string, string | null>>): void {
  const { config } = presentNames(given)
  const history = config['schema.history.internal']?.trim()
  if (history !== undefined && history !== '' && !isDebeziumClass(history)) {
    throw new CdcError('CDC_CONFIG_INVALID', `Unable to find class ${history}`, {
      javaClass: 'java.lang.IllegalArgumentException',
    })
  }
  const problems = unsupportedIn(config)
  if (problems.length > 0) throw new CdcError('CDC_UNSUPPORTED', problems.join('\n'))
}

function isDebeziumClass(name: string): boolean {
  return name.trim().startsWith('io.debezium.')
}
