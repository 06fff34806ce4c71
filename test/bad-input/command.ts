// Runs Millrace's command line to its end and collects what it says.
import { spawn } from 'node:child_process'
import path from 'node:path'

const MAIN = path.join(import.meta.dirname, '../../packages/millrace/src/main.ts')

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `millrace …`; a command that does not end within 30 s is killed and its code is null. */
export function millrace(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const texts = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      texts.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      texts.err += chunk.toString()
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, ...texts })
    })
  })
}

/** The lines that are for the user: without those of the log. */
export function spoken({ err }: Ended): string {
  return err
    .split('\n')
    .filter((line) => !/^\d{4}-\d\d-\d\dT\S+ (?:INFO|WARN) /.test(line))
    .join('\n')
    .trim()
}
