// A server that outlived its owner (kill -9 of the process that started it): found by its pid file, recognised by its data folder in its
// command line, and ended before the folder is used again.
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const WAIT_MS = 30_000

/** Ends the process that the pid file names if it still runs with `folder` in its command line. Resolves when it is gone. */
export async function endLeftover(pidFile: string, folder: string): Promise<void> {
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 1 || !isServerOf(pid, folder)) return
  process.kill(pid, 'SIGTERM')
  const end = Date.now() + WAIT_MS
  while (isServerOf(pid, folder)) {
    if (Date.now() > end)
      throw new Error(`process ${pid} of an earlier run still uses ${folder} and does not end: end it by hand`)
    await delay(50)
  }
}

/** Whether the process runs and names the folder in its command line; without /proc nothing is assumed to be ours. */
function isServerOf(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
  } catch {
    return false
  }
}
