// The contract of metrics: who counts, and who reads. No metric is touched per record on the hot path: add batch totals.

/** A number that only grows. */
export interface Counter {
  add(amount: number): void
}

/** A number that moves both ways. */
export interface Gauge {
  set(value: number): void
}

/** Labels of one metric, fixed when it is made. */
export type Labels = Readonly<Record<string, string>>

/** Makes metrics; asking twice for the same name and labels gives the same one. */
export interface Metrics {
  counter(name: string, help: string, labels?: Labels): Counter
  gauge(name: string, help: string, labels?: Labels): Gauge
}

/** One metric as a reader sees it. */
export interface MetricSample {
  readonly name: string
  readonly help: string
  readonly kind: 'counter' | 'gauge'
  readonly labels: Labels
  readonly value: number
}

/** Metrics kept in this thread; `samples` is what an exposition format or a message to the main thread needs. */
export class MetricRegistry implements Metrics {
  readonly #metrics = new Map<string, { -readonly [K in keyof MetricSample]: MetricSample[K] }>()

  counter(name: string, help: string, labels: Labels = {}): Counter {
    const sample = this.#sample('counter', name, help, labels)
    return {
      add(amount) {
        sample.value += amount
      },
    }
  }

  gauge(name: string, help: string, labels: Labels = {}): Gauge {
    const sample = this.#sample('gauge', name, help, labels)
    return {
      set(value) {
        sample.value = value
      },
    }
  }

  /** Every metric with its present value. */
  samples(): readonly MetricSample[] {
    return [...this.#metrics.values()].map((sample) => ({ ...sample }))
  }

  #sample(kind: MetricSample['kind'], name: string, help: string, labels: Labels) {
    const id = JSON.stringify([kind, name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])
    let sample = this.#metrics.get(id)
    if (sample === undefined) {
      sample = { name, help, kind, labels, value: 0 }
      this.#metrics.set(id, sample)
    }
    return sample
  }
}
