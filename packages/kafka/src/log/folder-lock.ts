// One owner per data folder: a lock file that names the owning process. It is taken by an atomic link; the lock of a dead process is taken
// over by whoever first links a claim on its nonce, so that of several starters only one succeeds and no fresh lock is ever removed.
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { KafkaError } from '../error.ts'

interface Holder {
  readonly pid: number
  /** Start time of the process in the kernel's ticks, so that a reused pid is not taken for it; empty where the system does not tell. */
  readonly startTicks: string
  /** Machine boot and pid namespace in which the pid means something. */
  readonly realm: string
  readonly nonce: string
}

const LOCK = 'lock'
const CLAIM = `${LOCK}.claim-`
const BEAT_MS = 3000
/** A holder whose pid cannot be judged from here (another container) is dead when its lock was not touched for so long. */
const SILENT_MS = 15_000

/** A held lock. */
export class FolderLock {
  readonly #folder: string
  readonly #nonce: string
  readonly #beat: NodeJS.Timeout

  private constructor(folder: string, nonce: string) {
    this.#folder = folder
    this.#nonce = nonce
    this.#beat = setInterval(() => touch(join(folder, LOCK)), BEAT_MS)
    this.#beat.unref()
  }

  /**
   * Takes the lock; makes the folder when missing. Throws DATA_FOLDER_LOCKED when a living process (or this one) has it,
   * DATA_FOLDER_UNUSABLE when the folder cannot be written.
   */
  static acquire(folder: string): FolderLock {
    const nonce = randomBytes(12).toString('hex')
    const holder: Holder = { pid: process.pid, startTicks: startTicks(process.pid), realm: realm(), nonce }
    const own = join(folder, `${LOCK}.${nonce}`)
    try {
      makeFolder(folder)
      writeFileSync(own, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    } catch (cause) {
      throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot write to the data folder ${folder}: ${reasonOf(cause)}`, {
        cause,
        hint: 'Choose another one with --data-dir, or give this user the right to write there and the disk free space.',
      })
    }
    try {
      take(folder, own)
    } finally {
      rmSync(own, { force: true })
    }
    for (const name of readdirSync(folder)) if (name.startsWith(CLAIM)) rmSync(join(folder, name), { force: true })
    return new FolderLock(folder, nonce)
  }

  /** Gives the folder free. */
  release(): void {
    clearInterval(this.#beat)
    const path = join(this.#folder, LOCK)
    if (readHolder(path)?.nonce === this.#nonce) rmSync(path, { force: true })
  }
}

/** Makes `own` the lock, or throws. */
function take(folder: string, own: string): void {
  const lock = join(folder, LOCK)
  for (let round = 0; round < 100; round++) {
    if (tryLink(own, lock)) return
    const chain: string[] = []
    let path = lock
    for (let holder = readHolder(path); holder !== undefined; holder = readHolder(path)) {
      if (isAlive(holder, path))
        throw new KafkaError('DATA_FOLDER_LOCKED', `the data folder ${folder} is in use by process ${holder.pid}`, {
          hint: 'End that process, or give this one a data folder of its own with --data-dir.',
        })
      chain.push(holder.nonce)
      // Who claimed a dead holder's lock may be dead too: then its claim is claimed, and so on.
      path = join(folder, `${CLAIM}${holder.nonce}`)
      if (!tryLink(own, path)) continue
      const current = readHolder(lock)
      // Another may have got through before: its lock has a nonce that is not in the chain of the dead.
      if (current !== undefined && chain.includes(current.nonce)) {
        renameSync(own, lock)
        return
      }
      rmSync(path, { force: true })
      break
    }
  }
  throw new KafkaError('DATA_FOLDER_LOCKED', `the data folder ${folder} is being taken by other processes`)
}

/** Node's recursive mkdir answers ENOENT for a folder that may not be made: one step alone says why. */
function makeFolder(folder: string): void {
  try {
    if (existsSync(dirname(folder)) && !existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause // else another process was faster
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** What the system says, in words for the codes that people meet. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'EEXIST' || code === 'ENOTDIR') return `it is, or stands below, a file that is not a folder (${code})`
  if (code === 'EACCES' || code === 'EPERM') return `this user has no right to write there (${code})`
  if (code === 'EROFS') return 'its file system is mounted read-only (EROFS)'
  if (code === 'ENOSPC') return 'no space is left on its disk (ENOSPC)'
  return message
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot write ${to}: ${(cause as Error).message}`, { cause })
  }
}

function readHolder(path: string): Holder | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    const { pid, startTicks, realm, nonce } = JSON.parse(text) as Partial<Holder>
    if (typeof pid === 'number' && typeof nonce === 'string')
      return { pid, startTicks: startTicks ?? '', realm: realm ?? '', nonce }
  } catch {
    // Falls through: locks are linked whole, so nobody alive wrote this (a power cut emptied it, or an editor made it).
  }
  return { pid: 0, startTicks: '', realm: realm(), nonce: 'unreadable' }
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.realm !== realm()) return Math.abs(Date.now() - touchedMs(path)) < SILENT_MS
  if (holder.pid <= 0) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return holder.startTicks === startTicks(holder.pid)
}

function touch(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // The disk may be read-only for a while; the lock still stands.
  }
}

function touchedMs(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0
  }
}

/** Field 22 of the process's stat line on Linux; empty elsewhere, and for a dead process whose parent has not taken note yet. */
function startTicks(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

function realm(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return process.platform
  }
}
