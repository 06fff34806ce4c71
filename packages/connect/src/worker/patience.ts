// Patience with brokers: what passes by itself (a topic just created, a coordinator that is loading) is tried again for a while.
import { sleep } from '../base/lifecycle.ts'

const PATIENCE_MS = 30_000
const RETRY_MS = 100

/**
 * Does `work` until it succeeds, for half a minute at most. Only errors that their maker calls retriable are tried again; a broker that
 * cannot be reached is not among them: how long to wait for it is the caller's decision.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const { code, retriable } = error as { readonly code?: unknown; readonly retriable?: unknown }
      if (retriable !== true || code === 'NETWORK_EXCEPTION' || performance.now() > end) throw error
      await sleep(RETRY_MS)
    }
  }
}
