// The few file operations of the log, as one object, so that tests can make the n-th of them fail.
import * as fs from 'node:fs'

/** File operations on descriptors. Positions and lengths in bytes. Every one rejects with Node's error (ENOSPC, EIO …). */
export interface Disk {
  open(path: string, flags: string): Promise<number>
  close(fd: number): Promise<void>
  sizeBytes(fd: number): Promise<number>
  /** Fills the buffer from the position, or less at the end of the file; returns the bytes read. */
  read(fd: number, buffer: Uint8Array, position: number): Promise<number>
  /** Writes all buffers one after the other from the position. */
  write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<void>
  truncate(fd: number, sizeBytes: number): Promise<void>
  /** Resolves when the file's data are on the device. */
  sync(fd: number): Promise<void>
  /** Resolves when the folder's entries (created, renamed, removed files) are on the device. */
  syncFolder(path: string): Promise<void>
}

/** Buffers that one system call takes. */
const MAX_VECTOR = 512

function call<T>(run: (done: (error: Error | null, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, result) => (error === null ? resolve(result as T) : reject(error)))
  })
}

/** The real disk. */
export const nodeDisk: Disk = {
  open: (path, flags) => call((done) => fs.open(path, flags, done)),
  close: (fd) => call((done) => fs.close(fd, (error) => done(error ?? null))),
  sizeBytes: async (fd) => (await call<fs.Stats>((done) => fs.fstat(fd, done))).size,
  async read(fd, buffer, position) {
    let filled = 0
    while (filled < buffer.length) {
      const got = await call<number>((done) =>
        fs.read(fd, buffer, filled, buffer.length - filled, position + filled, done),
      )
      if (got === 0) break
      filled += got
    }
    return filled
  },
  async write(fd, buffers, position) {
    for (let from = 0; from < buffers.length; from += MAX_VECTOR) {
      let part = buffers.slice(from, from + MAX_VECTOR)
      while (part.length > 0) {
        let written = await call<number>((done) => fs.writev(fd, part, position, done))
        position += written
        // A short write (a disk that fills up) ends inside a buffer: the rest goes on from there and meets the error.
        while (part.length > 0 && written >= part[0]!.length) written -= part.shift()!.length
        if (part.length > 0) part = [part[0]!.subarray(written), ...part.slice(1)]
      }
    }
  },
  truncate: (fd, sizeBytes) => call((done) => fs.ftruncate(fd, sizeBytes, (error) => done(error ?? null))),
  sync: (fd) => call((done) => fs.fdatasync(fd, (error) => done(error ?? null))),
  async syncFolder(path) {
    // Windows cannot open a folder; its file system journals the entries itself.
    if (process.platform === 'win32') return
    const fd = await nodeDisk.open(path, 'r')
    try {
      await call((done) => fs.fsync(fd, (error) => done(error ?? null)))
    } finally {
      await nodeDisk.close(fd)
    }
  },
}
