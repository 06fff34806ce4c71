import { describe, expect, it } from 'vitest'
import { historyText, readHistoryText } from '../../../src/source/mysql/history/history-record.ts'
import { printDocument } from '../../../src/source/mysql/history/json-text.ts'
import { hasGoldens, readScenario, scenarioNames } from './golden-scenarios.ts'

describe('the layout of documents', () => {
  it('spaces members and brackets', () => {
    expect(printDocument({ a: [], b: [1, 'x'], c: [{ d: null }, { e: {} }], f: undefined })).toBe(
      '{\n  "a" : [ ],\n  "b" : [ 1, "x" ],\n  "c" : [ {\n    "d" : null\n  }, {\n    "e" : { }\n  } ]\n}',
    )
  })

  it('escapes as Java does', () => {
    expect(printDocument('a"\\\n\u001f/é\\u001f')).toBe('"a\\"\\\\\\n\\u001F/é\\\\u001f"')
  })
})

describe('a record', () => {
  it('keeps what history does not say of its own', () => {
    const text = historyText(
      {
        server: 's',
        position: { ts_sec: 1, file: 'b.1', pos: 4n },
        tsMs: 5,
        database: 'd',
        ddl: 'DROP TABLE `d`.`t`',
        changes: [{ kind: 'DROP', database: 'd', name: 'a"."b' }],
      },
      false,
    )
    expect(readHistoryText(text)).toMatchObject({
      position: { pos: 4 },
      changes: [{ kind: 'DROP', database: 'd', name: 'a"."b' }],
    })
  })

  it('refuses what is no record', () => {
    expect(() => readHistoryText('{')).toThrow('cannot be read')
    expect(() => readHistoryText('{"tableChanges":[{"type":"FROB","id":"a.b"}]}')).toThrow()
  })
})

describe.skipIf(!hasGoldens)('records of the goldens are printed as they were read', () => {
  it.each(scenarioNames())('%s', (name) => {
    const { history } = readScenario(name)
    for (const text of history) expect(historyText(readHistoryText(text), true)).toBe(text)
  })
})
