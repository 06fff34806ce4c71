// Open files of a data folder, at most so many at once: ten thousand topics must not need ten thousand descriptors.
import { type Disk, nodeDisk } from './disk.ts'

interface Entry {
  readonly fd: Promise<number>
  users: number
  isDropped: boolean
}

/** Descriptors by path, at most so many; least recently used ones make room. A file in use is never closed. */
export class FileCache {
  readonly disk: Disk
  readonly #maxOpen: number
  readonly #entries = new Map<string, Entry>()
  /** Files on their way out. */
  #closing = 0
  /** Users for whom there is no room. */
  readonly #waiting: (() => void)[] = []

  constructor(options: { readonly disk?: Disk; readonly maxOpen?: number } = {}) {
    this.disk = options.disk ?? nodeDisk
    this.#maxOpen = options.maxOpen ?? 128
  }

  /** Files open now. */
  get openFiles(): number {
    return this.#entries.size
  }

  /**
   * Runs `work` with the file's descriptor (opened with `r+`; `isNew` creates it if it is missing). Rejects with what open or `work` rejects.
   * Waits while the limit of open files is in use; `work` must not use another file.
   */
  async use<T>(path: string, work: (fd: number) => Promise<T>, isNew = false): Promise<T> {
    let entry = this.#entries.get(path)
    while (entry === undefined && this.#entries.size + this.#closing >= this.#maxOpen) {
      await this.#room()
      entry = this.#entries.get(path)
    }
    if (entry === undefined) {
      entry = { fd: this.#open(path, isNew), users: 0, isDropped: false }
      const opened = entry
      // The next user tries anew.
      opened.fd.catch(() => {
        if (this.#entries.get(path) === opened) this.#entries.delete(path)
      })
    } else {
      this.#entries.delete(path)
    }
    this.#entries.set(path, entry)
    entry.users++
    try {
      return await work(await entry.fd)
    } finally {
      entry.users--
      if (entry.isDropped && entry.users === 0) await this.#close(entry)
      this.#waiting.shift()?.()
    }
  }

  /** Forgets the file (it was failed, removed or renamed); it is closed as soon as nobody uses it. */
  async drop(path: string): Promise<void> {
    const entry = this.#entries.get(path)
    if (entry === undefined) return
    this.#entries.delete(path)
    entry.isDropped = true
    if (entry.users === 0) await this.#close(entry)
  }

  async close(): Promise<void> {
    for (const path of [...this.#entries.keys()]) await this.drop(path)
  }

  async #open(path: string, isNew: boolean): Promise<number> {
    try {
      return await this.disk.open(path, 'r+')
    } catch (error) {
      if (!isNew || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return await this.disk.open(path, 'wx+')
    }
  }

  /** Closes the file that was not used for longest, or waits until one is out of use. */
  async #room(): Promise<void> {
    for (const [path, entry] of this.#entries) if (entry.users === 0) return this.drop(path)
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async #close(entry: Entry): Promise<void> {
    this.#closing++
    // A file that could not be opened has nothing to close; an error of close has no remedy, the data were synced before.
    await entry.fd.then((fd) => this.disk.close(fd)).catch(() => undefined)
    this.#closing--
    this.#waiting.shift()?.()
  }
}
