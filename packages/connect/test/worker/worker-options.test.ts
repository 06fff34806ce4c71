import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Logger, silentLogger } from '../../src/base/logger.ts'
import { configProviders } from '../../src/worker/config-providers.ts'
import { hostAliases } from '../../src/worker/host-aliases.ts'
import { topicCreation } from '../../src/worker/topic-creation.ts'
import { readWorkerConfig } from '../../src/worker/worker-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'providers-'))
writeFileSync(
  join(folder, 'db.properties'),
  '# login\ndbpassword=dbz\ndb\\:user : dbz\nspaced = a b c \nlong=a\\\n  b\nuni=\\u00fc\n',
)
writeFileSync(join(folder, 'pwfile'), 'secret')
afterAll(() => rmSync(folder, { recursive: true }))

test('reads Connect’s settings and their defaults', () => {
  const config = readWorkerConfig({ 'bootstrap.servers': 'h:9092' }, false)
  expect(config.offsetTopic).toEqual({ topic: 'connect-offsets', partitions: 25, replicationFactor: 3 })
  expect(config.listeners).toEqual([{ isTls: false, host: '127.0.0.1', port: 8083 }])
  expect(config.offsetFlushIntervalMs).toBe(60_000)
  expect(readWorkerConfig({ listeners: 'HTTP://:18083' }, true).listeners[0]?.host).toBe('127.0.0.1')
  expect(readWorkerConfig({ listeners: 'http://[::1]:1' }, true).listeners[0]?.host).toBe('::1')
})

test.each([
  ['offset.flush.interval.ms', 'x'],
  ['offset.flush.interval.ms', '-1'],
  ['listeners', 'ftp://h:1'],
  ['admin.listeners', 'http://h'],
  ['listeners', 'http://h:70000'],
  ['topic.tracking.enable', 'yes'],
  ['config.storage.topic', 'a b'],
])('refuses %s=%s by name', (name, value) => {
  expect(() => readWorkerConfig({ [name]: value }, true)).toThrow(
    new RegExp(`${value}.*${name.replaceAll('.', '\\.')}`),
  )
})

test('replaces references to files, directories and the environment', () => {
  const resolve = configProviders({ 'config.providers': 'file,env,directory' }, { USER_NAME: 'me' })
  const given = {
    a: `\${file:${folder}/db.properties:dbpassword}`,
    b: `<\${file:${folder}/db.properties:spaced}>\${env:USER_NAME}`,
    c: `\${directory:${folder}:pwfile}`,
    d: `\${vault:x:y} \${file:${folder}/db.properties:absent} \${broken $no`,
    e: `\${file:${folder}/db.properties:long} \${file:${folder}/db.properties:uni}`,
    f: null,
  }
  expect(resolve(given)).toEqual({ ...given, a: 'dbz', b: '<a b c >me', c: 'secret', e: 'ab ü' })
  expect(configProviders({})(given)).toBe(given)
})

test('reads nothing outside of the allowed paths, through links neither', () => {
  symlinkSync('/etc/hostname', join(folder, 'link'))
  const settings = { 'config.providers': 'directory', 'config.providers.directory.param.allowed.paths': folder }
  const resolve = configProviders(settings)
  expect(resolve({ x: `\${directory:${folder}:pwfile}` })).toEqual({ x: 'secret' })
  for (const reference of [`${folder}:link`, `${folder}:../x`, '/etc:hostname', 'relative:pwfile'])
    expect(() => resolve({ x: `\${directory:${reference}}` })).toThrow('Could not read properties from file')
})

test('replaces the tutorial’s host names in demo mode only, and says so once', () => {
  const told: string[] = []
  const log: Logger = { ...silentLogger, info: (line: unknown) => void told.push(String(line)) }
  const replace = hostAliases({ mysql: '127.0.0.1:13306', kafka: '127.0.0.1:19092' }, log)
  const given = {
    'database.hostname': 'mysql',
    'database.port': '3306',
    'schema.history.internal.kafka.bootstrap.servers': 'kafka:9092,other:1',
    'topic.prefix': 'mysql',
  }
  const replaced = {
    'database.hostname': '127.0.0.1',
    'database.port': '13306',
    'schema.history.internal.kafka.bootstrap.servers': '127.0.0.1:19092,other:1',
    'topic.prefix': 'mysql',
  }
  expect(replace(given)).toEqual(replaced)
  expect(replace(given)).toEqual(replaced)
  expect(told).toHaveLength(2)
  expect(hostAliases({}, log)(given)).toBe(given)
})

test('chooses topic settings by the first group that matches', () => {
  const settings = topicCreation({
    'topic.creation.default.partitions': '2',
    'topic.creation.default.replication.factor': '1',
    'topic.creation.groups': 'g, h',
    'topic.creation.g.include': 'rg\\..*',
    'topic.creation.g.exclude': 'rg\\.no',
    'topic.creation.g.partitions': '3',
    'topic.creation.g.cleanup.policy': 'compact',
    'topic.creation.h.include': '.*',
    'topic.creation.h.partitions': '-1',
  })
  expect(settings('rg.a')).toEqual({ partitions: 3, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } })
  expect(settings('rg.no').partitions).toBe(-1)
  expect(topicCreation({})('x')).toEqual({ partitions: -1, replicationFactor: -1, configs: {} })
  expect(() => topicCreation({ 'topic.creation.default.partitions': '0' })).toThrow('topic.creation.default.partitions')
})
