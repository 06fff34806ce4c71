// The `source` block of a change: constants are encoded once per transaction and table, position and row are written digit by digit.
import type { FlavourName } from '../../config/mysql/mysql-config.ts'
import type { ByteSink, SourceInfo } from '../../data/change-row.ts'
import type { Struct } from '../../data/record.ts'
import { SOURCE_SCHEMAS, SOURCE_VERSION } from './source-info-schema.ts'

/** Values of `source.snapshot`. */
export type SnapshotState =
  | 'true'
  | 'first'
  | 'first_in_data_collection'
  | 'last_in_data_collection'
  | 'last'
  | 'false'
  | 'incremental'

/** What the block says, all of it; times are epoch nanoseconds. */
export interface SourceFacts {
  readonly epochNs: bigint
  readonly snapshot: SnapshotState
  readonly database: string
  /** Comma list where a statement concerns several tables; null where it concerns none. */
  readonly table: string | null
  readonly serverId: number
  readonly gtid: string | null
  readonly file: string
  /** Null where the change has none (snapshots, DDL). */
  readonly threadId: number | null
  readonly query: string | null
}

/** What the block says of the connector. */
export interface SourceLabel {
  readonly topicPrefix: string
  readonly flavour: FlavourName
}

/** Room for a position below 2^53 and `,"row":`. */
const POSITION_BYTES = 24

/**
 * One reused source block. `describe` sets what is constant for a run of rows, `at` the position of one row. As compact JSON, which is
 * what JsonConverter prints of the struct.
 */
export class ReusedSourceInfo implements SourceInfo {
  readonly #label: SourceLabel
  readonly #nameJson: string
  readonly #databaseJson = lastRemembered(jsonText)
  readonly #tableJson = lastRemembered(jsonText)
  readonly #fileJson = lastRemembered(jsonText)
  #facts: SourceFacts | null = null
  /** Up to `"pos":`, and behind that, once for the rows of an event, the position and `,"row":`. */
  #head: Buffer = Buffer.alloc(512)
  #headBytes = 0
  /** View of all that. */
  #placed: Uint8Array = this.#head
  #placedPos = -1
  #tail: Buffer = Buffer.alloc(64)
  #tailBytes = 0
  #tailThread: number | null = null
  #tailQuery: string | null = null
  #pos = 0
  #row = 0

  constructor(label: SourceLabel) {
    this.#label = label
    this.#nameJson = jsonText(label.topicPrefix)
    this.#encodeTail(null, null)
  }

  /** Sets everything but position and row. */
  describe(facts: SourceFacts): void {
    this.#facts = facts
    this.#encodeHead(facts)
    if (facts.threadId !== this.#tailThread || facts.query !== this.#tailQuery)
      this.#encodeTail(facts.threadId, facts.query)
  }

  /** Sets the position of the event and the row's index in it. */
  at(pos: number, row: number): void {
    this.#pos = pos
    this.#row = row
  }

  /** Index of the last row that was placed; Debezium's statements carry it on. */
  get row(): number {
    return this.#row
  }

  /** What was described last; null before the first time. */
  get facts(): SourceFacts | null {
    return this.#facts
  }

  /** Position of the event that was placed last. */
  get pos(): number {
    return this.#pos
  }

  writeJson(sink: ByteSink): void {
    if (this.#pos !== this.#placedPos) this.#place()
    const tail = this.#tail
    const tailBytes = this.#tailBytes
    const placed = this.#placed
    sink.reserve(placed.length + tailBytes + 16)
    const out = sink.bytes
    let pos = sink.pos
    out.set(placed, pos)
    pos += placed.length
    pos = putDigits(out, pos, this.#row)
    // Without a query it is short, and a loop is quicker than a copy then.
    if (tailBytes > 40) pos += tail.copy(out, pos, 0, tailBytes)
    else for (let i = 0; i < tailBytes; i++) out[pos++] = tail[i] as number
    sink.pos = pos
  }

  toStruct(): Struct {
    return sourceStruct(this.#label, this.#facts!, this.#pos, this.#row)
  }

  #place(): void {
    const head = this.#head
    this.#placedPos = this.#pos
    const end = putDigits(head, this.#headBytes, this.#pos)
    this.#placed = head.subarray(0, end + head.write(',"row":', end, 'latin1'))
  }

  #encodeHead(facts: SourceFacts): void {
    const { epochNs, snapshot, database, table, serverId, gtid, file } = facts
    const text =
      `{"version":"${SOURCE_VERSION}","connector":"${this.#label.flavour}","name":${this.#nameJson},"ts_ms":${epochNs / 1_000_000n}` +
      `,"snapshot":"${snapshot}","db":${this.#databaseJson(database)},"sequence":null` +
      `,"ts_us":${epochNs / 1000n},"ts_ns":${epochNs},"table":${table === null ? 'null' : this.#tableJson(table)}` +
      `,"server_id":${serverId},"gtid":${gtid === null ? 'null' : `"${gtid}"`},"file":${this.#fileJson(file)},"pos":`
    const needed = text.length * 3 + POSITION_BYTES
    if (needed > this.#head.length) this.#head = Buffer.alloc(needed)
    this.#headBytes = this.#head.write(text, 0, 'utf8')
    this.#placedPos = -1
  }

  #encodeTail(threadId: number | null, query: string | null): void {
    this.#tailThread = threadId
    this.#tailQuery = query
    const text = `,"thread":${threadId ?? 'null'},"query":${query === null ? 'null' : jsonText(query)}}`
    if (text.length * 3 > this.#tail.length) this.#tail = Buffer.alloc(text.length * 3)
    this.#tailBytes = this.#tail.write(text, 0, 'utf8')
  }
}

/** The block as a struct. */
export function sourceStruct(
  { topicPrefix: name, flavour }: SourceLabel,
  facts: SourceFacts,
  pos: number,
  row: number,
): Struct {
  const { epochNs, snapshot, database, table, serverId, gtid, file, threadId, query } = facts
  return {
    schema: SOURCE_SCHEMAS[flavour],
    values: [
      SOURCE_VERSION,
      flavour,
      name,
      epochNs / 1_000_000n,
      // Null as in Debezium, where the schema's default says `false`: converters that do not put defaults in show null.
      snapshot === 'false' ? null : snapshot,
      database,
      null,
      epochNs / 1000n,
      epochNs,
      table,
      BigInt(serverId),
      gtid,
      file,
      BigInt(pos),
      row,
      threadId === null ? null : BigInt(threadId),
      query,
    ],
  }
}

// Below 2^53: high and low halves of nine digits are integers that `%` handles without loss.
function putDigits(out: Buffer, pos: number, value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  let at = pos + digits
  while (at > pos) {
    const rest = Math.floor(value / 10)
    out[--at] = 0x30 + (value - rest * 10)
    value = rest
  }
  return pos + digits
}

// As Jackson writes it: capitals in escapes, and what is beyond the basic plane as a pair of them.
function jsonText(text: string): string {
  return JSON.stringify(text).replace(/\\[^u]|\\u[0-9a-f]{4}|[\ud800-\udfff]/g, (found) => {
    if (found.length === 2) return found
    const hex = found.length === 1 ? found.charCodeAt(0).toString(16) : found.slice(2)
    return `\\u${hex.toUpperCase()}`
  })
}

/** The function, remembering its last answer: the names in a log change seldom. */
function lastRemembered(make: (text: string) => string): (text: string) => string {
  let last: string | null = null
  let answer = ''
  return (text) => {
    if (text !== last) {
      last = text
      answer = make(text)
    }
    return answer
  }
}
