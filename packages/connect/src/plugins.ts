// The only file that names concrete plugins: class name → kind, version, option table, factory.
import { CdcError } from './base/errors.ts'
import type { Logger } from './base/logger.ts'
import type { ConfigDefinition } from './config/definition.ts'
import {
  binaryDataConverterDefinitions,
  jsonConverterDefinitions,
  numberConverterDefinitions,
  stringConverterDefinitions,
} from './config/definitions/converters.generated.ts'
import { mariadbDefinitions } from './config/definitions/mariadb.generated.ts'
import { mysqlDefinitions } from './config/definitions/mysql.generated.ts'
import * as transformTables from './config/definitions/transforms.generated.ts'
import { presentNames } from './config/former-names.ts'
import { checkSupport, unsupportedIn } from './config/mysql/support.ts'
import { OptionReader } from './config/option-reader.ts'
import type { FieldRules } from './config/validation/config-def.ts'
import { type ConnectionProbe, validateConnector } from './config/validation/connector-validation.ts'
import { mariadbRules, mysqlRules, refuseMariadb, refuseMysql } from './config/validation/mysql-rules.ts'
import { readOverridePolicy } from './config/validation/override-policy.ts'
import type { PluginEntry, PluginKind } from './config/validation/plugin-directory.ts'
import { PluginLookup } from './config/validation/plugin-lookup.ts'
import { transformRules } from './config/validation/transform-rules.ts'
import { BinaryDataConverter, ByteArrayConverter } from './convert/bytes-converter.ts'
import type { Converter, HeaderConverter } from './convert/converter.ts'
import { JsonConverter } from './convert/json/json-converter.ts'
import { type FixedKind, NumberConverter } from './convert/number-converter.ts'
import { SimpleHeaderConverter, StringConverter } from './convert/string-converter.ts'
import { fileSinkDefinitions } from './sink/file/file-sink-definitions.ts'
import { FileStreamSink } from './sink/file/file-stream-sink.ts'
import { parseJdbcConfig } from './sink/jdbc/jdbc-config.ts'
import { jdbcSinkDefinitions } from './sink/jdbc/jdbc-sink-definitions.ts'
import type { Sink, SinkContext } from './sink/sink.ts'
import { checkFileOffsets, fileSourceDefinitions, fileSourceRules } from './source/file/file-stream-plugin.ts'
import { FileStreamSource } from './source/file/file-stream-source.ts'
import { probeConnection } from './source/mysql/connection-probe.ts'
import { openMysqlSource } from './source/mysql/mysql-source.ts'
import type { Source, SourceContext } from './source/source.ts'
import { inJavaMapOrder, javaMapText } from './store/java-map.ts'
import type { StoredConfig } from './store/store.ts'
import { buildChain, optionsOf, type TransformChain } from './transform/chain.ts'
import { extractChanged, readToInsert, schemaChangeFilter } from './transform/debezium/envelope-changes.ts'
import { ExtractNewRecordState } from './transform/debezium/extract-new-record-state.ts'
import { swapGeometry, vectorToJson } from './transform/debezium/geometry-and-vector.ts'
import { headerToValue } from './transform/debezium/header-to-value.ts'
import { LogicalTopicRouter } from './transform/debezium/logical-topic-router.ts'
import { partitionRouting } from './transform/debezium/partition-routing.ts'
import { enforceRecordSize } from './transform/debezium/record-size.ts'
import { TimezoneConverter } from './transform/debezium/timezone-converter.ts'
import { cast } from './transform/kafka/cast.ts'
import {
  extractField,
  headerFrom,
  hoistField,
  insertField,
  maskField,
  replaceField,
  valueToKey,
} from './transform/kafka/fields.ts'
import { flatten } from './transform/kafka/flatten.ts'
import { dropHeaders, filter, insertHeader, regexRouter, timestampRouter } from './transform/kafka/routing.ts'
import { setSchemaMetadata, timestampConverter } from './transform/kafka/schema-metadata.ts'
import { EventRouter } from './transform/outbox/event-router.ts'
import { HasHeaderKey, RecordIsTombstone, TopicNameMatches } from './transform/predicates.ts'
import { type Side, StageOptions } from './transform/record-side.ts'
import type { Predicate, Transform } from './transform/transform.ts'
import { exactlyOnceSupport } from './worker/exactly-once.ts'
import type { ConnectorPlugin, PluginCatalog } from './worker/plugin-catalog.ts'

/** Version that Debezium's plugins tell: the release whose behaviour is emulated. */
export const DEBEZIUM_VERSION = '3.6.1.Final'
/** Version that Kafka's plugins tell. */
export const KAFKA_VERSION = '4.3.1'

