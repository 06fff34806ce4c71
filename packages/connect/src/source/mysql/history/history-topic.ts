// The contract of where history records are kept. No code. Implementations: kafka-history-topic.ts; tests keep them in memory.

/** An append-only list of texts that survives. Every method rejects with a CdcError. */
export interface HistoryTopic extends AsyncDisposable {
  /** Whether it exists. */
  exists(): Promise<boolean>
  /** Makes it if it is missing. */
  create(): Promise<void>
  /** Appends one text; resolves when it is stored. */
  append(text: string): Promise<void>
  /** All texts in order, up to the end as it is at the call. */
  read(): AsyncIterable<string>
}
