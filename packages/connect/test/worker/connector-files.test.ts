import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConnectorFile } from '../../src/worker/connector-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'connectors-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(text: string) {
  const file = join(folder, 'connector')
  writeFileSync(file, text)
  return readConnectorFile(file)
}

test.each([
  ['a JSON map', '{"name":"c","tasks.max":1}', { name: 'c', 'tasks.max': '1' }, undefined],
  [
    'the body of POST',
    '{"name":"c","config":{"a":"b","n":null},"initial_state":"stopped"}',
    { a: 'b', n: null },
    'STOPPED',
  ],
  [
    'properties',
    '# a comment\nname=c\nlist=a,\\\n    b\nspace : x y \nuni=\\u00e9',
    { name: 'c', list: 'a,b', space: 'x y ', uni: 'é' },
    undefined,
  ],
])('reads %s', (_what, text, config, initial) => {
  expect(read(text)).toEqual({ name: 'c', config, initial })
})

test.each([
  ['no name', 'tasks.max=1'],
  ['an empty file', ''],
])('refuses %s with a remedy', (_what, text) => {
  expect(() => read(text)).toThrow(/names no connector/)
})

test('a file that is not there is named', () => {
  expect(() => readConnectorFile(join(folder, 'absent'))).toThrow(/absent cannot be read \(ENOENT\)/)
})
