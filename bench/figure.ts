// One measured figure, and how figures are printed.

/** One measured value. */
export interface BenchFigure {
  /** Benchmark and what was measured: `rows to JSON: CPU`. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Which direction is better; a figure that only informs has neither. */
  readonly better: 'higher' | 'lower' | 'neither'
  /** The value that the project aims for on an idle core; absent where there is none. */
  readonly target?: number
}

/** Whether a figure reaches its target; true without one. */
export function meetsTarget(figure: BenchFigure): boolean {
  if (figure.target === undefined || figure.better === 'neither') return true
  return figure.better === 'higher' ? figure.value >= figure.target : figure.value <= figure.target
}

/** The figures as a table of text, one line each. */
export function figureTable(figures: readonly BenchFigure[]): string {
  const names = Math.max(...figures.map((figure) => figure.name.length), 0)
  return figures
    .map((figure) => {
      const target =
        figure.target === undefined
          ? ''
          : `  (${meetsTarget(figure) ? 'meets' : 'MISSES'} ${numberText(figure.target)})`
      return `${figure.name.padEnd(names)}  ${numberText(figure.value).padStart(12)} ${figure.unit}${target}`
    })
    .join('\n')
}

/** Three significant digits below a thousand, whole numbers with grouping above. */
export function numberText(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))
}
