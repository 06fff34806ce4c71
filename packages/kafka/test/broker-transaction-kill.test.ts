// A few kills of the broker under transactional load; broker-transaction-kill.live.test.ts has many.

import { it } from 'vitest'
import { killUnderTransactions } from './fixtures/transaction-kills.ts'

it('12 kills under transactional load: nothing lost, doubled or torn', { timeout: 600_000 }, () =>
  killUnderTransactions(12),
)
