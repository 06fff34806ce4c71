// The schema history: writes down what DDL does, and rebuilds the tables of a stored offset.
import { CdcError } from '../../../base/errors.ts'
import type { SourceOffset } from '../../source.ts'
import type { DdlTracker } from '../schema/ddl-tracker.ts'
import { type HistoryRecord, historyText, readHistoryText } from './history-record.ts'
import type { HistoryTopic } from './history-topic.ts'
import { type GtidOrder, isAtOrBefore } from './position-order.ts'

/** What {@link SchemaHistory} works with. */
export interface SchemaHistoryOptions {
  readonly topic: HistoryTopic
  readonly tracker: DdlTracker
  /** `topic.prefix`: records of other servers in the same topic are passed over. */
  readonly server: string
  /** `include.schema.comments`. */
  readonly hasComments: boolean
  /** `prefer.ddl`: statements are read again even where the record says what they did. */
  readonly prefersDdl: boolean
  readonly gtidOrder: GtidOrder
}

/** What is recorded; the server's name comes from the options. */
export type HistoryEntry = Omit<HistoryRecord, 'server'>

/** Writes and reads one connector's schema history. */
export class SchemaHistory {
  readonly #options: SchemaHistoryOptions

  constructor(options: SchemaHistoryOptions) {
    this.#options = options
  }

  /** Makes the topic if it is missing: before a first snapshot. */
  async prepare(): Promise<void> {
    await this.#options.topic.create()
  }

  /** Appends one entry; resolves when it is stored. The tables are the caller's to change. */
  async record(entry: HistoryEntry): Promise<void> {
    const { topic, server, hasComments } = this.#options
    await topic.append(historyText({ server, ...entry }, hasComments))
  }

  /**
   * Rebuilds the tables as they were at a stored offset. Throws CDC_SCHEMA_HISTORY when the topic is missing or holds nothing of this
   * server, and what reading a statement throws.
   */
  async recover(offset: SourceOffset): Promise<void> {
    const { topic, tracker, server, prefersDdl, gtidOrder } = this.#options
    if (!(await topic.exists())) throw missing()
    tracker.schemas.clear()
    let count = 0
    for await (const text of topic.read()) {
      const record = readHistoryText(text)
      if (record.server !== server) continue
      count++
      if (!isAtOrBefore(record.position, offset, gtidOrder)) continue
      if (record.changes.length > 0 && (!prefersDdl || record.ddl === null)) tracker.schemas.apply(record.changes)
      // Statements without table changes still set character sets, drop databases and make keys of unique indexes.
      else if (record.ddl !== null) tracker.replay(record.ddl, record.database)
    }
    if (count === 0) throw missing()
  }
}

function missing(): CdcError {
  return new CdcError(
    'CDC_SCHEMA_HISTORY',
    'The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.',
  )
}
