// Kafka's sample source: every line of a file becomes a record. It follows the file as it grows.
import { type FileHandle, open } from 'node:fs/promises'
import { sleep } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { SourceItem } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import type { Source, SourceBatch, SourceContext } from '../source.ts'

/** Options of a {@link FileStreamSource}. */
export interface FileStreamSourceOptions {
  readonly file: string
  readonly topic: string
  /** Most lines in one batch. */
  readonly batchLines: number
  readonly context: SourceContext
  readonly log: Logger
  /** Time between looks at a file that has nothing new. */
  readonly pollMs?: number
}

const TEXT: ConnectSchema = { kind: 'string', optional: false }
const CHUNK_BYTES = 64 * 1024

/** Reads the lines of a file. Offset: `{"position": bytes}` behind the last whole line that was handed out. */
export class FileStreamSource implements Source {
  readonly #options: FileStreamSourceOptions
  #handle: FileHandle | null = null

  constructor(options: FileStreamSourceOptions) {
    this.#options = options
  }

  async *batches(): AsyncGenerator<SourceBatch> {
    const { file, context, log, batchLines, pollMs = 200 } = this.#options
    const partition = { filename: file }
    const stored = await context.loadOffset(partition)
    let position = Number(stored?.position ?? 0)
    let rest: Buffer = Buffer.alloc(0)
    let isMissingTold = false
    while (!context.signal.aborted) {
      this.#handle ??= await openOrNull(file)
      if (!this.#handle) {
        if (!isMissingTold) log.warn({ file }, 'the file is not there; waiting for it')
        isMissingTold = true
        await sleep(pollMs, { signal: context.signal })
        continue
      }
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const { bytesRead } = await this.#handle.read(chunk, 0, CHUNK_BYTES, position + rest.length)
      if (bytesRead === 0) {
        await sleep(pollMs, { signal: context.signal })
        continue
      }
      const lines = wholeLines(Buffer.concat([rest, chunk.subarray(0, bytesRead)]))
      rest = lines.rest
      for (let i = 0; i < lines.ends.length; i += batchLines) {
        const texts = lines.texts.slice(i, i + batchLines)
        const end = lines.ends[Math.min(i + batchLines, lines.ends.length) - 1]!
        yield this.#batch(texts, partition, position + end)
      }
      position += lines.ends.at(-1) ?? 0
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close()
    this.#handle = null
  }

  #batch(lines: readonly string[], partition: { filename: string }, position: number): SourceBatch {
    const { topic } = this.#options
    const timestampMs = Date.now()
    return {
      forEach: (visit: (item: SourceItem) => void) => {
        for (const value of lines) {
          const record = {
            topic,
            topicPartition: null,
            keySchema: null,
            key: null,
            valueSchema: TEXT,
            value,
            headers: [],
            timestampMs,
          }
          visit({ kind: 'record', record })
        }
      },
      sourcePartition: partition,
      sourceOffset: { position },
      acked: () => {},
    }
  }
}

/** Lines that end with LF, CR or CR LF; `ends`: bytes up to behind each. A CR at the very end may be half of a CR LF and waits. */
function wholeLines(bytes: Buffer): { texts: string[]; ends: number[]; rest: Buffer } {
  const texts: string[] = []
  const ends: number[] = []
  let start = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte !== 0x0a && byte !== 0x0d) continue
    if (byte === 0x0d && i === bytes.length - 1) break
    texts.push(bytes.toString('utf8', start, i))
    if (byte === 0x0d && bytes[i + 1] === 0x0a) i++
    start = i + 1
    ends.push(start)
  }
  return { texts, ends, rest: bytes.subarray(start) }
}

async function openOrNull(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
