import { ByteCursor, decodeXaPrepare } from '@millrace/mysql'
import { describe, expect, test } from 'vitest'
import { CdcError } from '../../../src/base/errors.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { FailurePolicy } from '../../../src/source/mysql/failure-policy.ts'
import { savepointName, xaStatement } from '../../../src/source/mysql/stream-statement.ts'
import { XaTransactions } from '../../../src/source/mysql/xa-transactions.ts'

describe('statements', () => {
  test.each([
    ["XA COMMIT X'6331',X'6272',7", { verb: 'commit', xid: "X'6331',X'6272',7", isOnePhase: false }],
    ["xa commit X'6331',X'',1 ONE PHASE", { verb: 'commit', xid: "X'6331',X'',1", isOnePhase: true }],
    ["/* c */ XA BEGIN X'00FF', X'01', 5", { verb: 'start', xid: "X'00ff',X'01',5", isOnePhase: false }],
    ["XA ROLLBACK X'',X'',1", { verb: 'rollback', xid: "X'',X'',1", isOnePhase: false }],
  ])('%s', (sql, expected) => {
    expect(xaStatement(sql)).toEqual(expected)
  })

  test.each(["XA COMMIT 'c1'", 'XA RECOVER', 'XA COMMIT', 'SELECT 1'])('%s is none that a server logs', (sql) => {
    expect(xaStatement(sql)).toBeNull()
  })

  test.each([
    ['SAVEPOINT `s 1`', 's 1'],
    ['ROLLBACK TO `a``b`', 'a`b'],
    ['ROLLBACK WORK TO SAVEPOINT "A""b"', 'a"b'],
    ['RELEASE SAVEPOINT x', 'x'],
    ['/* c */ rollback to X', 'x'],
    ['SAVEPOINT', null],
  ])('%s names %j', (sql, name) => {
    expect(savepointName(sql)).toBe(name)
  })

  test('an XA_PREPARE event names its transaction as the statements do', () => {
    const body = Buffer.from('0005000000020000000100000000ff01', 'hex')
    const view = {
      header: { timestampSec: 0, typeCode: 38, serverId: 1, lengthBytes: 19 + body.length, logPos: 0, flags: 0 },
      file: 'b',
      startPosition: 4,
    }
    const prepared = decodeXaPrepare(new ByteCursor().open(body, 0, body.length, view))
    expect(prepared).toEqual({ isOnePhase: false, xid: xaStatement("XA COMMIT X'00ff',X'01',5")!.xid })
    const broken = Buffer.from('00050000004100000001000000', 'hex')
    expect(() => decodeXaPrepare(new ByteCursor().open(broken, 0, broken.length, view))).toThrow(/XA id of 65/)
  })
})

describe('prepared transactions', () => {
  const place = { file: 'b.000001', pos: 4 }

  test('keep their rows up to a limit, then their place only', () => {
    const xa = new XaTransactions(100)
    xa.remember('a', place, [], 60)
    xa.remember('b', place, [], 60)
    expect(xa.bytes).toBe(60)
    expect(xa.take('b')).toMatchObject({ place, events: null })
    expect(xa.take('a')).toMatchObject({ place, events: [] })
    expect(xa.take('a')).toBeUndefined()
    expect(xa.bytes).toBe(0)
  })

  test('an id that is used again names the later transaction', () => {
    const xa = new XaTransactions(100)
    xa.remember('a', place, [], 60)
    xa.remember('a', { file: 'b.000002', pos: 4 }, [], 10)
    expect(xa.bytes).toBe(10)
    expect(xa.take('a')?.place?.file).toBe('b.000002')
  })

  test('lose their places with the connection, which may be of another server; rows stay', () => {
    const xa = new XaTransactions(100)
    xa.remember('small', place, [], 10)
    xa.remember('large', place, null, 0)
    xa.forgetPlaces()
    expect(xa.take('small')).toMatchObject({ place: null, events: [] })
    expect(xa.take('large')).toBeUndefined()
  })
})

describe('event.processing.failure.handling.mode', () => {
  const unreadable = new CdcError('CDC_UNSUPPORTED_EVENT', 'INCIDENT_EVENT', { hint: 'x' })
  const lost = new CdcError('CDC_CONNECT_LOST', 'gone')

  test('fail throws what it is given', () => {
    expect(() => new FailurePolicy('fail', silentLogger).event(unreadable)).toThrow(unreadable)
  })

  test.each(['warn', 'skip'] as const)('%s counts and logs, but only what is about one event', (mode) => {
    const lines: string[] = []
    const line = (level: string) => (_facts: unknown, text?: string) => void lines.push(`${level}: ${text}`)
    const log = { ...silentLogger, warn: line('warn'), debug: line('debug') } as typeof silentLogger
    const policy = new FailurePolicy(mode, log)
    policy.event(unreadable)
    expect(policy.skipped).toBe(1)
    expect(lines).toEqual([`${mode === 'warn' ? 'warn' : 'debug'}: INCIDENT_EVENT; left out`])
    expect(() => policy.event(lost)).toThrow(lost)
  })
})
