// PostgreSQL refuses to run as root, so a root user's PostgreSQL runs as another account, and that account must be let through to the programs
// and the data. Where a folder above them is closed to others (a checkout below /root, a private temporary folder), both live in a place that is open.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

const OTHERS_MAY_PASS = 0o001
const OPEN_BASE = '/var/tmp'

/** Whether every folder above (and the path itself, where it exists) lets other accounts through. */
export function isOpenToOthers(place: string): boolean {
  for (let folder = path.resolve(place); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && statSync(folder).isDirectory() && (statSync(folder).mode & OTHERS_MAY_PASS) === 0)
      return false
    if (folder === path.dirname(folder)) return true
  }
}

/** The folder itself when other accounts can reach it, else a stand-in that belongs to it alone, made when missing. */
export function reachableFolder(folder: string): string {
  if (isOpenToOthers(path.dirname(path.resolve(folder)))) return folder
  const stand = path.join(
    OPEN_BASE,
    `millrace-${createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16)}`,
  )
  mkdirSync(stand, { recursive: true, mode: 0o755 })
  return stand
}

/** The folder of programs itself when other accounts can reach it, else a copy of it, made once per version. */
export function reachablePrograms(folder: string, version: string): string {
  if (isOpenToOthers(folder)) return folder
  const copy = path.join(OPEN_BASE, `millrace-programs-${version}`)
  if (!existsSync(copy)) {
    const work = `${copy}.${process.pid}`
    cpSync(folder, work, { recursive: true, verbatimSymlinks: true })
    if (existsSync(copy)) rmSync(work, { recursive: true, force: true })
    else renameSync(work, copy)
  }
  return copy
}
