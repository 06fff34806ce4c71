import { expect, test } from 'vitest'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import { TopicNames } from '../../../src/source/mysql/shape-names.ts'

const given = {
  ...{ name: 'c', 'database.hostname': 'h', 'database.user': 'u', 'database.server.id': '1', 'topic.prefix': 'p' },
  'schema.history.internal.kafka.topic': 'h',
  'schema.history.internal.kafka.bootstrap.servers': 'b:1',
  'topic.naming.strategy': 'io.debezium.schema.DefaultRegexTopicNamingStrategy',
  'topic.regex': '(.*)\\.inv\\.(.*)',
  'topic.replacement': '$1.merged',
}
const names = (options: Record<string, string> = {}) =>
  new TopicNames('p', parseMysqlConfig({ ...given, ...options }).config.topics)

test('tables that match share a topic, the others keep theirs', () => {
  expect(names().dataTopic('inv', 'cust')).toBe('p.merged')
  expect(names().dataTopic('app', 't')).toBe('p.app.t')
  expect(names({ 'topic.replacement': '' }).dataTopic('inv', 'cust')).toBe('p.inv.cust')
})

test('keys get a field that says the table', () => {
  expect(names().keyField('inv', 'cust')).toEqual({ name: '__dbz__physicalTableIdentifier', value: 'p.inv.cust' })
  const options = {
    'topic.key.field.name': 'src',
    'topic.key.field.regex': '.*\\.(.*)',
    'topic.key.field.replacement': '$1',
  }
  expect(names(options).keyField('inv', 'cust')).toEqual({ name: 'src', value: 'cust' })
  expect(names({ 'topic.key.enforce.uniqueness': 'false' }).keyField('inv', 'cust')).toBeNull()
})
