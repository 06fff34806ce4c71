// Signals from a file: one JSON object a line. The file is emptied when it was read.
import { randomUUID } from 'node:crypto'
import { readFile, truncate } from 'node:fs/promises'
import type { Logger } from '../../../base/logger.ts'
import type { Signal } from './signal.ts'

/** Signals of a channel that is asked now and then. */
export interface PolledChannel {
  /** What came since the last call. Never throws: what cannot be read is logged. */
  poll(): Promise<readonly Signal[]>
  close(): Promise<void>
}

/** See the file's head. */
export class FileChannel implements PolledChannel {
  readonly #path: string
  readonly #log: Logger

  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
  }

  async poll(): Promise<readonly Signal[]> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
      if (text === '') return []
      await truncate(this.#path, 0)
    } catch (thrown) {
      const { code } = thrown as { readonly code?: string }
      if (code !== 'ENOENT') this.#log.warn({ code }, 'the signal file cannot be read')
      return []
    }
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .flatMap((line) => signalOf(line, this.#log))
  }

  async close(): Promise<void> {}
}

/** The signal that a JSON object says; none for a text that is no such object, which is logged. */
export function signalOf(text: string, log: Logger): readonly Signal[] {
  try {
    const { id, type, data } = JSON.parse(text) as {
      readonly id?: unknown
      readonly type?: unknown
      readonly data?: unknown
    }
    if (typeof type !== 'string') throw new Error('no type')
    const dataText = typeof data === 'string' ? data : data == null ? '' : JSON.stringify(data)
    return [{ id: typeof id === 'string' && id !== '' ? id : randomUUID(), type, data: dataText }]
  } catch {
    log.warn('a signal is no JSON object with a type; it is left out')
    return []
  }
}
