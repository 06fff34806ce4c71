// The statements that prepare a session for a dump: what the server must know of its replica before the command.
import type { SessionQuery } from './text-session.ts'

/** What the server tells of itself while the session is set up. */
export interface DumpServer {
  readonly version: string
  readonly isMariaDb: boolean
}

/** What a dump session needs to know. */
export interface DumpSessionOptions {
  readonly heartbeatMs: number
  /**
   * Shown by SHOW REPLICAS; the server ends an older dump with the same one. Null gives none: then the server ends an older dump, also of
   * Debezium, that has the same server id.
   */
  readonly replicaUuid: string | null
  /** Seconds; 0 leaves the server's own. */
  readonly netWriteTimeoutSec: number
  readonly netReadTimeoutSec: number
  /** MariaDB only: where to start, as `domain-server-sequence` list; null starts by file and position. */
  readonly mariaDbState: string | null
}

/** Runs the statements on a fresh session. */
export async function prepareDumpSession(query: SessionQuery, options: DumpSessionOptions): Promise<DumpServer> {
  const rows = await query('SELECT VERSION(), @@GLOBAL.binlog_checksum')
  const version = rows[0]?.[0] ?? ''
  const checksum = rows[0]?.[1] ?? 'NONE'
  const isMariaDb = /mariadb/i.test(version)
  // Both names: servers before 8.0.26 and MariaDB know only the first, later ones read the second.
  await query(`SET @master_binlog_checksum=${quote(checksum)}, @source_binlog_checksum=${quote(checksum)}`)
  const periodNs = Math.round(options.heartbeatMs * 1_000_000)
  await query(`SET @master_heartbeat_period=${periodNs}, @source_heartbeat_period=${periodNs}`)
  const { replicaUuid } = options
  if (replicaUuid !== null) await query(`SET @slave_uuid=${quote(replicaUuid)}, @replica_uuid=${quote(replicaUuid)}`)
  if (options.netWriteTimeoutSec > 0)
    await query(`SET SESSION net_write_timeout=${Math.round(options.netWriteTimeoutSec)}`)
  if (options.netReadTimeoutSec > 0)
    await query(`SET SESSION net_read_timeout=${Math.round(options.netReadTimeoutSec)}`)
  if (isMariaDb) {
    // 4 = we understand MariaDB's GTID events; lower values get them rewritten or left out.
    await query('SET @mariadb_slave_capability=4')
    if (options.mariaDbState !== null) {
      await query(`SET @slave_connect_state=${quote(options.mariaDbState)}`)
      await query('SET @slave_gtid_strict_mode=0')
      await query('SET @slave_gtid_ignore_duplicates=0')
    }
  }
  return { version, isMariaDb }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
