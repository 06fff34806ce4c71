// The events of a server's binary logs over a connection, as a replica would get them but without being one.
import {
  type BinlogReader,
  type ConnectionOptions,
  type EventView,
  MysqlError,
  openBinlog,
  openTextSession,
} from '@millrace/mysql'

/** What to read of a server's logs. */
export interface ServerLogs {
  /** Log files by name; empty: all. */
  readonly files: readonly string[]
  /** Where to start in the first of them. */
  readonly startPosition: number
  /** Go on with the files behind the last one named. */
  readonly toLastLog: boolean
  /** Go on waiting at the end of the last file, as a replica with this server id; null ends there. */
  readonly followAs: number | null
}

/** Yields a reused view for every event, those that the server makes up included. Throws MysqlError. */
export async function* serverEvents(
  connection: ConnectionOptions,
  { files, startPosition, toLastLog, followAs }: ServerLogs,
): AsyncGenerator<EventView, void, undefined> {
  const isBounded = files.length > 0 && !toLastLog && followAs === null
  const parts: readonly (string | null)[] = isBounded ? files : [files[0] ?? (await firstLog(connection))]
  for (const [i, part] of parts.entries()) {
    const reader = await openBinlog({
      ...connection,
      serverId: followAs ?? 0,
      start: { kind: 'position', file: part!, position: i === 0 ? Math.max(startPosition, 4) : 4 },
      sendsAnnotations: true,
      stopsAtUnsupported: false,
    })
    try {
      yield* eventsOf(reader, isBounded ? part : null, followAs !== null)
    } finally {
      reader.close()
    }
  }
}

async function* eventsOf(
  reader: BinlogReader,
  onlyFile: string | null,
  isEndless: boolean,
): AsyncGenerator<EventView, void, undefined> {
  for (;;) {
    const chunk = await nextChunk(reader, isEndless)
    if (chunk === null) return
    for (let view = chunk.next(); view !== null; view = chunk.next()) {
      yield view
      if (onlyFile !== null && reader.stream.file !== onlyFile) return
    }
  }
}

// A dump without a server id ends at the end of the log.
async function nextChunk(reader: BinlogReader, isEndless: boolean) {
  try {
    return await reader.next()
  } catch (error) {
    if (!isEndless && error instanceof MysqlError && error.code === 'MYSQL_CONNECTION_LOST') return null
    throw error
  }
}

async function firstLog(connection: ConnectionOptions): Promise<string> {
  const session = await openTextSession(connection)
  try {
    const [first] = await session.query('SHOW BINARY LOGS')
    const name = first?.[0]
    if (typeof name === 'string') return name
  } finally {
    session.close()
  }
  throw new MysqlError({
    code: 'MYSQL_LOG_OFF',
    message: 'The server has no binary log',
    hint: 'Start it with log_bin (ON by default in MySQL 8 and later).',
  })
}
