// Where the stream starts, and whether the server still has that place.
import type { BinlogStart } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { FlavourName, MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { ServerFacts } from './log-status.ts'
import type { BinlogOffset } from './offset.ts'
import { type TransactionSet, transactionSet } from './transaction-set.ts'

/** The start of a dump from an offset; `flavour` null: by file and position. */
export function binlogStart(offset: BinlogOffset, flavour: FlavourName | null): BinlogStart {
  if (flavour !== null) return transactionSet(flavour, offset.gtids ?? '').start()
  return { kind: 'position', file: offset.file, position: offset.pos }
}

/**
 * Whether to start by GTID: the server counts by them and the offset has a set. Without a set the file and position are exact, while an
 * empty set would start at the oldest log.
 */
export function startsByGtid(config: MysqlConnectorConfig, server: ServerFacts, offset: BinlogOffset): boolean {
  return server.hasGtids && offset.gtids !== null && !config.gtid.ignoredOnRecovery
}

/**
 * The offset to go on from: with `gtid.source.includes` or `.excludes`, the transactions of other sources that the server has count as
 * done. Throws CDC_POSITION_LOST where the server no longer has, or never had, what follows the offset.
 */
export function checkedStart(config: MysqlConnectorConfig, server: ServerFacts, offset: BinlogOffset): BinlogOffset {
  if (!startsByGtid(config, server, offset)) {
    if (config.checksLogPosition) checkFile(server, offset)
    return offset
  }
  const { flavour } = config
  const executed = transactionSet(flavour, server.executedGtids)
  const stored = transactionSet(flavour, offset.gtids ?? '')
  const { includes, excludes } = config.gtid
  const isSelected = (source: string) => (includes !== null ? includes(source) : excludes?.(source) !== true)
  const hasFilter = includes !== null || excludes !== null
  const start = hasFilter ? stored.passOver(executed, isSelected) : stored
  if (config.checksLogPosition)
    checkGtids(offset, { start, executed, purged: transactionSet(flavour, server.purgedGtids) })
  return { ...offset, gtids: start.toString() }
}

/**
 * The same at a connection that is made anew in the middle of the stream. The server may be another one by now. Throws CDC_POSITION_LOST,
 * retriable where a replica may still catch up; CDC_POSITION_SERVER where another server answers to a file and position of the first.
 */
export function checkResume(
  config: MysqlConnectorConfig,
  servers: { readonly before: ServerFacts; readonly now: ServerFacts; readonly usesGtids: boolean },
  offset: BinlogOffset,
): void {
  const { before, now, usesGtids } = servers
  if (!usesGtids) {
    if (before.serverUuid !== now.serverUuid) throw otherServer(before, now, offset)
  } else if (!now.hasGtids) {
    throw positionLost(offset, 'the server that answers now has gtid_mode=OFF', GTIDS_OFF)
  }
  try {
    checkedStart(config, now, offset)
  } catch (error) {
    if (!CdcError.is(error) || error.hint !== AHEAD) throw error
    throw new CdcError('CDC_POSITION_LOST', error.message, { hint: AHEAD, retriable: true })
  }
}

const SNAPSHOT =
  'To go on with a new snapshot: snapshot.mode=when_needed, or stop the connector, DELETE /connectors/{name}/offsets and resume it.'
const PURGED = `The server has deleted that part of its log. ${SNAPSHOT} Keep logs longer with binlog_expire_logs_seconds on the server.`
const AHEAD =
  'The connector has read more than the server has: its log was reset, a backup was restored, it lost the end of its log in a crash ' +
  `(sync_binlog other than 1), or it is a replica that lags behind. Wait for a replica to catch up, else: ${SNAPSHOT}`
const GTIDS_OFF = `Set gtid_mode=ON on that server too. ${SNAPSHOT}`

interface CheckedSets {
  readonly start: TransactionSet
  readonly executed: TransactionSet
  readonly purged: TransactionSet
}

function checkGtids(offset: BinlogOffset, { start, executed, purged }: CheckedSets): void {
  const ahead = start.subtract(executed)
  if (!ahead.isEmpty) throw positionLost(offset, `the server does not have the transactions ${shortSet(ahead)}`, AHEAD)
  const lost = purged.subtract(start)
  if (!lost.isEmpty) throw positionLost(offset, `the transactions ${shortSet(lost)} are purged`, PURGED)
}

function checkFile({ logFiles, logSizes }: ServerFacts, offset: BinlogOffset): void {
  const { file, pos } = offset
  const size = logSizes.get(file)
  if (size === undefined) {
    const kept = logFiles.length === 0 ? 'it has none' : `it has ${logFiles[0]} to ${logFiles.at(-1)}`
    throw positionLost(offset, `the file ${file} is gone; ${kept}`, PURGED)
  }
  if (pos > size) throw positionLost(offset, `${file} ends at ${size}, ${pos - size} bytes before the position`, AHEAD)
}

/** A set with thousands of holes is not for a message. */
function shortSet(set: TransactionSet): string {
  const text = set.toString()
  return text.length <= 1000 ? text : `${text.slice(0, 1000)}…`
}

function otherServer(before: ServerFacts, now: ServerFacts, { file, pos }: BinlogOffset): CdcError {
  return new CdcError(
    'CDC_POSITION_SERVER',
    `The position ${file}:${pos} is one of the server ${before.serverUuid}, but ${now.serverUuid} answers now`,
    { hint: `A file and position mean nothing on another server; failover needs gtid_mode=ON. ${SNAPSHOT}` },
  )
}

function positionLost({ file, pos, gtids }: BinlogOffset, why: string, hint: string): CdcError {
  const place = `file='${file}', pos=${pos}${gtids === null ? '' : `, gtids='${gtids}'`}`
  return new CdcError(
    'CDC_POSITION_LOST',
    `The connector is trying to read change stream starting at BinlogOffsetContext{${place}}, but this is no longer available on the ` +
      `server (${why}). Reconfigure the connector to use a snapshot mode when needed.`,
    { hint },
  )
}
