// Which table and columns hold the outbox, and the INSERT that follows from them.
import { OutboxError } from '../outbox-error.ts'

/** The columns that EventRouter reads, by their meaning. */
export interface OutboxColumns {
  readonly id: string
  readonly aggregateType: string
  readonly aggregateId: string
  readonly type: string
  readonly payload: string
}

/** A described outbox table, made by {@link outboxTable}. */
export interface OutboxTable {
  readonly name: string
  readonly columns: OutboxColumns
  /** `INSERT` with five placeholders in the order id, aggregate type, aggregate id, type, payload. */
  readonly insertSql: string
}

/** The names EventRouter expects without further configuration. */
export const DEFAULT_COLUMNS: OutboxColumns = {
  id: 'id',
  aggregateType: 'aggregatetype',
  aggregateId: 'aggregateid',
  type: 'type',
  payload: 'payload',
}

/**
 * Describes an outbox table; `name` may be `database.table`, columns not given keep EventRouter's default names.
 * Errors: OUTBOX_BAD_NAME for an empty name, one over 64 characters or with a NUL.
 */
export function outboxTable(options: { name?: string; columns?: Partial<OutboxColumns> } = {}): OutboxTable {
  const name = options.name ?? 'polls_outbox'
  const columns: OutboxColumns = { ...DEFAULT_COLUMNS, ...options.columns }
  const order = [columns.id, columns.aggregateType, columns.aggregateId, columns.type, columns.payload]
  const insertSql = `INSERT INTO ${name.split('.').map(quoteName).join('.')} (${order.map(quoteName).join(', ')}) VALUES (?, ?, ?, ?, ?)`
  return { name, columns, insertSql }
}

function quoteName(name: string): string {
  if (name.length === 0 || name.length > 64 || name.includes('\0')) {
    throw new OutboxError(
      'OUTBOX_BAD_NAME',
      `${JSON.stringify(name)} is not a MySQL identifier`,
      'Give table and column names of 1 to 64 characters.',
    )
  }
  return `\`${name.replaceAll('`', '``')}\``
}
