// XA transactions that are prepared and not decided, as far as this run has seen them: where their rows lie in the log, and, of small ones,
// the rows. What is not known here is found in the log (log-lookback.ts), so that nothing of it has to survive a restart.
import type { HeldEvent } from './held-rows.ts'

/** A place in the log of the server that is read. */
export interface LogPlace {
  readonly file: string
  readonly pos: number
}

/** A prepared transaction. */
export interface PreparedXa {
  /** Where its XA START stands; null: on another server, or not known. */
  readonly place: LogPlace | null
  /** Its rows events; null: read them again. */
  readonly events: readonly HeldEvent[] | null
}

/** Most bytes of rows that are kept of all prepared transactions. */
export const MAX_PREPARED_BYTES = 32 * 1024 * 1024

interface Entry extends PreparedXa {
  readonly bytes: number
}

/** See the file's head. */
export class XaTransactions {
  readonly #prepared = new Map<string, Entry>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number = MAX_PREPARED_BYTES) {
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#prepared.size
  }

  /** Bytes of rows that are kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** XA PREPARE: `events` and their `bytes`, or null for a transaction that is too large to hold. */
  remember(xid: string, place: LogPlace, events: readonly HeldEvent[] | null, bytes: number): void {
    this.take(xid)
    const fits = events !== null && this.#bytes + bytes <= this.#maxBytes
    this.#prepared.set(xid, { place, events: fits ? events : null, bytes: fits ? bytes : 0 })
    if (fits) this.#bytes += bytes
  }

  /** XA COMMIT or XA ROLLBACK: what is known of the transaction, which is forgotten; undefined for nothing. */
  take(xid: string): PreparedXa | undefined {
    const entry = this.#prepared.get(xid)
    if (entry === undefined) return undefined
    this.#prepared.delete(xid)
    this.#bytes -= entry.bytes
    return entry
  }

  /** Another server may answer from now on, whose log has other places. Rows stay what they are. */
  forgetPlaces(): void {
    for (const [xid, entry] of this.#prepared) {
      if (entry.events === null) this.#prepared.delete(xid)
      else this.#prepared.set(xid, { ...entry, place: null })
    }
  }
}
