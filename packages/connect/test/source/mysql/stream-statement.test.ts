import { expect, test } from 'vitest'
import { statementKind } from '../../../src/source/mysql/stream-statement.ts'

test.each([
  ['BEGIN', 'begin'],
  ['begin /* x */', 'begin'],
  ['START TRANSACTION', 'begin'],
  ['COMMIT', 'commit'],
  ['ROLLBACK', 'rollback'],
  ['ROLLBACK TO `s1_x2`', 'rollback-to'],
  ['ROLLBACK WORK TO SAVEPOINT s', 'rollback-to'],
  ['SAVEPOINT `s`', 'savepoint'],
  ['RELEASE SAVEPOINT s', 'release'],
  ["XA START X'61',X'',1", 'xa'],
  ['/* c */ -- d\n XA COMMIT 1', 'xa'],
  ['CREATE TABLE begin (id INT)', 'other'],
  ['/*!50001 CREATE VIEW v AS SELECT 1 */', 'other'],
  ['BEGINNING', 'other'],
  ['', 'other'],
])('%j is %s', (sql, kind) => {
  expect(statementKind(sql)).toBe(kind)
})
