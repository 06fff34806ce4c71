// What the machine is that figures were measured on, and how busy it is.
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** Facts by name, in the order in which they are printed. */
export type MachineFacts = ReadonlyMap<string, string>

/** The machine, the program's version and Node's. */
export function machineFacts(): MachineFacts {
  const processors = cpus()
  return new Map([
    ['processor', `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`],
    ['memory', `${(totalmem() / 1e9).toFixed(1)} GB`],
    ['system', `${type()} ${release()}`],
    ['Node', process.version],
    ['commit', commit()],
  ])
}

/** Load averages of the last one, five and fifteen minutes. */
export function loadText(): string {
  return loadavg()
    .map((load) => load.toFixed(2))
    .join(' ')
}

/** Number of processor cores. */
export function coreCount(): number {
  return cpus().length
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, {
        cwd: import.meta.dirname,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', '../packages', '.', ':!results') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}
