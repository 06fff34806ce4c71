// Entries of `producer.override.*` and the like: client options that a connector sets for its own clients.
import { CdcError } from '../../base/errors.ts'
import { type ConfigEntry, type ConfigType, define } from '../definition.ts'
import { validateFields } from './config-def.ts'
import type { OverridePolicy } from './override-policy.ts'
import type { PluginKind } from './plugin-directory.ts'

/** Types of the client options that people override; others are known to Kafka's clients, but pass unchecked here. */
const CLIENT_OPTIONS: Readonly<Record<string, ConfigType>> = {
  acks: 'STRING',
  'auto.commit.interval.ms': 'INT',
  'auto.offset.reset': 'STRING',
  'batch.size': 'INT',
  'bootstrap.servers': 'LIST',
  'buffer.memory': 'LONG',
  'client.id': 'STRING',
  'compression.type': 'STRING',
  'delivery.timeout.ms': 'INT',
  'enable.auto.commit': 'BOOLEAN',
  'enable.idempotence': 'BOOLEAN',
  'fetch.max.bytes': 'INT',
  'fetch.max.wait.ms': 'INT',
  'fetch.min.bytes': 'INT',
  'group.id': 'STRING',
  'heartbeat.interval.ms': 'INT',
  'isolation.level': 'STRING',
  'linger.ms': 'LONG',
  'max.block.ms': 'LONG',
  'max.partition.fetch.bytes': 'INT',
  'max.poll.interval.ms': 'INT',
  'max.poll.records': 'INT',
  'max.in.flight.requests.per.connection': 'INT',
  'max.request.size': 'INT',
  'request.timeout.ms': 'INT',
  'retry.backoff.ms': 'LONG',
  retries: 'INT',
  'session.timeout.ms': 'INT',
  'transactional.id': 'STRING',
  'sasl.jaas.config': 'PASSWORD',
  'sasl.mechanism': 'STRING',
  'security.protocol': 'STRING',
  'ssl.truststore.location': 'STRING',
  'ssl.truststore.password': 'PASSWORD',
}

/**
 * Entries for the overrides that concern a connector of a kind. Throws CDC_CONFIG_INVALID for a value that cannot be parsed: Connect
 * answers with that error instead of an entry.
 */
export function overrideEntries(
  config: Readonly<Record<string, string>>,
  kind: PluginKind,
  policy: OverridePolicy,
): ConfigEntry[] {
  const prefixes = kind === 'sink' ? ['consumer.override.'] : ['producer.override.']
  const entries: ConfigEntry[] = []
  for (const prefix of prefixes) {
    for (const [name, text] of Object.entries(config)) {
      if (!name.startsWith(prefix)) continue
      const option = name.slice(prefix.length)
      const entry = overrideEntry(name, option, text)
      const refusal = policy(option)
      entries.push(
        refusal === null || entry.value === null ? entry : { ...entry, value: { ...entry.value, errors: [refusal] } },
      )
    }
  }
  return entries
}

function overrideEntry(name: string, option: string, text: string): ConfigEntry {
  const type = CLIENT_OPTIONS[option]
  if (type === undefined) {
    return { definition: null, value: { name, value: text, recommended_values: [], errors: [], visible: true } }
  }
  const definition = define(option, type, false, null, 'MEDIUM', null, -1, 'NONE', option, '')
  const [entry] = validateFields({
    definitions: [definition],
    rules: {},
    config: { [option]: text },
    resolveClass: () => null,
  }) as [ConfigEntry]
  const [problem] = entry.value?.errors ?? []
  if (problem !== undefined) throw new CdcError('CDC_CONFIG_INVALID', problem)
  return {
    definition: { ...definition, name },
    value: { ...(entry.value as NonNullable<ConfigEntry['value']>), name },
  }
}
