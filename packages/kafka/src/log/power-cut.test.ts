// A few simulated power cuts; test/power-cut.live.test.ts has two thousand, and every cut of a tail. POWER_CUTS and POWER_CUT_SEED make a
// longer search of another part.

import { it } from 'vitest'
import { cutPower, cutTail } from '../../test/fixtures/power-cut.ts'

const CUTS = Number(process.env['POWER_CUTS'] ?? 100)
const SEED = Number(process.env['POWER_CUT_SEED'] ?? 1)

it(`${CUTS} power cuts lose nothing acknowledged, and the log opens`, { timeout: 600_000 }, () => cutPower(CUTS, SEED))

it('a torn tail is cut at any place', { timeout: 600_000 }, () => cutTail(509))
