import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import UnhandledReporter, { UNHANDLED_FILE, unhandledText } from './unhandled-reporter.ts'

test('an error becomes its name, the first line of its message and the first place', () => {
  const stack = 'Error: write EPIPE\n    at Socket.x (a.ts:1:2)\n    at b.ts:2:3'
  expect(unhandledText({ name: 'Error', message: 'write EPIPE\nmore', stack })).toBe(
    'Error: write EPIPE at Socket.x (a.ts:1:2)',
  )
})

test('the errors of a run are written to the file of the environment', () => {
  const file = path.join(tmpdir(), `unhandled-${process.pid}.json`)
  const before = process.env[UNHANDLED_FILE]
  process.env[UNHANDLED_FILE] = file
  try {
    new UnhandledReporter().onTestRunEnd([], [{ name: 'TypeError', message: 'x' }])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['TypeError: x'])
  } finally {
    if (before === undefined) delete process.env[UNHANDLED_FILE]
    else process.env[UNHANDLED_FILE] = before
    rmSync(file, { force: true })
  }
})
