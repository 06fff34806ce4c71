// `set-binlog-position`: the place that its data name, as an offset.
import type { FlavourName } from '../../../config/mysql/mysql-config.ts'
import type { BinlogOffset } from '../offset.ts'
import { transactionSet } from '../transaction-set.ts'
import { malformed } from './signal.ts'

/** The offset to store. Throws CDC_DATA_INVALID for data that name no place, or two. */
export function positionOf(
  data: Readonly<Record<string, unknown>>,
  flavour: FlavourName,
  present: BinlogOffset,
): BinlogOffset {
  const { binlog_filename: file, binlog_position: position, gtid_set: gtids } = data
  const base = { ...present, row: 0, event: 0, transaction: null }
  const hasFile = file !== undefined || position !== undefined
  if (hasFile && gtids !== undefined) throw malformed('it names both a file and a set of transactions')
  if (typeof gtids === 'string' && gtids.trim() !== '') {
    const text = gtids.replaceAll(/\s/g, '')
    try {
      transactionSet(flavour, text)
    } catch {
      throw malformed('gtid_set is no set of transactions')
    }
    return { ...base, gtids: text }
  }
  if (typeof file !== 'string' || !/^[a-zA-Z0-9_-]+\.\d{6}$/.test(file))
    throw malformed('binlog_filename is no log file')
  const pos = Number(position)
  if (!Number.isSafeInteger(pos) || pos < 0) throw malformed('binlog_position is no position')
  return { ...base, file, pos, gtids: null }
}
