// A few thousand hostile requests; hostile-requests.live.test.ts has a hundred thousand. HOSTILE_SEED looks elsewhere.

import { expect, it } from 'vitest'
import { sendHostile } from './fixtures/hostile-requests.ts'

it('4,000 hostile requests do no harm', { timeout: 600_000 }, async () => {
  const { answered, refused } = await sendHostile(4000, Number(process.env['HOSTILE_SEED'] ?? 1))
  expect(answered).toBeGreaterThan(800)
  expect(refused).toBeGreaterThan(800)
})
