// One owner per data folder: a lock file that names the owning process. It is taken by an atomic link; the lock of a dead process is taken
// over by claiming its nonce first, so that of several starters only one succeeds.
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
const BEAT_MS = 3000
/** A holder whose pid cannot be judged from here (another container) is dead when its lock was not touched for so long. */
const SILENT_MS = 15_000

/** A held lock. */
export class FolderLock {
  readonly #folder: string
  readonly #holder: Holder
  readonly #beat: NodeJS.Timeout

  private constructor(folder: string, holder: Holder) {
    this.#folder = folder
    this.#holder = holder
    this.#beat = setInterval(() => {
      const now = new Date()
      utimes(join(folder, LOCK), now, now).catch(() => undefined)
    }, BEAT_MS)
    this.#beat.unref()
  }

  /** Takes the lock. Rejects with DATA_FOLDER_LOCKED when a living process has it, DATA_FOLDER_UNUSABLE when the folder cannot be written. */
  static async take(folder: string): Promise<FolderLock> {
    const holder: Holder = {
      pid: process.pid,
      startTicks: startTicks(process.pid),
      realm: realm(),
      nonce: randomBytes(12).toString('hex'),
    }
    const own = join(folder, `${LOCK}.${holder.nonce}`)
    try {
      await writeFile(own, JSON.stringify(holder), { flag: 'wx' })
    } catch (error) {
      throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot write to ${folder}: ${(error as Error).message}`, {
        cause: error,
      })
    }
    try {
      await acquire(folder, own)
    } finally {
      await rm(own, { force: true })
    }
    for (const name of await readdir(folder))
      if (name.startsWith(`${LOCK}.claim-`)) await rm(join(folder, name), { force: true })
    return new FolderLock(folder, holder)
  }

  /** Gives the folder free. */
  async release(): Promise<void> {
    clearInterval(this.#beat)
    const path = join(this.#folder, LOCK)
    if ((await readHolder(path))?.nonce === this.#holder.nonce) await rm(path, { force: true })
  }
}

/** Becomes the lock, or throws. `own`: a file with the taker's facts, which is linked or renamed into place. */
async function acquire(folder: string, own: string): Promise<void> {
  const lock = join(folder, LOCK)
  for (let round = 0; round < 100; round++) {
    if (await tryLink(own, lock)) return
    let path = lock
    let holder = await readHolder(path)
    // Behind a dead holder there may be a claim on its lock, whose owner may be dead too, and so on.
    while (holder !== undefined) {
      if (await isAlive(holder, path))
        throw new KafkaError('DATA_FOLDER_LOCKED', `${folder} is in use by process ${holder.pid}`)
      const claim = join(folder, `${LOCK}.claim-${holder.nonce}`)
      if (await tryLink(own, claim)) {
        const current = await readHolder(lock)
        if (
          current?.nonce === holder.nonce ||
          (path !== lock && current !== undefined && !(await isAlive(current, lock)))
        ) {
          await rename(own, lock)
          return
        }
        await rm(claim, { force: true })
        break
      }
      path = claim
      holder = await readHolder(claim)
    }
  }
  throw new KafkaError('DATA_FOLDER_LOCKED', `${folder} is being taken by other processes`)
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot lock: ${(error as Error).message}`, { cause: error })
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    return JSON.parse(text) as Holder
  } catch {
    // A lock that cannot be read (written by hand, or lost its content with the power): nobody alive wrote it, since files are linked whole.
    return { pid: 0, startTicks: '', realm: realm(), nonce: 'unreadable' }
  }
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
  if (holder.realm !== realm()) {
    const touchedMs = await stat(path).then(
      (facts) => facts.mtimeMs,
      () => 0,
    )
    return Math.abs(Date.now() - touchedMs) < SILENT_MS
  }
  if (holder.pid <= 0) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return holder.startTicks === startTicks(holder.pid)
}

/** Field 22 of the process's stat line on Linux; empty elsewhere. */
function startTicks(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
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
