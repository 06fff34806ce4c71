// Debezium 1.x option names: what they are called now. Accepted with one warning each; the present name wins when both are given.

/** Former option names. A name that ends in `.` is a prefix. */
const RENAMED: readonly (readonly [former: string, present: string])[] = [
  ['database.server.name', 'topic.prefix'],
  ['database.history.ddl.filter', 'internal.schema.history.internal.ddl.filter'],
  ['database.history.store.only.monitored.tables.ddl', 'schema.history.internal.store.only.captured.tables.ddl'],
  ['database.history', 'schema.history.internal'],
  ['database.history.', 'schema.history.internal.'],
  ['database.whitelist', 'database.include.list'],
  ['database.blacklist', 'database.exclude.list'],
  ['table.whitelist', 'table.include.list'],
  ['table.blacklist', 'table.exclude.list'],
  ['column.whitelist', 'column.include.list'],
  ['column.blacklist', 'column.exclude.list'],
  ['transaction.topic', 'topic.transaction'],
  ['database.serverTimezone', 'driver.connectionTimeZone'],
]

/** Former names of classes. */
const RENAMED_CLASSES: Readonly<Record<string, string>> = {
  'io.debezium.relational.history.KafkaDatabaseHistory': 'io.debezium.storage.kafka.history.KafkaSchemaHistory',
  'io.debezium.relational.history.FileDatabaseHistory': 'io.debezium.storage.file.history.FileSchemaHistory',
  'io.debezium.relational.history.MemoryDatabaseHistory': 'io.debezium.relational.history.MemorySchemaHistory',
  'io.debezium.converters.ByteBufferConverter': 'io.debezium.converters.BinaryDataConverter',
}

/** Former values of single options. */
const RENAMED_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'snapshot.mode': { schema_only: 'no_data', schema_only_recovery: 'recovery' },
}

/** A configuration in present names. */
export interface PresentConfig {
  readonly config: Readonly<Record<string, string>>
  /** One sentence for each former name, class or value that was met. */
  readonly warnings: readonly string[]
  /** True when a former option name was used without its present one: the configuration was written for Debezium 1.x. */
  readonly isFormer: boolean
}

/**
 * Replaces Debezium 1.x names. A configuration that uses former option names may also use the class names and values of that time and
 * leave out `database.server.id`, which is then derived from the topic prefix; a configuration in present names may not, as in Debezium.
 */
export function presentNames(given: Readonly<Record<string, string | null>>): PresentConfig {
  const config: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) if (value !== null) config[name] = value
  const warnings: string[] = []
  let isFormer = false
  for (const name of Object.keys(config)) {
    const present = presentName(name)
    if (present === null) continue
    const value = config[name] as string
    delete config[name]
    if (Object.hasOwn(config, present)) {
      warnings.push(`Option '${name}' is the former name of '${present}', which is set too: '${name}' is ignored.`)
      continue
    }
    config[present] = value
    isFormer = true
    warnings.push(`Option '${name}' is now called '${present}'; please rename it.`)
  }
  if (!isFormer) return { config, warnings, isFormer }
  renameValues(config, warnings)
  deriveServerId(config, warnings)
  return { config, warnings, isFormer }
}

function presentName(name: string): string | null {
  for (const [former, present] of RENAMED) {
    if (name === former) return present
    if (former.endsWith('.') && name.startsWith(former)) return present + name.slice(former.length)
  }
  return null
}

function renameValues(config: Record<string, string>, warnings: string[]): void {
  for (const [name, value] of Object.entries(config)) {
    const present = RENAMED_CLASSES[value] ?? RENAMED_VALUES[name]?.[value.toLowerCase()]
    if (present === undefined) continue
    config[name] = present
    warnings.push(`Value '${value}' of option '${name}' is now called '${present}'; please change it.`)
  }
}

function deriveServerId(config: Record<string, string>, warnings: string[]): void {
  if (config['database.server.id'] !== undefined || !config['connector.class']?.includes('MySql')) return
  const id = derivedServerId(`${config.name ?? ''}/${config['topic.prefix'] ?? ''}`)
  config['database.server.id'] = String(id)
  warnings.push(`Option 'database.server.id' is not set; ${id} is used, derived from the connector's name and prefix.`)
}

/** A stable replica id between 10^9 and 2^32 − 1 for a text (FNV-1a), well away from ids that people choose. */
export function derivedServerId(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return 1_000_000_000 + (hash % (4_294_967_295 - 1_000_000_000))
}
