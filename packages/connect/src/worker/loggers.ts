// Log levels by name, as `/admin/loggers` shows and changes them. Names are Connect's: any dotted name can be given a level; `root` is what
// Millrace's own loggers follow.

/** Level words, most silent first. */
export const LOG_LEVELS = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL'] as const
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A logger's level; `last_modified` in Unix epoch milliseconds, null when it was never changed. */
export interface LoggerLevel {
  readonly level: LogLevel
  readonly last_modified: number | null
}

/** The levels of one worker. */
export class Loggers {
  readonly #levels = new Map<string, { level: LogLevel; last_modified: number | null }>()
  readonly #onRoot: (level: LogLevel) => void
  readonly #now: () => number

  /** `onRoot` is called when the root level changes. */
  constructor(initial: LogLevel, onRoot: (level: LogLevel) => void, now: () => number = Date.now) {
    this.#levels.set('root', { level: initial, last_modified: null })
    this.#onRoot = onRoot
    this.#now = now
  }

  /** Every logger that is not silent, by name in order. */
  all(): [string, LoggerLevel][] {
    return [...this.#levels].filter(([, { level }]) => level !== 'OFF').sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** Null for a name that nobody has used. */
  get(name: string): LoggerLevel | null {
    return this.#levels.get(canonical(name)) ?? null
  }

  /** Sets a logger and those below it. Returns the names whose level changed, sorted. */
  set(given: string, level: LogLevel): string[] {
    const name = canonical(given)
    if (!this.#levels.has(name)) this.#levels.set(name, { level: this.#inherited(name), last_modified: null })
    const changed: string[] = []
    for (const [other, state] of this.#levels) {
      const isBelow = name === 'root' || other === name || other.startsWith(`${name}.`)
      if (!isBelow || state.level === level) continue
      state.level = level
      state.last_modified = this.#now()
      changed.push(other)
      if (other === 'root') this.#onRoot(level)
    }
    return changed.sort()
  }

  #inherited(name: string): LogLevel {
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const above = this.#levels.get(name.slice(0, dot))
      if (above) return above.level
    }
    return this.#levels.get('root')!.level
  }
}

/** The level of a word in any case; null if there is none. */
export function levelOf(word: string): LogLevel | null {
  return LOG_LEVELS.find((level) => level === word.toUpperCase()) ?? null
}

function canonical(name: string): string {
  return name.toLowerCase() === 'root' ? 'root' : name
}
