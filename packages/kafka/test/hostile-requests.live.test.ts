// A hundred thousand hostile requests. HOSTILE_REQUESTS and HOSTILE_SEED make a longer search of another part.

import { expect, it } from 'vitest'
import { sendHostile } from './fixtures/hostile-requests.ts'

const COUNT = Number(process.env['HOSTILE_REQUESTS'] ?? 100_000)
const SEED = Number(process.env['HOSTILE_SEED'] ?? 1_000_000)

it(`${COUNT} hostile requests do no harm`, { timeout: 1_800_000 }, async () => {
  const { answered, refused } = await sendHostile(COUNT, SEED)
  expect(answered + refused).toBeGreaterThan(COUNT * 0.8)
})