type Options = Readonly<Record<string, string>>

const MYSQL = 'io.debezium.connector.mysql.MySqlConnector'
const MARIADB = 'io.debezium.connector.mariadb.MariaDbConnector'
const FILE_SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const FILE_SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector'
const JDBC_SINK = 'io.debezium.connector.jdbc.JdbcSinkConnector'
const KAFKA_SMT = 'org.apache.kafka.connect.transforms.'
const PREDICATES = `${KAFKA_SMT}predicates.`
const CONVERTERS = 'org.apache.kafka.connect.converters.'

/** Converters by class name. `header`: also a header converter. */
const converters: Readonly<
  Record<
    string,
    { readonly table: readonly ConfigDefinition[]; readonly make: (options: Options) => Converter & HeaderConverter }
  >
> = {
  'org.apache.kafka.connect.json.JsonConverter': { table: jsonConverterDefinitions, make: jsonConverter },
  'org.apache.kafka.connect.storage.StringConverter': {
    table: stringConverterDefinitions,
    make: (options) => new StringConverter({ encoding: options['converter.encoding'] ?? 'UTF-8' }),
  },
  [`${CONVERTERS}ByteArrayConverter`]: { table: [], make: () => new ByteArrayConverter() },
  'io.debezium.converters.BinaryDataConverter': {
    table: binaryDataConverterDefinitions,
    make: (options) => new BinaryDataConverter({ delegate: delegateOf(options) }),
  },
  'io.debezium.converters.ByteArrayConverter': {
    table: binaryDataConverterDefinitions,
    make: (options) => new BinaryDataConverter({ name: 'ByteArrayConverter', delegate: delegateOf(options) }),
  },
  ...numberConverters({
    BooleanConverter: 'boolean',
    DoubleConverter: 'float64',
    FloatConverter: 'float32',
    IntegerConverter: 'int32',
    LongConverter: 'int64',
    ShortConverter: 'int16',
  }),
}

const SIMPLE_HEADER = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

/** A transform with its option table. */
interface TransformPlugin {
  readonly table: readonly ConfigDefinition[]
  readonly make: (options: Options, log: Logger) => Transform
}

/** Transforms by class name. */
const transforms: Readonly<Record<string, TransformPlugin>> = {
  'io.debezium.transforms.outbox.EventRouter': {
    table: transformTables.eventRouterDefinitions,
    make: (options, log) => new EventRouter(options, log),
  },
  'io.debezium.transforms.ExtractNewRecordState': {
    table: transformTables.extractNewRecordStateDefinitions,
    make: (options) => new ExtractNewRecordState(options),
  },
  'io.debezium.transforms.ByLogicalTableRouter': staged(
    (options) => new LogicalTopicRouter(options),
    transformTables.byLogicalTableRouterDefinitions,
  ),
  'io.debezium.transforms.ExtractChangedRecordState': staged(
    extractChanged,
    transformTables.extractChangedRecordStateDefinitions,
  ),
  'io.debezium.transforms.SchemaChangeEventFilter': staged(
    schemaChangeFilter,
    transformTables.schemaChangeEventFilterDefinitions,
  ),
  'io.debezium.transforms.partitions.PartitionRouting': staged(
    partitionRouting,
    transformTables.partitionRoutingDefinitions,
  ),
  'io.debezium.transforms.HeaderToValue': staged(headerToValue, transformTables.headerToValueDefinitions),
  'io.debezium.transforms.TimezoneConverter': staged(
    (options) => new TimezoneConverter(options),
    transformTables.timezoneConverterDefinitions,
  ),
  'io.debezium.transforms.EnforceRecordSize': staged(enforceRecordSize),
  'io.debezium.transforms.SwapGeometryCoordinates': staged(swapGeometry),
  'io.debezium.transforms.VectorToJsonConverter': staged(vectorToJson),
  'io.debezium.connector.mysql.transforms.ReadToInsertEvent': staged(readToInsert),
  [`${KAFKA_SMT}DropHeaders`]: staged(dropHeaders),
  [`${KAFKA_SMT}Filter`]: staged(filter),
  [`${KAFKA_SMT}InsertHeader`]: staged(insertHeader),
  [`${KAFKA_SMT}RegexRouter`]: staged(regexRouter, transformTables.regexRouterDefinitions),
  [`${KAFKA_SMT}TimestampRouter`]: staged(timestampRouter),
  [`${KAFKA_SMT}ValueToKey`]: staged(valueToKey, transformTables.valueToKeyDefinitions),
  ...bothSides('Cast', cast),
  ...bothSides('ExtractField', extractField),
  ...bothSides('Flatten', flatten),
  ...bothSides('HeaderFrom', headerFrom),
  ...bothSides('HoistField', hoistField),
  ...bothSides('InsertField', insertField, transformTables.insertFieldDefinitions),
  ...bothSides('MaskField', maskField, transformTables.maskFieldDefinitions),
  ...bothSides('ReplaceField', replaceField),
  ...bothSides('SetSchemaMetadata', setSchemaMetadata),
  ...bothSides('TimestampConverter', timestampConverter, transformTables.timestampConverterDefinitions),
}

