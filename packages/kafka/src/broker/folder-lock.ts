// One process per data folder. The lock is a file with the holder's process id and start time; a file whose holder is gone is taken over.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KafkaError } from '../error.ts'

interface Holder {
  pid: number
  /** When the process started, as the system counts it; a new process with an old id differs in it. Empty where the system does not tell. */
  started: string
}

let serial = 0

/** Holds the folder until `release`. Makes the folder when missing. */
export class FolderLock {
  readonly #path: string
  readonly #text: string

  private constructor(path: string, text: string) {
    this.#path = path
    this.#text = text
  }

  /** Throws KafkaError `DATA_FOLDER_LOCKED` when a living process holds the folder, `DATA_FOLDER_UNUSABLE` when it cannot be written. */
  static acquire(folder: string): FolderLock {
    const path = join(folder, 'lock')
    const text = JSON.stringify({ pid: process.pid, started: startOf(process.pid), serial: ++serial })
    const own = `${path}.${process.pid}.${serial}`
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(own, text, { mode: 0o600 })
    } catch (cause) {
      throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot write to ${folder}: ${(cause as Error).message}`, { cause })
    }
    try {
      // a link appears whole or not at all, and only one can
      for (let attempt = 0; attempt < 10; attempt++) {
        if (tryLink(own, path)) return new FolderLock(path, text)
        removeIfStale(folder, path)
      }
    } finally {
      rmSync(own, { force: true })
    }
    throw new KafkaError('DATA_FOLDER_LOCKED', `the data folder ${folder} is being taken by another process`)
  }

  /** Gives the folder free. */
  release(): void {
    if (readText(this.#path) === this.#text) rmSync(this.#path, { force: true })
  }
}

function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}

function removeIfStale(folder: string, path: string): void {
  const text = readText(path)
  if (text === undefined) return
  const holder = parse(text)
  if (holder !== undefined && isAlive(holder)) {
    throw new KafkaError('DATA_FOLDER_LOCKED', `the data folder ${folder} is in use by process ${holder.pid}`)
  }
  // of several that find the same stale file one wins the rename; if by then it is another's fresh lock, it is put back
  const aside = `${path}.stale.${process.pid}.${serial}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  if (readText(aside) !== text) tryLink(aside, path)
  rmSync(aside, { force: true })
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parse(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>
    return typeof value.pid === 'number' ? { pid: value.pid, started: value.started ?? '' } : undefined
  } catch {
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const started = startOf(holder.pid)
  return started === '' || holder.started === '' || started === holder.started
}

/** Field 22 of /proc/<pid>/stat, counted behind the parenthesised name; empty where there is no /proc. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
