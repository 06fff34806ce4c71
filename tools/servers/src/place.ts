// Where servers keep what they download and their data, and which ports they get.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'

/** Folder for unpacked server packages, kept between runs: `MILLRACE_CACHE`, else the user's cache folder. */
export function cacheFolder(...parts: string[]): string {
  const base =
    process.env['MILLRACE_CACHE'] ??
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'millrace')
  const folder = path.join(base, ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A fresh private folder for one server's data. Short, because a socket path must fit 107 bytes. */
export function freshFolder(name: string): string {
  return mkdtempSync(path.join(tmpdir(), `millrace-${name}-`))
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** Whether something accepts connections at the port. */
export async function answersAt(port: number, host = '127.0.0.1'): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise((resolve) => {
    const socket = connect({ port, host })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
