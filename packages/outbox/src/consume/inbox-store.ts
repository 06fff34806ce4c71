// The inbox's own tables in PostgreSQL: positions, order guards, seen events, dead letters. Statements only, no policy.
import type { RawMessage } from './message.ts'

/** What this package needs of a `pg` client inside a transaction. */
export interface SqlClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>
}

/** A client taken out of the pool. */
export interface PooledClient extends SqlClient {
  release(error?: Error | boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

/** What this package needs of a `pg` pool. */
export interface SqlPool extends SqlClient {
  connect(): Promise<PooledClient>
  /** Told of each new connection. */
  on(event: 'connect', listener: (client: Pick<PooledClient, 'on'>) => void): unknown
}

/**
 * From now on no new connection of the pool ends the process when it is cut: between the pool's own listener and that of whoever takes the
 * connection it would be unheard for a moment, and an error that nobody hears ends a Node process.
 */
export function hearErrorsOf(pool: SqlPool): void {
  if (heardPools.has(pool)) return
  heardPools.add(pool)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
  })
}

const heardPools = new WeakSet<SqlPool>()

/** One partition of the topic, as read by one group. */
export interface InboxPartition {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** Where a partition stands: the next topic offset to apply, and the topic's id at that time. */
export interface InboxPosition {
  readonly nextOffset: bigint
  readonly topicId: string
}

const TABLES = `
CREATE TABLE IF NOT EXISTS inbox_position (
  consumer_group text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
  topic_id text NOT NULL, next_offset bigint NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, topic, partition));
CREATE TABLE IF NOT EXISTS inbox_guard (
  consumer_group text NOT NULL, topic text NOT NULL, aggregate_id text NOT NULL, last_event_id text NOT NULL,
  PRIMARY KEY (consumer_group, topic, aggregate_id));
CREATE TABLE IF NOT EXISTS inbox_seen (
  consumer_group text NOT NULL, topic text NOT NULL, event_id text NOT NULL, seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, topic, event_id));
CREATE TABLE IF NOT EXISTS inbox_dead_letter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, consumer_group text NOT NULL, topic text NOT NULL,
  partition integer NOT NULL, topic_offset bigint NOT NULL, topic_id text NOT NULL, reason text NOT NULL,
  message_key bytea, message_value bytea, headers jsonb NOT NULL, dead_at timestamptz NOT NULL DEFAULT now());
`

/** Creates the inbox's tables where they are missing. Safe when several processes start at once. */
export async function createInboxTables(pool: SqlPool): Promise<void> {
  await inTransaction(pool, async (tx) => {
    // IF NOT EXISTS alone races in PostgreSQL's catalogue
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('millrace inbox tables'))")
    await tx.query(TABLES)
  })
}

/** The stored position, or null; with `lock` the row stays locked until the transaction ends. */
export async function readPosition(
  client: SqlClient,
  at: InboxPartition,
  lock: boolean,
): Promise<InboxPosition | null> {
  const { rows } = await client.query(
    `SELECT next_offset::text AS next_offset, topic_id FROM inbox_position
      WHERE consumer_group = $1 AND topic = $2 AND partition = $3${lock ? ' FOR UPDATE' : ''}`,
    [at.group, at.topic, at.partition],
  )
  const row = rows[0]
  return row === undefined ? null : { nextOffset: BigInt(row.next_offset as string), topicId: row.topic_id as string }
}

/** Stores a position. */
export async function writePosition(client: SqlClient, at: InboxPartition, position: InboxPosition): Promise<void> {
  await client.query(
    `INSERT INTO inbox_position (consumer_group, topic, partition, topic_id, next_offset) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (consumer_group, topic, partition)
     DO UPDATE SET topic_id = EXCLUDED.topic_id, next_offset = EXCLUDED.next_offset, updated_at = now()`,
    [at.group, at.topic, at.partition, position.topicId, position.nextOffset.toString()],
  )
}

/** The last time-ordered event id applied per aggregate; aggregates without one are left out. Locks the rows. */
export async function readGuards(client: SqlClient, at: InboxPartition, keys: string[]): Promise<Map<string, string>> {
  const { rows } = await client.query(
    `SELECT aggregate_id, last_event_id FROM inbox_guard
      WHERE consumer_group = $1 AND topic = $2 AND aggregate_id = ANY($3) ORDER BY aggregate_id FOR UPDATE`,
    [at.group, at.topic, keys],
  )
  return new Map(rows.map((row) => [row.aggregate_id as string, row.last_event_id as string]))
}

/** Stores the last event id of several aggregates. */
export async function writeGuards(
  client: SqlClient,
  at: InboxPartition,
  guards: ReadonlyMap<string, string>,
): Promise<void> {
  if (guards.size === 0) return
  // sorted, so that two transactions never lock the same rows in opposite order
  const entries = [...guards].sort(([a], [b]) => (a < b ? -1 : 1))
  await client.query(
    `INSERT INTO inbox_guard (consumer_group, topic, aggregate_id, last_event_id)
     SELECT $1, $2, g.key, g.id FROM unnest($3::text[], $4::text[]) AS g (key, id)
     ON CONFLICT (consumer_group, topic, aggregate_id) DO UPDATE SET last_event_id = EXCLUDED.last_event_id`,
    [at.group, at.topic, entries.map(([key]) => key), entries.map(([, id]) => id)],
  )
}

/** Marks event ids as seen and returns those that were not seen before. */
export async function markSeen(client: SqlClient, at: InboxPartition, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await client.query(
    `INSERT INTO inbox_seen (consumer_group, topic, event_id)
     SELECT $1, $2, i.id FROM (SELECT DISTINCT unnest($3::text[]) AS id ORDER BY 1) AS i
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [at.group, at.topic, ids],
  )
  return new Set(rows.map((row) => row.event_id as string))
}

/** Keeps a message that cannot be applied, with the reason. */
export async function writeDeadLetter(
  client: SqlClient,
  at: InboxPartition,
  topicId: string,
  raw: RawMessage,
  reason: string,
): Promise<void> {
  const headers = Object.fromEntries(
    [...raw.headers].map(([name, value]) => [name.toString('utf8'), value?.toString('base64') ?? null]),
  )
  await client.query(
    `INSERT INTO inbox_dead_letter
       (consumer_group, topic, partition, topic_offset, topic_id, reason, message_key, message_value, headers)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      at.group,
      at.topic,
      at.partition,
      raw.offset.toString(),
      topicId,
      reason,
      raw.key ?? null,
      raw.value ?? null,
      JSON.stringify(headers),
    ],
  )
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: SqlPool, work: (client: SqlClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  // a connection that is cut while it is ours fails its query and also emits; unheard, that would end the process
  const onError = () => undefined
  client.on('error', onError)
  const giveBack = (broken: boolean) => {
    // a broken one keeps the listener: the pool ends it, and it may have more to say
    if (!broken) client.off('error', onError)
    client.release(broken)
  }
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    giveBack(false)
    return result
  } catch (error) {
    const isAlive = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    )
    giveBack(!isAlive)
    throw error
  }
}