function staged(make: (options: StageOptions) => Transform, table: readonly ConfigDefinition[] = []): TransformPlugin {
  return { table, make: (options) => make(new StageOptions(options)) }
}

function bothSides(
  name: string,
  make: (options: StageOptions, side: Side) => Transform,
  table: readonly ConfigDefinition[] = [],
): Readonly<Record<string, TransformPlugin>> {
  return {
    [`${KAFKA_SMT}${name}$Key`]: staged((options) => make(options, 'key'), table),
    [`${KAFKA_SMT}${name}$Value`]: staged((options) => make(options, 'value'), table),
  }
}

/** Transforms that Debezium has and Millrace has not yet. */
const missingTransforms: Readonly<Record<string, readonly ConfigDefinition[]>> = {
  'io.debezium.transforms.ContentBasedRouter': [],
  'io.debezium.transforms.ExtractSchemaToNewRecord': [],
  'io.debezium.transforms.Filter': [],
  'io.debezium.transforms.GeometryFormatTransformer': [],
  'io.debezium.transforms.openlineage.OpenLineage': [],
  'io.debezium.transforms.tracing.ActivateTracingSpan': [],
}

/** Predicates by class name. */
const predicates: Readonly<
  Record<string, { readonly table: readonly ConfigDefinition[]; readonly make: (options: Options) => Predicate }>
> = {
  [`${PREDICATES}TopicNameMatches`]: {
    table: transformTables.topicNameMatchesDefinitions,
    make: (options) => new TopicNameMatches(options),
  },
  [`${PREDICATES}HasHeaderKey`]: { table: [], make: (options) => new HasHeaderKey(options) },
  [`${PREDICATES}RecordIsTombstone`]: { table: [], make: () => new RecordIsTombstone() },
}

/** Connectors that Debezium and Kafka have and Millrace has not. */
const missingConnectors: Readonly<Record<string, PluginKind>> = {
  'io.debezium.connector.postgresql.PostgresConnector': 'source',
}

/** Who contacts a server when a configuration is validated, by the connector's class name. */
const probes: Readonly<Record<string, ConnectionProbe>> = {
  [MYSQL]: probeConnection,
  [MARIADB]: (config, onHint) => probeConnection(config, onHint, 'mariadb'),
}

/** Every plugin, built or known. */
export const plugins = new PluginLookup([
  {
    className: MYSQL,
    kind: 'source',
    version: DEBEZIUM_VERSION,
    definitions: mysqlDefinitions,
    debeziumRules: mysqlRules,
    refuse: refuseMysql,
    missing: null,
  },
  {
    className: MARIADB,
    kind: 'source',
    version: DEBEZIUM_VERSION,
    definitions: mariadbDefinitions,
    debeziumRules: mariadbRules,
    refuse: refuseMariadb,
    missing: null,
  },
  { ...entryOf(FILE_SOURCE, 'source', fileSourceDefinitions), rules: fileSourceRules },
  entryOf(FILE_SINK, 'sink', fileSinkDefinitions),
  entryOf(JDBC_SINK, 'sink', jdbcSinkDefinitions),
  ...Object.entries(missingConnectors).map(([name, kind]) => entryOf(name, kind, [], true)),
  ...Object.entries(transforms).map(([name, { table }]) => entryOf(name, 'transformation', table)),
  ...Object.entries(missingTransforms).map(([name, table]) => entryOf(name, 'transformation', table, true)),
  ...Object.entries(predicates).map(([name, { table }]) => entryOf(name, 'predicate', table)),
  ...Object.entries(converters).map(([name, { table }]) => entryOf(name, 'converter', table)),
  entryOf('io.debezium.converters.CloudEventsConverter', 'converter', [], true),
  ...Object.entries(converters).map(([name, { table }]) => entryOf(name, 'header_converter', table)),
  entryOf(SIMPLE_HEADER, 'header_converter', []),
])

