// The public surface of this package: everything other packages may import.

// base
export { type Clock, systemClock } from './base/clock.ts'
export { type ErrorCode, type ErrorCodeEntry, errorCodes } from './base/error-codes.ts'
export { CdcError, type CdcErrorJson, type CdcErrorOptions } from './base/errors.ts'
export { backoffMs, Lifecycle, sleep } from './base/lifecycle.ts'
export { type Logger, silentLogger } from './base/logger.ts'
export { type Counter, type Gauge, MetricRegistry, type MetricSample, type Metrics } from './base/metrics.ts'
// config
export type { ConfigDefinition, ConfigEntry, ConfigInfos, ConfigType, ConfigValue } from './config/definition.ts'
export { derivedServerId, presentNames } from './config/former-names.ts'
export { parseProperties } from './config/java-properties.ts'
export { compileJavaRegex, expandReplacement, splitList } from './config/java-regex.ts'
export type { CaptureFilters } from './config/mysql/filters.ts'
export {
  type ConnectionConfig,
  type FailureHandling,
  type MysqlConnectorConfig,
  type ParsedMysqlConfig,
  parseMysqlConfig,
} from './config/mysql/mysql-config.ts'
// plugins
export { checkSupport, unsupportedIn, unsupportedOptions } from './config/mysql/support.ts'
export type { ConnectionProbe } from './config/validation/connector-validation.ts'
// convert
export type { ChangeWriter, Converter, HeaderConverter } from './convert/converter.ts'
export { JsonConverter, type JsonConverterOptions } from './convert/json/json-converter.ts'
export { SimpleHeaderConverter, StringConverter } from './convert/string-converter.ts'
// data
export type * from './data/change-row.ts'
export { GrowingBytes } from './data/growing-bytes.ts'
export type { ConnectRecord, RecordHeader, Struct } from './data/record.ts'
export type { ConnectField, ConnectSchema, SchemaKind } from './data/schema.ts'
export * from './data/schema-builder.ts'
export { getField, isStruct, rawField, structField, structFrom } from './data/struct.ts'
export { structOfCells, toRecord } from './data/to-record.ts'
export {
  createConverter,
  createHeaderConverter,
  createPluginCatalog,
  createStages,
  createTransforms,
  plugins,
  type TaskStages,
} from './plugins.ts'
// worker and rest
export { startWorker, startWorkerWith, type WorkerHandle } from './rest/start-worker.ts'
// source/mysql
export { MysqlSource, type MysqlSourceOptions, openMysqlSource } from './source/mysql/mysql-source.ts'
export { ReusedSourceInfo } from './source/mysql/source-info.ts'
export { TransformChain } from './transform/chain.ts'
export type { Predicate, Transform } from './transform/transform.ts'
export {
  type ClusterSurvey,
  type SurveyedConnector,
  type SurveyOptions,
  surveyCluster,
} from './worker/cluster-survey.ts'
export { type ConnectorFile, readConnectorFile } from './worker/connector-files.ts'
export type { HostAliases } from './worker/host-aliases.ts'
export type { LogLevel } from './worker/loggers.ts'
export type { EmbeddedBroker, StartWorkerOptions, WorkerPlugins } from './worker/open-worker.ts'
export type { WorkerSettings } from './worker/worker-config.ts'
