// Which validators each option of Debezium's connectors for MySQL and MariaDB has.
import { CdcError } from '../../base/errors.ts'
import { MESSAGE_KEY_FORM } from '../mysql/column-rules.ts'
import { MARIADB_SSL_MODES } from '../mysql/mysql-config.ts'
import { LOCKING_MODES, SNAPSHOT_MODES } from '../mysql/snapshot-config.ts'
import {
  type DebeziumRule,
  type DebeziumValidator,
  excludes,
  hasNameForm,
  isBoolean,
  isInteger,
  isNonNegativeInteger,
  isNonNegativeLong,
  isOneOf,
  isPositiveInteger,
  isPositiveLong,
  isRegexList,
  isRequired,
} from './debezium-rules.ts'

const FAILURE_MODES = ['warn', 'fail', 'ignore', 'skip']
const TIME_MODES = ['adaptive', 'adaptive_time_microseconds', 'isostring', 'microseconds', 'nanoseconds', 'connect']
const ADJUSTMENTS = ['none', 'avro_unicode', 'avro']

function words(choices: readonly string[], ...more: DebeziumValidator[]): DebeziumRule {
  return { choices, validators: [...more, isOneOf(choices)] }
}

function all(...validators: DebeziumValidator[]): DebeziumRule {
  return { validators }
}

const isKnownLocking =
  (modes: readonly string[]): DebeziumValidator =>
  ({ text }) =>
    text === null || modes.includes(text.toLowerCase()) ? [] : ['Must be a valid snapshot.locking.mode value']

const isSupportedTimeMode: DebeziumValidator = ({ text }) =>
  text?.trim().toLowerCase() === 'adaptive' ? ["The 'adaptive' time.precision.mode is no longer supported"] : []

const hasCustomName: DebeziumValidator = ({ text, option }) =>
  option('snapshot.mode')?.toLowerCase() === 'custom' && !text
    ? ["snapshot.mode.custom.name cannot be empty when snapshot.mode 'custom' is defined"]
    : []

const isQueueAboveBatch: DebeziumValidator = ({ text, option }) => {
  const queue = Number(text ?? '8192')
  const problems: string[] = []
  if (queue <= 0) problems.push('A positive queue size is required')
  if (queue <= Number(option('max.batch.size') ?? '2048')) problems.push('Must be larger than the maximum batch size')
  return problems
}

const areMessageKeys: DebeziumValidator = ({ text }) => {
  if (!text) return []
  const form = new RegExp(MESSAGE_KEY_FORM)
  return text
    .replace(/;+$/, '')
    .split(';')
    .filter((entry) => !form.test(entry))
    .map((entry) => `${entry} has an invalid format (expecting '${MESSAGE_KEY_FORM}')`)
}

