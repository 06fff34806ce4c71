// Where the time of the rows-to-JSON benchmark goes: the CPU profile's functions by their own time, as shares.
import { Session } from 'node:inspector/promises'
import type { BenchFigure } from './figure.ts'
import { preparePass } from './micro/rows-to-json.ts'

/** The part of an inspector profile that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples?: readonly number[] | undefined
  readonly timeDeltas?: readonly number[] | undefined
}

const WARM_UP_PASSES = 20
const PASSES = 60
const TOP = 10

/** Profiles passes of the benchmark. */
export async function runProfile(): Promise<{ readonly figures: BenchFigure[] }> {
  const pass = preparePass()
  for (let i = 0; i < WARM_UP_PASSES; i++) pass()
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 250 })
  await session.post('Profiler.start')
  for (let i = 0; i < PASSES; i++) pass()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const figures = selfShares(profile)
    .slice(0, TOP)
    .map(({ name, share }): BenchFigure => ({ name, value: share * 100, unit: '% of the time', better: 'neither' }))
  return { figures }
}

/** Functions by their own share of the time, largest first; a function's inlined callees count as the function. */
export function selfShares(profile: CpuProfile): { readonly name: string; readonly share: number }[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split('/').at(-1) ?? ''
      return [id, file === '' ? functionName : `${functionName || 'anonymous'} (${file}:${lineNumber + 1})`]
    }),
  )
  const micros = new Map<string, number>()
  let all = 0
  for (const [at, sample] of (profile.samples ?? []).entries()) {
    const name = names.get(sample) ?? 'unknown'
    const delta = profile.timeDeltas?.[at] ?? 0
    micros.set(name, (micros.get(name) ?? 0) + delta)
    all += delta
  }
  return [...micros]
    .map(([name, time]) => ({ name, share: all === 0 ? 0 : time / all }))
    .sort((a, b) => b.share - a.share)
}
