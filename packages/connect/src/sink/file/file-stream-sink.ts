// Kafka's sample sink: the text of every value is a line of a file, or of the standard output.
import { type FileHandle, open } from 'node:fs/promises'
import { CdcError } from '../../base/errors.ts'
import { javaToString } from '../../data/java-text.ts'
import type { Sink, SinkRecord } from '../sink.ts'

/** Appends lines to a file; null writes to the standard output. A line that was written is with the file system, on disk after `flush`. */
export class FileStreamSink implements Sink {
  readonly #file: string | null
  readonly #handle: FileHandle | null

  private constructor(file: string | null, handle: FileHandle | null) {
    this.#file = file
    this.#handle = handle
  }

  /** Opens the file for appending, created if missing. Errors: CDC_SINK_FAILED with Connect's message. */
  static async open(file: string | null): Promise<FileStreamSink> {
    if (file === null) return new FileStreamSink(null, null)
    try {
      return new FileStreamSink(file, await open(file, 'a'))
    } catch (cause) {
      const message = `Couldn't find or create file '${file}' for FileStreamSinkTask`
      throw new CdcError('CDC_SINK_FAILED', message, { cause, hint: 'Check the folder and its permissions.' })
    }
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    const lines = records.map(({ record }) => `${textOf(record.valueSchema, record.value)}\n`).join('')
    if (this.#handle === null) process.stdout.write(lines)
    else await this.#do((handle) => handle.appendFile(lines))
  }

  async flush(): Promise<void> {
    if (this.#handle !== null) await this.#do((handle) => handle.datasync())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close()
  }

  async #do(work: (handle: FileHandle) => Promise<void>): Promise<void> {
    try {
      await work(this.#handle as FileHandle)
    } catch (cause) {
      throw new CdcError('CDC_SINK_FAILED', `The file '${this.#file}' cannot be written`, { cause })
    }
  }
}

function textOf(schema: Parameters<typeof javaToString>[0], value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return typeof value === 'string' ? value : javaToString(schema, value)
}
