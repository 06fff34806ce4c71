// Servers for the random statements: quick, and nothing of what is written to them has to survive a crash.
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import path from 'node:path'
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { openTextSession, type TextSession } from '../../src/index.ts'
import type { Flavour } from './random-column.ts'

const ARGS: Readonly<Record<Flavour, readonly string[]>> = {
  mysql: [
    ...['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF'],
    ...['--innodb-flush-method=nosync', '--innodb-file-per-table=OFF', '--innodb-stats-persistent=OFF'],
    ...['--performance-schema=OFF', '--innodb-buffer-pool-size=128M'],
    ...['--character-set-server=latin1', '--information-schema-stats-expiry=0'],
  ],
  mariadb: [
    ...['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF'],
    ...['--innodb-file-per-table=OFF', '--debug-no-sync', '--innodb-stats-persistent=OFF'],
    ...['--innodb-buffer-pool-size=128M', '--character-set-server=latin1'],
  ],
}
const MEMORY_FOLDER = '/dev/shm'
const FREE_BYTES_NEEDED = 2 * 1024 ** 3

/** A running server and what has to be done to end it. */
export interface FuzzServer {
  readonly server: MysqlServer
  readonly sessions: readonly TextSession[]
  close(): Promise<void>
}

/** Starts a server, its data in memory where the machine has room for that. The sessions take any date and are in no database. */
export async function startFuzzServer(flavour: Flavour, connections: number): Promise<FuzzServer> {
  const memory = memoryFolder(flavour)
  const options = { args: ARGS[flavour], ...(memory === null ? {} : { dataFolder: memory }) }
  const server = await (flavour === 'mysql' ? startMysql(options) : startMariadb(options))
  const sessions: TextSession[] = []
  const close = async () => {
    for (const session of sessions) session.close()
    await server.stop()
    if (memory !== null) rmSync(memory, { recursive: true, force: true })
  }
  try {
    for (let i = 0; i < connections; i++) {
      const session = await openTextSession({ host: server.host, port: server.port, user: server.rootUser })
      sessions.push(session)
      await session.query("SET sql_mode='ALLOW_INVALID_DATES'")
      if (flavour === 'mariadb') await session.query('SET system_versioning_alter_history=KEEP')
    }
  } catch (error) {
    await close()
    throw error
  }
  return { server, sessions, close }
}

function memoryFolder(flavour: Flavour): string | null {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER)
    return bavail * bsize < FREE_BYTES_NEEDED ? null : mkdtempSync(path.join(MEMORY_FOLDER, `millrace-${flavour}-`))
  } catch {
    return null
  }
}
