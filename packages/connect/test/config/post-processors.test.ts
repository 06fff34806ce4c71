import { expect, test } from 'vitest'
import { postProcessors, unsupportedPostProcessors } from '../../src/config/mysql/post-processors.ts'

const RESELECT = { 'post.processors': 'r', 'r.type': 'io.debezium.processors.reselect.ReselectColumnsPostProcessor' }

test('defaults of the reselect processor: all columns, nulls and placeholders, errors are warnings', () => {
  const [processor] = postProcessors(RESELECT)
  expect(processor).toMatchObject({
    readsNulls: true,
    readsUnavailable: true,
    usesEventKey: false,
    failsOnError: false,
  })
  expect(processor?.matches('db.t:c')).toBe(true)
})

test('lists are anchored and ask for table and column with a colon', () => {
  const [included] = postProcessors({ ...RESELECT, 'r.reselect.columns.include.list': 'db.t:c,db.u:.*' })
  expect(['db.t:c', 'db.t:cc', 'db.t.c', 'DB.U:x'].map((name) => included?.matches(name))).toEqual([
    true,
    false,
    false,
    true,
  ])
  const [excluded] = postProcessors({ ...RESELECT, 'r.reselect.columns.exclude.list': 'db.t:c' })
  expect([excluded?.matches('db.t:c'), excluded?.matches('db.t:d')]).toEqual([false, true])
})

test('what is not built is named', () => {
  expect(unsupportedPostProcessors({ 'post.processors': 'a, b', 'a.type': 'com.example.Own' })).toEqual([
    'com.example.Own',
    'b.type',
  ])
  expect(unsupportedPostProcessors({ ...RESELECT, 'r.reselect.cache.enabled': 'true' })).toEqual([
    'r.reselect.cache.enabled',
  ])
  expect(() => postProcessors({ 'post.processors': 'a' })).toThrow('a.type are not supported yet')
})

test.each([
  ['r.reselect.error.handling.mode', 'stop'],
  ['r.reselect.null.values', 'maybe'],
  ['r.reselect.columns.include.list', 'db.(t'],
])('a bad value of %s is refused by name', (name, value) => {
  expect(() => postProcessors({ ...RESELECT, [name]: value })).toThrow(`The '${name}' value is invalid`)
})
