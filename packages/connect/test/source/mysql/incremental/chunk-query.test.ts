import type { ColumnModel, TableModel } from '@millrace/mysql'
import { describe, expect, test } from 'vitest'
import { chunkKeyColumns, javaKey, keyOfJava, keyText } from '../../../../src/source/mysql/incremental/chunk-key.ts'
import { chunkEndQuery, chunkQuery, maximumKeyQuery } from '../../../../src/source/mysql/incremental/chunk-query.ts'

function column(name: string, typeName: string, isNullable = false): ColumnModel {
  return {
    ...{ name, typeName, isNullable, length: null, scale: null, charset: null, collation: null, comment: null },
    ...{ isAutoIncremented: false, isGenerated: false, enumValues: [], hasDefault: false, defaultExpression: null },
  }
}

const model: TableModel = {
  ...{ database: 'd', name: 't', charset: null, comment: null, primaryKey: ['a', 'b'] },
  columns: [column('a', 'INT'), column('b', 'VARCHAR'), column('n', 'BIGINT', true), column('e', 'ENUM')],
}
const rangeOf = (surrogate: string | null, condition: string | null = null) => ({
  model,
  keys: chunkKeyColumns(model, [], surrogate)!,
  condition,
})

describe('statements', () => {
  test('the largest key', () => {
    expect(maximumKeyQuery(rangeOf(null, 'v > 2'))).toBe(
      'SELECT `a`, `b` FROM `d`.`t` WHERE (v > 2) ORDER BY `a` DESC, `b` DESC LIMIT 1',
    )
  })

  test('a chunk of a composite key', () => {
    const range = rangeOf(null)
    expect(chunkEndQuery(range, null, ['9', 'z'], 2)).toBe(
      "SELECT `a`, `b` FROM `d`.`t` WHERE (NOT ((`a` > 9) OR (`a` = 9 AND `b` > 'z'))) ORDER BY `a`, `b` LIMIT 1, 1",
    )
    expect(chunkQuery(range, '`a`', ['1', "it's"], ['2', 'x'])).toBe(
      "SELECT `a`, `a`, `b` FROM `d`.`t` WHERE ((`a` > 1) OR (`a` = 1 AND `b` > 'it''s')) AND (NOT ((`a` > 2) OR (`a` = 2 AND `b` > 'x'))) ORDER BY `a`, `b`",
    )
  })

  test('NULL comes first, and is behind nothing', () => {
    const range = rangeOf('n')
    expect(chunkQuery(range, '1', [null], ['5'])).toContain(
      '(`n` IS NOT NULL) AND (NOT ((`n` IS NOT NULL AND `n` > 5)))',
    )
  })

  test('ENUM is compared as it is sorted', () => {
    expect(chunkQuery(rangeOf('E'), '1', ['1'], ['2'])).toContain(
      '(`e` + 0 > 1) AND (NOT (`e` + 0 > 2)) ORDER BY `e` + 0',
    )
  })

  test('a text that is no number stands in quotes even where a number belongs', () => {
    expect(chunkQuery(rangeOf('n'), '1', ['1 OR 1'], ['2'])).toContain("`n` > '1 OR 1'")
  })
})

test('keys survive their way through the offset', () => {
  const { keys } = rangeOf(null)
  expect(javaKey(keys, ['7', 'x'])).toEqual([7, 'x'])
  expect(javaKey(keys, ['5000000000', null])).toEqual([5_000_000_000n, null])
  expect(keyOfJava(javaKey(keys, ['-7', 'x']))).toEqual(['-7', 'x'])
  expect(keyText(['1', null])).toBe('1,<null>')
})

test('a surrogate key that is no column, and a table without a key', () => {
  expect(chunkKeyColumns(model, [], 'none')).toBeNull()
  expect(chunkKeyColumns({ ...model, primaryKey: [] }, [], null)).toEqual([])
})
