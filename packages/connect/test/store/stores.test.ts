import { expect, test } from 'vitest'
import { KafkaConfigStore } from '../../src/store/kafka-config-store.ts'
import { KafkaOffsetStore } from '../../src/store/kafka-offset-store.ts'
import { KafkaStatusStore } from '../../src/store/kafka-status-store.ts'
import { MemoryTopics } from '../support/memory-topics.ts'

const topic = (name: string) => ({ topic: name, partitions: 1, replicationFactor: 1 })

async function configStore(topics: MemoryTopics) {
  const store = new KafkaConfigStore({ topics, topic: topic('configs'), now: () => 5 })
  await store.start()
  return store
}

test('writes the config topic with the keys and values that Connect wrote', async () => {
  const topics = new MemoryTopics()
  const store = await configStore(topics)
  topics.records('configs').length = 0
  await store.putConfig('inventory', { 'connector.class': 'c', name: 'inventory' }, 'STOPPED')
  await store.putTaskConfigs('inventory', [{ a: '1' }, { a: '2' }])
  await store.putTaskConfigs('inventory', [])
  await store.putRestartRequest('inventory', { includeTasks: true, onlyFailed: false })
  await store.putLoggerLevel('com.example', 'WARN')
  await store.deleteConfig('inventory')
  expect(topics.records('configs')).toEqual([
    { key: 'target-state-inventory', value: '{"state":"PAUSED","state.v2":"STOPPED"}' },
    { key: 'connector-inventory', value: '{"properties":{"connector.class":"c","name":"inventory"}}' },
    { key: 'task-inventory-0', value: '{"properties":{"a":"1"}}' },
    { key: 'task-inventory-1', value: '{"properties":{"a":"2"}}' },
    { key: 'commit-inventory', value: '{"tasks":2}' },
    { key: 'commit-inventory', value: '{"tasks":0}' },
    { key: 'restart-connector-inventory', value: '{"include-tasks":true,"only-failed":false}' },
    { key: 'logger-cluster-com.example', value: '{"level":"WARN"}' },
    { key: 'connector-inventory', value: null },
    { key: 'target-state-inventory', value: null },
  ])
})

test('reads back what is in the config topic, also names like members of every object', async () => {
  const topics = new MemoryTopics()
  const first = await configStore(topics)
  for (const name of ['a-b-0', '__proto__', 'x-connector-y']) {
    await first.putConfig(name, { name, __proto__x: '1' })
    await first.putTaskConfigs(name, [{ task: '0' }, { task: '1' }])
  }
  await first.putTargetState('a-b-0', 'PAUSED')
  const second = await configStore(topics)
  expect(second.connectors()).toEqual(['a-b-0', '__proto__', 'x-connector-y'])
  expect(second.taskConfigs('a-b-0')).toEqual([{ task: '0' }, { task: '1' }])
  expect(second.config('__proto__')).toEqual({ name: '__proto__', __proto__x: '1' })
  expect(second.targetState('a-b-0')).toBe('PAUSED')
  expect(second.targetState('__proto__')).toBe('STARTED')
  expect(second.targetState('none')).toBeNull()
  expect(second.sessionKey()?.key).toEqual(first.sessionKey()?.key)
})

test('shows no tasks while a task set is incomplete, and skips records of strangers', async () => {
  const topics = new MemoryTopics()
  topics
    .records('configs')
    .push(
      { key: 'connector-c', value: '{"properties":{"name":"c"}}' },
      { key: 'task-c-1', value: '{"properties":{}}' },
      { key: 'commit-c', value: '{"tasks":2}' },
      { key: 'connector-broken', value: 'no json' },
      { key: 'connector-odd', value: '[1]' },
      { key: 'commit-c', value: '{"tasks":-1}' },
      { key: 'task-c-x', value: '{"properties":{}}' },
      { key: 'something', value: '{}' },
    )
  const store = await configStore(topics)
  expect(store.connectors()).toEqual(['c'])
  expect(store.taskConfigs('c')).toEqual([])
})

test('writes a new session key when the old one is past its time', async () => {
  const topics = new MemoryTopics()
  await configStore(topics)
  const later = new KafkaConfigStore({ topics, topic: topic('configs'), sessionKeyTtlMs: 10, now: () => 100 })
  await later.start()
  expect(topics.records('configs').filter(({ key }) => key === 'session-key')).toHaveLength(2)
})

test('keys offsets by connector and source partition in their own member order', async () => {
  const topics = new MemoryTopics()
  const store = new KafkaOffsetStore({ topics, topic: topic('offsets') })
  await store.start()
  await store.put('inventory', { server: 'stg' }, { file: 'binlog.000001', pos: 9007199254740993n, snapshot: null })
  await store.put('inventory', { b: 1, a: 2 }, { pos: 1 })
  await store.put('other', { server: 'stg' }, { pos: 2 })
  expect(topics.records('offsets')[0]).toEqual({
    key: '["inventory",{"server":"stg"}]',
    value: '{"file":"binlog.000001","pos":9007199254740993,"snapshot":null}',
  })
  expect(store.get('inventory', { a: 2, b: 1 })).toBeNull()
  expect(store.all('inventory')).toHaveLength(2)
  await store.put('inventory', { b: 1, a: 2 }, null)
  const again = new KafkaOffsetStore({ topics, topic: topic('offsets') })
  await again.start()
  expect(again.all('inventory')).toEqual([
    {
      partition: { server: 'stg' },
      offset: { file: 'binlog.000001', pos: 9007199254740993n, snapshot: null },
    },
  ])
})

test('writes the status topic with the keys and values that Connect wrote', async () => {
  const topics = new MemoryTopics()
  const store = new KafkaStatusStore({ topics, topic: topic('statuses'), now: () => 7 })
  await store.start()
  const status = { connector: 'inv-1', workerId: 'w:1', generation: 3, version: '3.6.1.Final', trace: null } as const
  await store.put({ ...status, task: null, state: 'RUNNING' })
  await store.put({ ...status, task: 2, state: 'FAILED', trace: 'boom', version: null })
  await store.addTopic('inv-1', 'stg', 0)
  expect(topics.records('statuses')).toEqual([
    {
      key: 'status-connector-inv-1',
      value: '{"state":"RUNNING","trace":null,"worker_id":"w:1","generation":3,"version":"3.6.1.Final"}',
    },
    {
      key: 'status-task-inv-1-2',
      value: '{"state":"FAILED","trace":"boom","worker_id":"w:1","generation":3,"version":null}',
    },
    {
      key: 'status-topic-stg:connector-inv-1',
      value: '{"topic":{"name":"stg","connector":"inv-1","task":0,"discoverTimestamp":7}}',
    },
  ])
  const again = new KafkaStatusStore({ topics, topic: topic('statuses') })
  await again.start()
  expect(again.tasks('inv-1').map(({ task, state, trace }) => ({ task, state, trace }))).toEqual([
    { task: 2, state: 'FAILED', trace: 'boom' },
  ])
  expect(again.topics('inv-1')).toEqual(['stg'])
  await again.remove('inv-1')
  expect(again.status('inv-1', null)).toBeNull()
  expect(again.status('inv-1', 2)).toBeNull()
  expect(again.topics('inv-1')).toEqual([])
})
