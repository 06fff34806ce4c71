// Two thousand simulated power cuts, and a tail of 64 KiB cut at every byte.

import { it } from 'vitest'
import { cutPower, cutTail } from './fixtures/power-cut.ts'

it('2,000 power cuts lose nothing acknowledged, and the log opens', { timeout: 1_200_000 }, () => cutPower(2000, 1000))

it('every cut of a tail of 64 KiB loses nothing acknowledged', { timeout: 1_200_000 }, () => cutTail(1))
