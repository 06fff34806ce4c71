// Counts of test results, added over levels.

/** What a level did. Skipped and failed tests are named. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly string[]
  readonly failures: readonly string[]
}

/** Nothing yet. */
export const noCounts: Counts = { passed: 0, failed: 0, skipped: [], failures: [] }

/** The sum of two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: [...a.skipped, ...b.skipped],
    failures: [...a.failures, ...b.failures],
  }
}

/** The part of vitest's JSON report that is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/**
 * Counts a report. A file that failed without a failed test (it did not load) counts as one failure; so does each error that no test
 * owns (`unhandled`), and a run that ended badly without saying why. Failures carry the beginning of their message.
 */
export function countVitest(report: VitestReport, endedWell: boolean, unhandled: readonly string[] = []): Counts {
  let passed = 0
  const skipped: string[] = []
  const failures: string[] = []
  for (const file of report.testResults) {
    const before = failures.length
    for (const { fullName, status, failureMessages = [] } of file.assertionResults) {
      if (status === 'passed') passed++
      else if (status === 'failed') failures.push([fullName, ...failureMessages.map(beginning)].join('\n    '))
      else skipped.push(fullName)
    }
    if (file.status === 'failed' && failures.length === before)
      failures.push(`${file.name}: ${file.message ?? 'did not load'}`)
  }
  failures.push(...unhandled.map((error) => `outside every test: ${error}`))
  if (!endedWell && failures.length === 0) failures.push('the run ended with an error outside the tests')
  return { passed, failed: failures.length, skipped, failures }
}

function beginning(message: string): string {
  return message.split('\n').slice(0, 6).join('\n    ').slice(0, 1500)
}

/** Counts the lines of the golden runner: one per scenario. "not supported" counts as skipped, by name. */
export function countGoldens(output: string, endedWell: boolean): Counts {
  const named = (outcome: string) =>
    [...output.matchAll(new RegExp(`^${outcome} +(\\S+)(?:: (.*))?$`, 'gm'))].map(
      ([, name, reason]) => `golden ${name}${reason === undefined ? '' : `: ${reason.slice(0, 160)}`}`,
    )
  const [passed, failures, skipped] = [named('passed'), named('failed'), named('not supported')]
  if (!endedWell && failures.length === 0) failures.push('the golden runner ended with an error')
  return { passed: passed.length, failed: failures.length, skipped, failures }
}