function entryOf(
  className: string,
  kind: PluginKind,
  definitions: readonly ConfigDefinition[],
  isMissing = false,
): PluginEntry {
  return {
    className,
    kind,
    version: className.startsWith('io.debezium.') ? DEBEZIUM_VERSION : KAFKA_VERSION,
    definitions,
    rules: (transformRules as Readonly<Record<string, FieldRules>>)[className] ?? {},
    missing: isMissing ? `${className} is not supported yet` : null,
  }
}

function jsonConverter(options: Options): JsonConverter {
  const reader = new OptionReader(options, jsonConverterDefinitions)
  const schemasEnable = reader.boolean('schemas.enable', true)
  const decimalFormat = reader.choice('decimal.format', ['BASE64', 'NUMERIC'], 'BASE64')
  const replaceNullWithDefault = reader.boolean('replace.null.with.default', true)
  reader.check()
  return new JsonConverter({ schemasEnable, decimalFormat, replaceNullWithDefault })
}

function numberConverters(kinds: Readonly<Record<string, FixedKind>>): typeof converters {
  const made = Object.entries(kinds).map(
    ([name, kind]) =>
      [`${CONVERTERS}${name}`, { table: numberConverterDefinitions, make: () => new NumberConverter(kind) }] as const,
  )
  return Object.fromEntries(made)
}

function delegateOf(options: Options): Converter | null {
  const name = options['delegate.converter.type']
  return name === undefined ? null : createConverter(name, optionsOf(options, 'delegate.converter.type.'))
}

function built<T>(kind: PluginKind, name: string, makers: Readonly<Record<string, T>>, what: string): T {
  const entry = plugins.find(kind, name)
  if (entry === null) throw new CdcError('CDC_CONFIG_UNKNOWN_PLUGIN', `Class ${name} could not be found.`)
  const maker = makers[entry.className]
  if (entry.missing !== null || maker === undefined) {
    throw new CdcError('CDC_UNSUPPORTED', `${what} ${entry.className} is not supported yet`)
  }
  return maker
}

/** Makes a converter of a class name or alias. Throws CDC_CONFIG_* or CDC_UNSUPPORTED. */
export function createConverter(className: string, options: Options): Converter {
  return built('converter', className, converters, 'Converter').make(options)
}

/** Makes a header converter of a class name or alias. Throws CDC_CONFIG_* or CDC_UNSUPPORTED. */
export function createHeaderConverter(className: string, options: Options): HeaderConverter {
  if (plugins.find('header_converter', className)?.className === SIMPLE_HEADER) return new SimpleHeaderConverter()
  return built('header_converter', className, converters, 'Header converter').make(options)
}

/** The transform chain of a connector configuration. Throws CDC_CONFIG_* or CDC_UNSUPPORTED. */
export function createTransforms(config: Options, log: Logger): TransformChain {
  return buildChain(config, {
    transform: (name, options) => built('transformation', name, transforms, 'Transform').make(options, log),
    predicate: (name, options) => built('predicate', name, predicates, 'Predicate').make(options),
  })
}

/** What a source task puts between its source and its topics. */
export interface TaskStages {
  readonly keyConverter: Converter
  readonly valueConverter: Converter
  readonly headerConverter: HeaderConverter
  readonly transforms: TransformChain
  /** One sentence for each Debezium 1.x name in the configuration. */
  readonly warnings: readonly string[]
}

/**
 * Makes converters and transforms of a task. A converter that the connector does not name is the worker's, with the worker's options.
 * Debezium 1.x names are accepted. Throws CDC_CONFIG_* or CDC_UNSUPPORTED.
 */
export function createStages(given: StoredConfig, worker: Options, log: Logger): TaskStages {
  const { config, warnings } = presentNames(given)
  const from = (option: string, fallback: string): [string, Options] => {
    const source = config[option] === undefined ? worker : config
    return [source[option] ?? fallback, optionsOf(source, `${option}.`)]
  }
  const json = 'org.apache.kafka.connect.json.JsonConverter'
  return {
    keyConverter: createConverter(...from('key.converter', json)),
    valueConverter: createConverter(...from('value.converter', json)),
    headerConverter: createHeaderConverter(...from('header.converter', SIMPLE_HEADER)),
    transforms: createTransforms(config, log),
    warnings,
  }
}

