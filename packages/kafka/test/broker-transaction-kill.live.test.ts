// 200 kills of the broker under transactional load. TRANSACTION_KILLS sets another number for a longer search.

import { it } from 'vitest'
import { killUnderTransactions } from './fixtures/transaction-kills.ts'

const KILLS = Number(process.env['TRANSACTION_KILLS'] ?? 200)

it(`${KILLS} kills under transactional load: nothing lost, doubled or torn`, { timeout: 3_600_000 }, () =>
  killUnderTransactions(KILLS),
)
