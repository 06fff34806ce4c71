import { expect, test } from 'vitest'
import { BackOff, pause } from '../src/consume/back-off.ts'
import { codeText } from '../src/consume/error-text.ts'
import { attemptCounter, isPassing } from '../src/consume/failure.ts'
import type { InboxMessage } from '../src/consume/message.ts'
import { OutboxError } from '../src/outbox-error.ts'

const withCode = (code: string) => Object.assign(new Error('secret row value'), { code })

test.each(['08006', '40001', '40P01', '53300', '55P03', '57P01', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'])(
  '%s passes by itself',
  (code) => {
    expect(isPassing(withCode(code))).toBe(true)
  },
)

test.each(['23505', '22021', '42P01', '22P02', '23502'])('%s is the message’s own fault', (code) => {
  expect(isPassing(withCode(code))).toBe(false)
})

test('a lost connection without a code passes, a bug does not', () => {
  expect(isPassing(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(isPassing(new TypeError('x is not a function'))).toBe(false)
  expect(isPassing(null)).toBe(false)
})

test('a message is given up after its attempts, and never for what passes', () => {
  const count = attemptCounter(3)
  const at = (offset: bigint) => ({ offset }) as InboxMessage
  expect(count(at(1n), withCode('23505'))).toBeNull()
  expect(count(at(1n), withCode('08006'))).toBeNull()
  expect(count(at(1n), withCode('23505'))).toBeNull()
  expect(count(at(1n), withCode('23505'))).toBe('the handler failed 3 times: Error 23505')
  expect(count(at(2n), withCode('23505'))).toBeNull()
})

test('error texts hold no values', () => {
  expect(codeText(withCode('23505'))).toBe('Error 23505')
  expect(codeText(new Error('secret'))).toBe('Error')
  expect(codeText('secret')).toBe('unknown error')
  expect(codeText(new Error('outer secret', { cause: withCode('ECONNRESET') }))).toBe('Error ECONNRESET')
  expect(codeText(new AggregateError([withCode('ECONNREFUSED')], 'secret'))).toBe('Error ECONNREFUSED')
  expect(codeText(new OutboxError('OUTBOX_CLOSED', 'the consumer was closed', ''))).toBe('the consumer was closed')
})

test('delays double up to the longest, and begin again after a success', () => {
  const backOff = new BackOff(100, 1000)
  expect([1, 2, 3, 4, 5, 6].map(() => backOff.next())).toEqual([100, 200, 400, 800, 1000, 1000])
  backOff.reset()
  expect(backOff.next()).toBe(100)
})

test('a pause ends at once when it is aborted', async () => {
  const abort = new AbortController()
  const waiting = pause(60_000, abort.signal)
  abort.abort()
  await waiting
  await pause(60_000, abort.signal)
})