/** All plugins as the worker and its REST interface ask for them. */
export function createPluginCatalog(options: { readonly probe?: ConnectionProbe } = {}): PluginCatalog {
  return {
    list: (connectorsOnly) => plugins.list(connectorsOnly),
    definitions: (plugin, version) => plugins.definitions(plugin, version),
    connector: (className) => connectorPlugin(plugins.connector(className)),
    async validate(given, worker) {
      const named = given['connector.class']
      if (named === undefined || named === null) {
        const message = `Connector config ${javaMapText(inJavaMapOrder(given))} contains no connector type`
        throw new CdcError('CDC_CONFIG_UNKNOWN_PLUGIN', message)
      }
      const connector = plugins.connector(named)
      const { settings } = worker
      return validateConnector(presentNames(given).config, {
        connector,
        plugins,
        workerConverters: {
          'key.converter': settings['key.converter'] ?? 'org.apache.kafka.connect.json.JsonConverter',
          'value.converter': settings['value.converter'] ?? 'org.apache.kafka.connect.json.JsonConverter',
          'header.converter': settings['header.converter'] ?? SIMPLE_HEADER,
        },
        hasExactlyOnce: exactlyOnceSupport(settings) === 'enabled',
        workerGroup: settings['group.id'],
        overridePolicy: readOverridePolicy(settings),
        probe: options.probe ?? probes[connector.className] ?? null,
        onHint: worker.onHint,
      })
    },
  }
}

/** One task for a source: neither the MySQL connector nor the file source divides its work. */
function connectorPlugin(entry: PluginEntry): ConnectorPlugin {
  const { className, kind, version } = entry
  const isFile = className === FILE_SOURCE || className === FILE_SINK
  const taskClass = isFile ? className.replace(/Connector$/, 'Task') : `${className}Task`
  return {
    className,
    type: kind === 'sink' ? 'sink' : 'source',
    version,
    ownsOffsets: isFile,
    isRunnable: entry.missing === null,
    taskConfigs: (config) => {
      const one = inJavaMapOrder({ ...config, 'task.class': taskClass })
      // The partitions of its topics are what a sink's tasks divide.
      return kind === 'sink' ? Array.from({ length: Math.max(1, Number(config['tasks.max'] ?? 1)) }, () => one) : [one]
    },
    ...(className === FILE_SOURCE ? { checkOffsets: checkFileOffsets } : {}),
    ...(className === JDBC_SINK ? { unsupported: jdbcProblems } : {}),
    ...(className === MYSQL || className === MARIADB
      ? { unsupported: (config) => unsupportedIn(presentNames(config).config) }
      : {}),
  }
}

/**
 * Opens the source of a task.
 * Errors: CDC_UNSUPPORTED naming what is not built; CDC_CONFIG_INVALID; what the source finds wrong when it connects.
 */
export async function createSource(given: StoredConfig, context: SourceContext, log: Logger): Promise<Source> {
  const { className } = plugins.connector(given['connector.class'] ?? '')
  if (className === FILE_SOURCE) {
    const reader = new OptionReader(presentNames(given).config, fileSourceDefinitions)
    const file = reader.requiredText('file')
    const topic = reader.requiredText('topic')
    const batchLines = reader.integer('batch.size', 2000, 1)
    reader.check()
    return new FileStreamSource({ file, topic, batchLines, context, log })
  }
  checkSupport(given)
  if (className === MYSQL) return openMysqlSource(given, context, log)
  if (className === MARIADB) return openMysqlSource(given, context, log, 'mariadb')
  throw new CdcError('CDC_UNSUPPORTED', `Source ${className} is not supported yet`)
}

// Files of keys and certificates: the listeners of the REST interface read them as the connector's connections do.
export { ownIdentity, trustedCertificates } from './source/mysql/key-store/key-store.ts'

/** What is wrong with the options of a JDBC sink: refused at registration, not when its first task starts. */
function jdbcProblems(given: StoredConfig): string[] {
  try {
    parseJdbcConfig(presentNames(given).config)
    return []
  } catch (thrown) {
    return [CdcError.from(thrown).message]
  }
}

/**
 * Opens the sink of a task.
 * Errors: CDC_UNSUPPORTED naming what is not built; CDC_CONFIG_INVALID; what the target answers at once.
 */
export async function createSink(given: StoredConfig, context: SinkContext, log: Logger): Promise<Sink> {
  const { className } = plugins.connector(given['connector.class'] ?? '')
  if (className === FILE_SINK) return FileStreamSink.open(given.file || null)
  if (className === JDBC_SINK) {
    // Loaded where it runs only: the drivers take 40 MB of each thread that has them.
    const { openJdbcSink } = await import('./sink/jdbc/jdbc-sink.ts')
    return openJdbcSink({ config: parseJdbcConfig(presentNames(given).config), context, log })
  }
  throw new CdcError('CDC_UNSUPPORTED', `Sink ${className} is not supported yet`)
}
