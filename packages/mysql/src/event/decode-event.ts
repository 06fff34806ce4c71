// Any event decoded into a plain object: for tools and tests that look at everything. The hot path calls the decoders it needs.
import { ByteCursor } from './byte-cursor.ts'
import { EventType } from './event-types.ts'
import type { EventView } from './event-view.ts'
import { decodeFormatDescription } from './format-description.ts'
import { decodeGtid } from './gtid.ts'
import { decodeHeartbeat } from './heartbeat.ts'
import { decodeMariaDbGtid, decodeMariaDbGtidList } from './mariadb-gtid.ts'
import { decodePayloadBlock } from './payload-block.ts'
import { decodePreviousGtids } from './previous-gtids.ts'
import { decodeQuery } from './query.ts'
import { decodeRotate } from './rotate.ts'
import { RowsDecoder } from './rows.ts'
import { decodeRowsQuery } from './rows-query.ts'
import { decodeIncident, decodeIntvar, decodeRand, decodeUserVar } from './statement-context.ts'
import { decodeTableMap } from './table-map.ts'
import { decodeXaPrepare } from './xa-prepare.ts'
import { decodeXid } from './xid.ts'

/**
 * The decoded body of an event; null for types of which nothing is of interest. Of a compressed transaction its block: PayloadEvents steps
 * through it. Throws MYSQL_PROTOCOL_EVENT for corrupt bytes.
 */
export function decodeEvent(view: EventView): unknown {
  const cursor = new ByteCursor().open(view.bytes, view.bodyStart, view.bodyEnd, view)
  switch (view.header.typeCode) {
    case EventType.QUERY_EVENT:
      return decodeQuery(cursor)
    case EventType.MARIADB_QUERY_COMPRESSED_EVENT:
      return decodeQuery(cursor, true)
    case EventType.FORMAT_DESCRIPTION_EVENT:
      return decodeFormatDescription(cursor, view)
    case EventType.ROTATE_EVENT:
      return decodeRotate(cursor)
    case EventType.XA_PREPARE_LOG_EVENT:
      return decodeXaPrepare(cursor)
    case EventType.XID_EVENT:
      return decodeXid(cursor)
    case EventType.TABLE_MAP_EVENT:
      return decodeTableMap(cursor)
    case EventType.WRITE_ROWS_EVENT_V1:
    case EventType.UPDATE_ROWS_EVENT_V1:
    case EventType.DELETE_ROWS_EVENT_V1:
    case EventType.WRITE_ROWS_EVENT:
    case EventType.UPDATE_ROWS_EVENT:
    case EventType.DELETE_ROWS_EVENT:
    case EventType.PARTIAL_UPDATE_ROWS_EVENT:
    case EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT_V1:
    case EventType.MARIADB_UPDATE_ROWS_COMPRESSED_EVENT_V1:
    case EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT_V1:
    case EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT:
    case EventType.MARIADB_UPDATE_ROWS_COMPRESSED_EVENT:
    case EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT:
      return new RowsDecoder().decode(cursor, view)
    case EventType.HEARTBEAT_LOG_EVENT:
    case EventType.HEARTBEAT_LOG_EVENT_V2:
      return decodeHeartbeat(cursor, view)
    case EventType.ROWS_QUERY_LOG_EVENT:
    case EventType.MARIADB_ANNOTATE_ROWS_EVENT:
      return decodeRowsQuery(cursor, view)
    case EventType.GTID_LOG_EVENT:
    case EventType.ANONYMOUS_GTID_LOG_EVENT:
    case EventType.GTID_TAGGED_LOG_EVENT:
      return decodeGtid(cursor, view)
    case EventType.PREVIOUS_GTIDS_LOG_EVENT:
      return decodePreviousGtids(cursor)
    case EventType.MARIADB_GTID_EVENT:
      return decodeMariaDbGtid(cursor, view)
    case EventType.MARIADB_GTID_LIST_EVENT:
      return decodeMariaDbGtidList(cursor)
    case EventType.TRANSACTION_PAYLOAD_EVENT:
      return decodePayloadBlock(cursor)
    case EventType.INTVAR_EVENT:
      return decodeIntvar(cursor)
    case EventType.RAND_EVENT:
      return decodeRand(cursor)
    case EventType.USER_VAR_EVENT:
      return decodeUserVar(cursor)
    case EventType.INCIDENT_EVENT:
      return decodeIncident(cursor)
    default:
      return null
  }
}
