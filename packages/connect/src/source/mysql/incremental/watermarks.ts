// What tells the stream where in the log a chunk was read: marks written into the signal table, or the server's executed transactions.
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import { quotedText } from '../reselect/value-literal.ts'
import { quoted } from '../snapshot/server-questions.ts'
import type { StreamProgress } from '../stream-progress.ts'
import { type TransactionSet, transactionSet } from '../transaction-set.ts'
import type { ChunkReader } from './chunk-reader.ts'

/** One pair of marks a chunk. Throws what the server refuses. */
export interface Watermarks {
  /** Before the chunk is read. */
  open(chunk: string): Promise<void>
  /** After it was read. */
  close(chunk: string): Promise<void>
  /** Whether a row of the signal table is the closing mark of the present chunk. */
  isClosedBy(mark: string): boolean
  /** Whether the stream has passed the closing mark, where that is not a row of the signal table. */
  isPassed(): boolean
}

/** Rows of the signal table. */
export class TableWatermarks implements Watermarks {
  readonly #reader: ChunkReader
  readonly #table: string
  readonly #deletes: boolean
  #chunk = ''
  #openedAt = ''

  /** `table`: the signal table. */
  constructor(
    reader: ChunkReader,
    table: { readonly database: string; readonly name: string },
    { watermarking }: MysqlConnectorConfig['snapshot']['incremental'],
  ) {
    this.#reader = reader
    this.#table = `${quoted(table.database)}.${quoted(table.name)}`
    this.#deletes = watermarking === 'insert_delete'
  }

  async open(chunk: string): Promise<void> {
    this.#chunk = chunk
    this.#openedAt = new Date().toISOString()
    await this.#insert('open', `{"openWindowTimestamp": "${this.#openedAt}"}`)
  }

  async close(chunk: string): Promise<void> {
    if (this.#deletes) {
      const [idColumn] = await this.#columns()
      await this.#reader.run(`DELETE FROM ${this.#table} WHERE ${idColumn} = ${quotedText(`${chunk}-open`)}`)
      return
    }
    const now = new Date().toISOString()
    await this.#insert('close', `{"openWindowTimestamp": "${this.#openedAt}", "closeWindowTimestamp": "${now}"}`)
  }

  isClosedBy(mark: string): boolean {
    return mark === `${this.#chunk}-${this.#deletes ? 'open' : 'close'}`
  }

  isPassed(): boolean {
    return false
  }

  async #insert(which: 'open' | 'close', data: string): Promise<void> {
    const values = [`${this.#chunk}-${which}`, `snapshot-window-${which}`, data].map(quotedText)
    await this.#reader.run(`INSERT INTO ${this.#table} VALUES (${values.join(', ')})`)
  }

  // Column names are free; the first one holds the id.
  #columns(): Promise<readonly string[]> {
    return this.#reader.columnNames(this.#table)
  }
}

/** After so long without an event the stream counts as having come to the end of the log: Debezium waits for the server's heartbeat. */
const IDLE_MS = 48_000

/** Executed transactions: nothing is written. */
export class TransactionWatermarks implements Watermarks {
  readonly #reader: ChunkReader
  readonly #progress: StreamProgress
  readonly #config: MysqlConnectorConfig
  readonly #hasEvents: () => boolean
  #high: TransactionSet | null = null
  #readAtMs = 0
  /** What was the present transaction when it was asked last, and how many there were. */
  #askedGtid: string | null = null
  #askedCount = -1

  /** `hasEvents`: whether the stream has come upon a transaction since the connector's start. */
  constructor(reader: ChunkReader, progress: StreamProgress, config: MysqlConnectorConfig, hasEvents: () => boolean) {
    this.#reader = reader
    this.#progress = progress
    this.#config = config
    this.#hasEvents = hasEvents
  }

  async open(): Promise<void> {
    this.#high = null
  }

  async close(): Promise<void> {
    const { gtids } = await this.#reader.logEnd()
    this.#high = transactionSet(this.#config.flavour, gtids ?? '')
    this.#readAtMs = Date.now()
    this.#askedCount = -1
  }

  isClosedBy(): boolean {
    return false
  }

  isPassed(): boolean {
    if (this.#high === null) return false
    if (!this.#hasEvents() && Date.now() - this.#readAtMs < IDLE_MS) return false
    const { gtid, transactions } = this.#progress
    if (gtid === this.#askedGtid && transactions === this.#askedCount) return false
    this.#askedGtid = gtid
    this.#askedCount = transactions
    const text = this.#progress.resumePoint().gtids ?? ''
    return transactionSet(this.#config.flavour, text).containsAll(this.#high)
  }
}
