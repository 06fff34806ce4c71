// The contract of time, so that tests run without waiting, and the clock of the real world.

/** Time and timers. */
export interface Clock {
  /** Unix epoch milliseconds. */
  nowMs(): number
  /** Unix epoch nanoseconds, with at least microsecond precision; never behind {@link Clock.nowMs}. */
  nowNs(): bigint
  /** Calls once after `delayMs`; the answer cancels it. */
  after(delayMs: number, call: () => void): () => void
}

// performance.timeOrigin + performance.now() has microsecond precision but drifts from the wall clock when that is set; re-anchored on
// every reading that strays by more than a few milliseconds.
let anchorMs = Date.now()
let anchorPerf = performance.now()

function nowNs(): bigint {
  const wallMs = Date.now()
  let ms = anchorMs + (performance.now() - anchorPerf)
  if (ms < wallMs || ms > wallMs + 5) {
    anchorMs = wallMs
    anchorPerf = performance.now()
    ms = wallMs
  }
  const whole = Math.floor(ms)
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((ms - whole) * 1_000_000))
}

/** The clock of the real world. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowNs,
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs)
    return () => clearTimeout(timer)
  },
}
