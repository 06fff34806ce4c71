// What stands in for state topics in a standalone worker: configurations and statuses are kept in memory, source offsets in a file.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { CdcError } from '../base/errors.ts'
import { readJavaMap, writeJavaMap } from './java-map-file.ts'
import type { StateRecord, StateTopic, StateTopicOptions, StateTopics } from './state-topic.ts'

/** State topics of one process: `offsets` lies in `file`, all others in memory. */
export class LocalTopics implements StateTopics {
  readonly #offsets: string
  readonly #file: string

  /** `offsets`: name of the topic that is kept in `file`, a Java map as Connect's standalone worker writes it. */
  constructor(offsets: string, file: string) {
    this.#offsets = offsets
    this.#file = file
  }

  /** Errors: CDC_STORE_INVALID for a file that holds something else, CDC_STORE_UNAVAILABLE for one that cannot be read. */
  async open(options: StateTopicOptions, listener: (record: StateRecord) => void): Promise<StateTopic> {
    const isFile = options.topic === this.#offsets
    const kept = new Map<string, string | null>(isFile ? readOffsets(this.#file) : [])
    for (const [key, value] of kept) listener({ key, value })
    return {
      partitions: 1,
      put: async (...records) => {
        await Promise.resolve()
        if (isFile) {
          for (const { key, value } of records) kept.set(key, value)
          writeOffsets(this.#file, kept)
        }
        for (const record of records) listener(record)
      },
      [Symbol.asyncDispose]: async () => {},
    }
  }
}

function readOffsets(file: string): [string, string | null][] {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unusable('CDC_STORE_UNAVAILABLE', file, cause)
  }
  if (bytes.length === 0) return []
  try {
    return readJavaMap(bytes).map(([key, value]) => [key.toString('utf8'), value?.toString('utf8') ?? null])
  } catch (cause) {
    throw unusable('CDC_STORE_INVALID', file, cause)
  }
}

/** The file is replaced as a whole: whatever happens, it holds the old map or the new one. */
function writeOffsets(file: string, kept: ReadonlyMap<string, string | null>): void {
  const entries = [...kept].map(([key, value]): [Buffer, Buffer | null] => [
    Buffer.from(key),
    value === null ? null : Buffer.from(value),
  ])
  try {
    const handle = openSync(`${file}.new`, 'w')
    try {
      const bytes = writeJavaMap(entries)
      for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(`${file}.new`, file)
  } catch (cause) {
    throw unusable('CDC_STORE_UNAVAILABLE', file, cause)
  }
}

function unusable(code: 'CDC_STORE_INVALID' | 'CDC_STORE_UNAVAILABLE', file: string, cause: unknown): CdcError {
  const { code: reason } = cause as NodeJS.ErrnoException
  return new CdcError(code, `The file of offsets ${file} cannot be used: ${reason ?? (cause as Error).message}`, {
    hint: 'Check offset.storage.file.filename and the rights of the file and its folder.',
    cause,
  })
}
