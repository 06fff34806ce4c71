// What a process has used, by Linux's /proc.
import { readFileSync } from 'node:fs'

/** Clock ticks per second of /proc; 100 on every Linux that Node runs on. */
const TICKS = 100

/** CPU seconds of a process, all threads, user and system. */
export function cpuSeconds(pid: number): number {
  // Behind the name, which may hold blanks and parentheses: state is field 3, utime 14, stime 15.
  const fields = afterName(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Most memory that a process had at once since it began, in MB (10^6 bytes). */
export function peakMegabytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return (Number(kibibytes?.[1]) * 1024) / 1e6
}

function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
