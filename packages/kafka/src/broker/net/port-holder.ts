// Who listens on a TCP port of this machine, as far as Linux's /proc tells.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

const LISTEN_STATE = '0A'

/** Programs that run others: their own name alone would tell nobody what runs. */
const RUNTIMES = /^(node|java|python[\d.]*|ruby|perl|php|bun|deno|ld-linux.*)$/

/** Name and id of the process that listens on the port, as `node main.ts (process 123)`; undefined when the system does not tell. */
export function portHolder(port: number): string | undefined {
  const inodes = new Set([...listeningInodes('/proc/net/tcp', port), ...listeningInodes('/proc/net/tcp6', port)])
  if (inodes.size === 0) return undefined
  for (const pid of entries('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    for (const descriptor of entries(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${descriptor}`))?.[1]
      if (inode !== undefined && inodes.has(inode)) return `${programOf(pid)} (process ${pid})`
    }
  }
  return undefined
}

/** The program's file name, for a runtime with that of what it runs; no other arguments, they may hold secrets. */
function programOf(pid: string): string {
  const [program = '', ...args] = read(`/proc/${pid}/cmdline`).split('\0')
  const name = basename(program)
  if (name === '') return read(`/proc/${pid}/comm`).trim()
  if (!RUNTIMES.test(name)) return name
  // The dynamic linker's option has a value, a list of folders.
  const script = args.find((arg) => /^[\w./@][\w./@ -]*$/.test(arg))
  return script === undefined ? name : `${name} ${basename(script)}`
}

function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = read(table).split('\n').slice(1)
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${hexPort}`) && columns[3] === LISTEN_STATE)
    .map((columns) => columns[9] as string)
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
