import { expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import { systemClock } from '../../src/base/clock.ts'
import { errorCodes } from '../../src/base/error-codes.ts'
import { CdcError } from '../../src/base/errors.ts'
import { backoffMs, Lifecycle, sleep } from '../../src/base/lifecycle.ts'
import { MetricRegistry } from '../../src/base/metrics.ts'

/** A clock whose timers run when told. */
function handClock() {
  const timers: { call: () => void; isCancelled: boolean }[] = []
  const clock: Clock = {
    nowMs: () => 0,
    nowNs: () => 0n,
    after(_delayMs, call) {
      const timer = { call, isCancelled: false }
      timers.push(timer)
      return () => {
        timer.isCancelled = true
      }
    },
  }
  return { clock, timers }
}

test('every code says what it means and what to do', () => {
  for (const [code, entry] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^CDC_[A-Z_]+$/)
    expect(entry.means, code).toMatch(/\.$/)
    expect(entry.hint, code).not.toBe('')
  }
})

test('from() normalises anything and keeps a CdcError as it is', () => {
  const error = new CdcError('CDC_DATA_INVALID', 'x', { hint: 'y' })
  expect(CdcError.from(error)).toBe(error)
  expect(CdcError.from('boom')).toMatchObject({ code: 'CDC_INTERNAL', message: 'boom' })
  expect(CdcError.from(undefined).code).toBe('CDC_INTERNAL')
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  expect(CdcError.from(refused)).toMatchObject({ code: 'CDC_CONNECT_REFUSED', retriable: true })
  const ddl = Object.assign(new Error('DDL'), { code: 'MYSQL_DDL_UNREADABLE', hint: 'skip it', retriable: false })
  expect(CdcError.from(ddl)).toMatchObject({ code: 'CDC_SCHEMA_DDL', hint: 'skip it', retriable: false })
  const circular: Record<string, unknown> = {}
  circular.self = circular
  expect(CdcError.from(circular).message).toBe('unknown error')
})

test('an error crosses threads with stack, details and cause', () => {
  const inner = new CdcError('CDC_CONNECT_LOST', 'gone')
  const error = new CdcError('CDC_TRANSFORM_FAILED', 'outer', {
    cause: inner,
    details: { transform: 'u' },
    javaClass: 'j.X',
  })
  const revived = CdcError.revive(structuredClone(error.toJSON()))
  expect(revived).toMatchObject({
    code: 'CDC_TRANSFORM_FAILED',
    message: 'outer',
    javaClass: 'j.X',
    stack: error.stack,
  })
  expect(revived.details).toEqual({ transform: 'u' })
  expect(revived.cause).toMatchObject({ code: 'CDC_CONNECT_LOST', retriable: true })
})

test('a lifecycle closes what it owns, last first, and reports the first failure after trying all', async () => {
  const closed: string[] = []
  const life = new Lifecycle()
  life.own(() => void closed.push('first'))
  life.own(async () => {
    closed.push('second')
    throw new Error('second failed')
  })
  const closing = life.close()
  expect(life.close()).toBe(closing)
  await expect(closing).rejects.toThrow('second failed')
  expect(closed).toEqual(['second', 'first'])
  expect(life.isStopping).toBe(true)
  expect(() => life.check()).toThrow('stopped')
})

test('a lifecycle ends with the signal it was given', async () => {
  const outer = new AbortController()
  const life = new Lifecycle({ signal: outer.signal })
  expect(life.isStopping).toBe(false)
  outer.abort()
  expect(life.isStopping).toBe(true)
  await life.close()
})

test('sleep ends by its timer or by the signal, and cancels the timer then', async () => {
  const { clock, timers } = handClock()
  const controller = new AbortController()
  const slept = sleep(1000, { clock, signal: controller.signal })
  controller.abort()
  await slept
  expect(timers[0]?.isCancelled).toBe(true)
  const other = sleep(1000, { clock })
  timers[1]?.call()
  await other
})

test('back-off doubles up to its limit, with jitter below', () => {
  expect(backoffMs(0, 300, 60_000, () => 1)).toBe(300)
  expect(backoffMs(3, 300, 60_000, () => 1)).toBe(2400)
  expect(backoffMs(20, 300, 60_000, () => 0)).toBe(30_000)
})

test('nanoseconds never run behind milliseconds', () => {
  for (let i = 0; i < 1000; i++) {
    const before = systemClock.nowMs()
    const ns = systemClock.nowNs()
    expect(Number(ns / 1_000_000n)).toBeGreaterThanOrEqual(before)
    expect(Number(ns / 1_000_000n)).toBeLessThanOrEqual(systemClock.nowMs() + 6)
  }
})

test('metrics with equal name and labels are one metric', () => {
  const metrics = new MetricRegistry()
  metrics.counter('rows', 'Rows.', { task: '0' }).add(2)
  metrics.counter('rows', 'Rows.', { task: '0' }).add(3)
  metrics.gauge('lag', 'Lag.').set(7)
  expect(metrics.samples().map(({ name, kind, value }) => [name, kind, value])).toEqual([
    ['rows', 'counter', 5],
    ['lag', 'gauge', 7],
  ])
})
