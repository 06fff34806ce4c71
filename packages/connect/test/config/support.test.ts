import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mysqlDefinitions } from '../../src/config/definitions/mysql.generated.ts'
import { checkSupport, unsupportedIn, unsupportedOptions } from '../../src/config/mysql/support.ts'
import { mysqlUndeclared } from '../../src/config/mysql/undeclared.ts'

const known = [...mysqlDefinitions, ...mysqlUndeclared]

test('every unsupported option exists, and its default is harmless', () => {
  for (const { name, harmless } of unsupportedOptions) {
    if (name.endsWith('*')) continue
    const definition = known.find((entry) => entry.name === name)
    expect(definition, name).toBeDefined()
    const standard = definition?.default_value
    if (standard !== null) expect(harmless, name).toContain(standard?.toLowerCase())
  }
})

test('an option that is not built is refused by name, with every other one; a harmless value passes', () => {
  const config = {
    'openlineage.integration.enabled': 'true',
    'post.processors': 'a',
    'max.batch.size': '10',
  }
  expect(unsupportedIn(config)).toHaveLength(2)
  expect(() => checkSupport(config)).toThrow("Option 'openlineage.integration.enabled' is not supported yet")
  expect(() => checkSupport({ 'openlineage.integration.enabled': 'FALSE', 'snapshot.mode': 'initial' })).not.toThrow()
})

test('a history class of Debezium is refused as not built, one that nobody has fails the task', () => {
  const memory = { 'schema.history.internal': 'io.debezium.relational.history.MemorySchemaHistory' }
  const unknown = { 'schema.history.internal': 'com.example.None' }
  expect(unsupportedIn(memory)).toHaveLength(1)
  expect(unsupportedIn(unknown)).toHaveLength(0)
  expect(() => checkSupport(unknown)).toThrow('Unable to find class com.example.None')
})

test('every unsupported option stands in docs/reference/differences.md', () => {
  const page = readFileSync(new URL('../../../../docs/reference/differences.md', import.meta.url), 'utf8')
  for (const { name } of unsupportedOptions) expect(page).toContain(`\`${name.replace(/\.?\*$/, '')}`)
})
