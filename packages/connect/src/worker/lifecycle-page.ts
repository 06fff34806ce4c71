// Prints docs/design/lifecycle.md from the tables. Run: node packages/connect/src/worker/lifecycle-page.ts > docs/design/lifecycle.md
import { connectorTransitions, taskTransitions } from './lifecycle-table.ts'

/** The page as Markdown. */
export function lifecyclePage(): string {
  const connectors = connectorTransitions.map(
    ({ from, command, target, to, tasks, note }) =>
      `| ${from} | ${command} | ${target ?? '–'} | ${to} | ${tasks} | ${note} |`,
  )
  const tasks = taskTransitions.map(({ from, command, to, note }) => `| ${from} | ${command} | ${to} | ${note} |`)
  return [
    '# The life of connectors and tasks',
    '',
    'Printed from `packages/connect/src/worker/lifecycle-table.ts` by `lifecycle-page.ts`; do not edit by hand. The worker acts by these',
    'lines. `packages/connect/test/worker/lifecycle-table.test.ts` walks through every one of them.',
    '',
    'A command is first written to the config topic (its target state), then carried out. Commands of one connector wait for each',
    'other. `target` means: RUNNING when the target state is STARTED, else PAUSED or STOPPED.',
    '',
    '## Connectors',
    '',
    '| state | command | target state written | next state | tasks | note |',
    '| --- | --- | --- | --- | --- | --- |',
    ...connectors,
    '',
    '## Tasks',
    '',
    '| state | command | next state | note |',
    '| --- | --- | --- | --- |',
    ...tasks,
    '',
  ].join('\n')
}

if (import.meta.main) process.stdout.write(lifecyclePage())