const areOperations: DebeziumValidator = ({ text }) => {
  const items = (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  if (items.some((item) => !/^([cudtr]|none)$/.test(item))) return ['Invalid operation']
  if (items.includes('none') && items.length > 1) {
    return ["'none' cannot be specified with other skipped operation types"]
  }
  return []
}

const hasNotificationTopic: DebeziumValidator = ({ text, option }) => {
  const channels = (option('notification.enabled.channels') ?? '').split(',').map((item) => item.trim())
  if (!channels.includes('sink') || text) return []
  return ['Notification topic name must be provided when kafka notification channel is enabled']
}

const alreadyIncluded = (list: string) =>
  excludes(`${list}.include.list`, `"${list}.include.list" is already specified`)

/** Rules by option name; an option that is not here has its type's validator only. */
export const mysqlRules: Readonly<Record<string, DebeziumRule>> = {
  'topic.prefix': all(isRequired, hasNameForm(false)),
  'database.hostname': all(isRequired, hasNameForm(true)),
  'database.port': all(isInteger),
  'database.user': all(isRequired),
  'database.server.id': all(isRequired, isPositiveLong),
  'database.ssl.mode': words(['verify_identity', 'disabled', 'preferred', 'required', 'verify_ca']),
  'event.processing.failure.handling.mode': words(FAILURE_MODES),
  'max.batch.size': all(isPositiveInteger),
  'max.queue.size': all(isQueueAboveBatch),
  'poll.interval.ms': all(isPositiveInteger),
  'max.queue.size.in.bytes': all(isNonNegativeLong),
  'skipped.operations': all(areOperations),
  'snapshot.delay.ms': all(isNonNegativeLong),
  'streaming.delay.ms': all(isNonNegativeLong),
  'snapshot.include.collection.list': all(isRegexList),
  'snapshot.fetch.size': all(isNonNegativeInteger),
  'snapshot.max.threads': all(isPositiveInteger),
  'snapshot.max.threads.multiplier': all(isPositiveInteger),
  'internal.legacy.snapshot.max.threads': { hasNoValue: true },
  'snapshot.mode.custom.name': all(hasCustomName),
  'retriable.restart.connector.wait.ms': all(isPositiveLong),
  'query.fetch.size': all(isNonNegativeInteger),
  'incremental.snapshot.watermarking.strategy': words(['insert_delete', 'insert_insert']),
  'guardrail.collections.limit.action': words(['warn', 'fail']),
  'decimal.handling.mode': words(['string', 'double', 'precise']),
  'connect.timeout.ms': all(isPositiveInteger),
  'connect.keep.alive': all(isBoolean),
  'connect.keep.alive.interval.ms': all(isPositiveInteger),
  'snapshot.mode': words(SNAPSHOT_MODES),
  'snapshot.query.mode': words(['custom', 'select_all']),
  'bigint.unsigned.handling.mode': words(['precise', 'long']),
  'time.precision.mode': words(TIME_MODES, isOneOf(TIME_MODES), isSupportedTimeMode),
  'schema.name.adjustment.mode': words(ADJUSTMENTS),
  'min.row.count.to.stream.results': all(isNonNegativeInteger),
  'snapshot.locking.mode': words(LOCKING_MODES, isKnownLocking(LOCKING_MODES)),
  'ddl.parser.type': words(['default', 'legacy']),
  'schema.history.internal': { isHidden: true },
  'tombstones.on.delete': all(isBoolean),
  'heartbeat.interval.ms': all(isNonNegativeInteger),
  'signal.poll.interval.ms': all(isPositiveInteger),
  'notification.sink.topic.name': all(hasNotificationTopic),
  'column.include.list': all(isRegexList),
  'column.exclude.list': all(isRegexList, alreadyIncluded('column')),
  'table.include.list': all(isRegexList, isRegexList),
  'table.exclude.list': all(isRegexList, alreadyIncluded('table')),
  'database.include.list': all(isRegexList),
  'database.exclude.list': all(isRegexList, alreadyIncluded('database')),
  'message.key.columns': all(areMessageKeys),
  'snapshot.tables.order.by.row.count': words(['disabled', 'ascending', 'descending']),
  'binlog.buffer.size': all(isNonNegativeInteger),
  'event.deserialization.failure.handling.mode': words(FAILURE_MODES),
  'inconsistent.schema.handling.mode': words(FAILURE_MODES),
  'gtid.source.excludes': {
    isHidden: true,
    validators: [excludes('gtid.source.includes', 'Cannot specify GTID excludes when includes are provided.')],
  },
}

const MARIADB_LOCKING_MODES = LOCKING_MODES.filter((mode) => !mode.startsWith('minimal_'))

/** The same for the MariaDB connector. */
export const mariadbRules: Readonly<Record<string, DebeziumRule>> = {
  ...mysqlRules,
  'database.ssl.mode': words(Object.keys(MARIADB_SSL_MODES)),
  'snapshot.locking.mode': words(MARIADB_LOCKING_MODES, isKnownLocking(MARIADB_LOCKING_MODES)),
}

const SOURCE_INFO_MAKERS = {
  mysql: 'io.debezium.connector.mysql.MySqlSourceInfoStructMaker',
  mariadb: 'io.debezium.connector.mariadb.MariaDbSourceInfoStructMaker',
}

/** {@link refuseBroken} for the MySQL connector. */
export function refuseMysql(config: Readonly<Record<string, string>>): void {
  refuseBroken(config, SOURCE_INFO_MAKERS.mysql)
}

/** {@link refuseBroken} for the MariaDB connector. */
export function refuseMariadb(config: Readonly<Record<string, string>>): void {
  refuseBroken(config, SOURCE_INFO_MAKERS.mariadb)
}

/**
 * Refuses values with which Debezium's validation breaks down, with its Java exception: Connect answers 500 there, and so do we.
 * Throws CDC_CONFIG_INVALID.
 */
function refuseBroken(config: Readonly<Record<string, string>>, sourceInfoMaker: string): void {
  const mode = config['field.name.adjustment.mode']
  if (mode !== undefined && !ADJUSTMENTS.includes(mode.trim().toLowerCase())) {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      'Cannot invoke "io.debezium.config.CommonConnectorConfig$FieldNameAdjustmentMode.createAdjuster()" because "this.fieldNameAdjustmentMode" is null',
      {
        javaClass: 'java.lang.NullPointerException',
        hint: `Set field.name.adjustment.mode to one of ${ADJUSTMENTS.join(', ')}.`,
      },
    )
  }
  const maker = config['sourceinfo.struct.maker']
  if (maker !== undefined && maker.trim() !== sourceInfoMaker) {
    throw new CdcError('CDC_CONFIG_INVALID', `Unable to find class ${maker}`, {
      javaClass: 'java.lang.IllegalArgumentException',
      hint: `Leave sourceinfo.struct.maker out or set it to ${sourceInfoMaker}.`,
    })
  }
}
