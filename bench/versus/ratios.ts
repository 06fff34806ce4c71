// Both sides' figures beside each other: how many times better the second is than the first.
import type { BenchFigure } from '../figure.ts'

/** What a ratio should be at least; the names are parts of figures' names. */
const TARGETS: readonly (readonly [part: string, onKafka: number | undefined, embedded: number | undefined])[] = [
  ['none: speed behind the first record', 10, 20],
  ['none: worker CPU', 20, undefined],
  ['peak memory', 5, undefined],
  ['snapshot: speed behind the first record', 10, undefined],
]

/** Ratios of every figure that both have and that can be better. `isEmbedded`: the second side writes to its own log. */
export function ratios(
  first: { readonly name: string; readonly figures: readonly BenchFigure[] },
  second: { readonly name: string; readonly figures: readonly BenchFigure[] },
  isEmbedded: boolean,
): BenchFigure[] {
  const part = (name: string, figure: BenchFigure): string => figure.name.slice(name.length + 2)
  const before = new Map(first.figures.map((figure) => [part(first.name, figure), figure]))
  return second.figures.flatMap((figure) => {
    const what = part(second.name, figure)
    const other = before.get(what)
    if (other === undefined || figure.better === 'neither') return []
    const value = figure.better === 'higher' ? figure.value / other.value : other.value / figure.value
    const [, onKafka, embedded] = TARGETS.find(([name]) => name === what) ?? []
    const target = isEmbedded ? embedded : onKafka
    return [
      {
        name: `${second.name} beside ${first.name}: ${what}`,
        value,
        unit: 'times better',
        better: 'higher' as const,
        ...(target !== undefined && { target }),
      },
    ]
  })
}
