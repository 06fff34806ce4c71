// XA_PREPARE_LOG_EVENT: the end of a prepared XA transaction's rows.
import type { ByteCursor } from './byte-cursor.ts'

/** The end of the rows of an XA transaction. */
export interface XaPrepareEvent {
  /** `XA COMMIT … ONE PHASE`: the transaction is committed with this event; else XA COMMIT or XA ROLLBACK follows some day. */
  readonly isOnePhase: boolean
  /** The id as both servers write it in their statements: `X'hex',X'hex',format`. */
  readonly xid: string
}

const MAX_PART_BYTES = 64

/** Shape: one phase (1) | format id (4) | length of the global (4) and of the branch part (4) | both parts. Throws MYSQL_PROTOCOL_EVENT. */
export function decodeXaPrepare(cursor: ByteCursor): XaPrepareEvent {
  const isOnePhase = cursor.u8() !== 0
  const format = cursor.u32()
  const globalBytes = cursor.u32()
  const branchBytes = cursor.u32()
  if (globalBytes > MAX_PART_BYTES || branchBytes > MAX_PART_BYTES) {
    throw cursor.corrupt(`has an XA id of ${globalBytes} and ${branchBytes} bytes`)
  }
  const hex = (bytes: number) => {
    const at = cursor.take(bytes)
    return cursor.bytes.toString('hex', at, at + bytes)
  }
  return { isOnePhase, xid: `X'${hex(globalBytes)}',X'${hex(branchBytes)}',${format}` }
}
