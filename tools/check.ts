// npm run check: what to run before a commit. Format, lint, types, rooms, unit tests; under two minutes.
import { step, summary } from './steps.ts'

summary([
  await step('format and lint (biome)', 'biome', ['check', '--error-on-warnings', '.']),
  await step('types (tsc)', 'tsc', ['-b', '--pretty', 'false']),
  await step('lint with types (oxlint)', 'oxlint', ['--type-aware', '--quiet']),
  await step('rooms', 'node', ['tools/rooms/main.ts']),
  await step('unit tests (vitest)', 'vitest', ['run', '--project', 'unit', '--reporter=dot']),
])
