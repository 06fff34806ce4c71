// What an incremental snapshot is at: its queue of tables and how far the first of them is. It lives in the source's offsets.
import { CdcError } from '../../../base/errors.ts'
import type { SourceOffset } from '../../source.ts'
import type { ChunkKey } from './chunk-key.ts'
import { keyOfJava } from './chunk-key.ts'
import { type JavaElement, javaObjectArray, readJavaObjectArray } from './java-object-array.ts'

const PREFIX = 'incremental_snapshot_'
const LAST = `${PREFIX}primary_key`
const MAXIMUM = `${PREFIX}maximum_key`
const COLLECTIONS = `${PREFIX}collections`
const CORRELATION = `${PREFIX}correlation_id`

/** One table in the queue. */
export interface QueuedTable {
  /** `db.table`. */
  readonly id: string
  readonly condition: string | null
  readonly surrogateKey: string | null
}

/** See the file's head. */
export class SnapshotContext {
  /** The first is the one that is being read. */
  tables: QueuedTable[] = []
  /** Id of the signal that filled the queue last. */
  correlationId: string | null = null
  lastKey: ChunkKey | null = null
  maximumKey: ChunkKey | null = null
  isPaused = false
  /** Rows of the present table that were read. */
  rows = 0

  get isRunning(): boolean {
    return this.tables.length > 0
  }

  /** `db.table` of the queue, joined by commas. */
  get tableList(): string {
    return this.tables.map(({ id }) => id).join(',')
  }

  /** Begins the next table. */
  next(): void {
    this.tables.shift()
    this.restartTable()
  }

  /** Forgets how far the present table is. */
  restartTable(): void {
    this.lastKey = null
    this.maximumKey = null
    this.rows = 0
  }

  /** Members of the offset; `javaKey` says how a key is kept. Null while nothing runs. */
  offset(javaKey: (key: ChunkKey) => readonly JavaElement[]): SourceOffset | null {
    if (!this.isRunning) return null
    const { lastKey, maximumKey, correlationId } = this
    const collections = this.tables.map(({ id, condition, surrogateKey }) => ({
      [`${COLLECTIONS}_id`]: id,
      [`${COLLECTIONS}_additional_condition`]: condition,
      [`${COLLECTIONS}_surrogate_key`]: surrogateKey,
    }))
    return {
      ...(lastKey === null ? {} : { [LAST]: javaObjectArray(javaKey(lastKey)) }),
      ...(maximumKey === null ? {} : { [MAXIMUM]: javaObjectArray(javaKey(maximumKey)) }),
      [COLLECTIONS]: JSON.stringify(collections),
      ...(correlationId === null ? {} : { [CORRELATION]: correlationId }),
    }
  }

  /**
   * Takes over what an offset says; answers false when the place in the table cannot be read, which then begins anew. Throws
   * CDC_POSITION_INVALID for a queue that cannot be read.
   */
  load(offset: Readonly<Record<string, unknown>>): boolean {
    const text = offset[COLLECTIONS]
    if (typeof text !== 'string') return true
    this.tables = queueOf(text)
    const id = offset[CORRELATION]
    this.correlationId = typeof id === 'string' ? id : null
    try {
      this.lastKey = keyOf(offset[LAST])
      this.maximumKey = keyOf(offset[MAXIMUM])
      return true
    } catch (thrown) {
      if (!CdcError.is(thrown)) throw thrown
      this.restartTable()
      return false
    }
  }
}

/** Members of an offset that belong to an incremental snapshot; null for none. */
export function incrementalMembers(offset: SourceOffset): SourceOffset | null {
  const found = Object.entries(offset).filter(([name]) => name.startsWith(PREFIX))
  return found.length === 0 ? null : Object.fromEntries(found)
}

function keyOf(value: unknown): ChunkKey | null {
  return typeof value === 'string' ? keyOfJava(readJavaObjectArray(value)) : null
}

function queueOf(text: string): QueuedTable[] {
  const textOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  try {
    return (JSON.parse(text) as Readonly<Record<string, unknown>>[]).map((entry) => {
      const id = entry[`${COLLECTIONS}_id`]
      if (typeof id !== 'string') throw new Error('a table without an id')
      return {
        id,
        condition: textOrNull(entry[`${COLLECTIONS}_additional_condition`]),
        surrogateKey: textOrNull(entry[`${COLLECTIONS}_surrogate_key`]),
      }
    })
  } catch (cause) {
    throw new CdcError('CDC_POSITION_INVALID', 'The queue of the incremental snapshot in the offset cannot be read', {
      cause,
    })
  }
}
