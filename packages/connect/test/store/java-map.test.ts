import { expect, test } from 'vitest'
import { javaMapOrder, javaMapText } from '../../src/store/java-map.ts'

test('lists a configuration in the order in which Connect 4.3.1 answered it', () => {
  const config = {
    'connector.class': 'c',
    'tasks.max': '1',
    'database.hostname': 'h',
    'database.port': '1',
    'database.user': 'u',
    'database.password': 'p',
    'database.server.id': '1',
    'topic.prefix': 't',
    'table.include.list': 'l',
    'snapshot.mode': 'no_data',
    'schema.history.internal.kafka.bootstrap.servers': 'k',
    'schema.history.internal.kafka.topic': 's',
    name: 'n',
  }
  expect(javaMapOrder(Object.entries(config)).map(([key]) => key)).toEqual([
    'connector.class',
    'database.user',
    'database.server.id',
    'tasks.max',
    'schema.history.internal.kafka.bootstrap.servers',
    'database.port',
    'topic.prefix',
    'schema.history.internal.kafka.topic',
    'database.hostname',
    'database.password',
    'name',
    'table.include.list',
    'snapshot.mode',
  ])
})

test('prints a map as Java does', () => {
  expect(javaMapText({ name: 'a', x: null })).toBe('{name=a, x=null}')
})
