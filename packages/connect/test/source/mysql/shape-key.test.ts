import type { ColumnModel, TableModel } from '@millrace/mysql'
import { expect, test } from 'vitest'
import { mysqlDefinitions } from '../../../src/config/definitions/mysql.generated.ts'
import { columnRules } from '../../../src/config/mysql/column-rules.ts'
import { OptionReader } from '../../../src/config/option-reader.ts'
import { keyColumns } from '../../../src/source/mysql/shape-key.ts'

const column = (name: string): ColumnModel => ({
  name,
  typeName: 'INT',
  length: null,
  scale: null,
  charset: null,
  collation: null,
  isNullable: false,
  isAutoIncremented: false,
  isGenerated: false,
  enumValues: [],
  hasDefault: false,
  defaultExpression: null,
  comment: null,
})
const table: TableModel = {
  database: 'shop',
  name: 'line',
  columns: [column('id'), column('order_id'), column('part')],
  primaryKey: ['part', 'id'],
  charset: null,
  comment: null,
}

function keyOf(option: string): string[] {
  const reader = new OptionReader(option === '' ? {} : { 'message.key.columns': option }, mysqlDefinitions)
  return keyColumns(table, columnRules(reader).messageKeys).map(({ name }) => name)
}

test.each([
  ['', ['part', 'id']],
  ['shop.other:id', ['part', 'id']],
  ['shop.line:part,order_id', ['part', 'order_id']],
  ['SHOP.LINE:ID', ['id']],
  ['shop.(.*):order_id;shop.line:id', ['order_id', 'id']],
  ['shop.line:nope', []],
] as const)('message.key.columns=%j', (option, columns) => {
  expect(keyOf(option)).toEqual(columns)
})
