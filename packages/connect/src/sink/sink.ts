// The contract of a sink. No code. No sink is built yet: creating one answers "not supported" (docs/reference/differences.md).
import type { ConnectRecord } from '../data/record.ts'

/** A running sink task. `put` resolves when the target has the records; the task commits topic offsets only after that. */
export interface Sink extends AsyncDisposable {
  put(records: readonly ConnectRecord[]): Promise<void>
}
