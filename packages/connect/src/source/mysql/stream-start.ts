// Where the stream starts, and whether the server still has that place.
import { type BinlogStart, GtidSet } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { ServerFacts } from './log-status.ts'
import type { BinlogOffset } from './offset.ts'

/** The start of a dump from an offset. */
export function binlogStart(offset: BinlogOffset, usesGtids: boolean): BinlogStart {
  if (usesGtids) return { kind: 'gtid', encoded: GtidSet.parse(offset.gtids ?? '').encode() }
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
    if (config.checksLogPosition && !server.logFiles.includes(offset.file))
      throw positionLost(offset, `the file ${offset.file} is gone`)
    return offset
  }
  const executed = GtidSet.parse(server.executedGtids)
  const purged = GtidSet.parse(server.purgedGtids)
  const stored = GtidSet.parse(offset.gtids ?? '')
  const { includes, excludes } = config.gtid
  const isSelected = ({ uuid }: { readonly uuid: string }) =>
    includes !== null ? includes(uuid) : excludes === null || !excludes(uuid)
  const hasFilter = includes !== null || excludes !== null
  const start = hasFilter ? stored.filter(isSelected).union(executed.filter((source) => !isSelected(source))) : stored
  if (!config.checksLogPosition) return { ...offset, gtids: start.toString() }
  const ahead = start.subtract(executed)
  if (!ahead.isEmpty) throw positionLost(offset, `the server does not have the transactions ${ahead.toString()}`)
  const lost = purged.subtract(start)
  if (!lost.isEmpty) throw positionLost(offset, `the transactions ${lost.toString()} are purged`)
  return { ...offset, gtids: start.toString() }
}

function positionLost({ file, pos, gtids }: BinlogOffset, why: string): CdcError {
  const place = `file='${file}', pos=${pos}${gtids === null ? '' : `, gtids='${gtids}'`}`
  return new CdcError(
    'CDC_POSITION_LOST',
    `The connector is trying to read change stream starting at BinlogOffsetContext{${place}}, but this is no longer available on the ` +
      `server (${why}). Reconfigure the connector to use a snapshot mode when needed.`,
  )
}
