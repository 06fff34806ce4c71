// The page of options is printed from the tables, and the tables say what is true.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mariadbDefinitions } from '../../src/config/definitions/mariadb.generated.ts'
import { mysqlDefinitions } from '../../src/config/definitions/mysql.generated.ts'
import { optionsPage } from '../../src/config/mysql/options-page.ts'
import { mysqlUndeclared } from '../../src/config/mysql/undeclared.ts'
import { optionNotes } from '../../src/config/option-notes.ts'

const root = join(import.meta.dirname, '../../../..')
const names = [...mysqlDefinitions, ...mariadbDefinitions, ...mysqlUndeclared].map(({ name }) => name)

test('docs/reference/options-mysql.md is what options-page.ts prints', () => {
  expect(readFileSync(join(root, 'docs/reference/options-mysql.md'), 'utf8')).toBe(optionsPage())
})

test('every option has a note, and every note an option', () => {
  expect(Object.keys(optionNotes).sort()).toEqual([...new Set(names)].sort())
})

test('an option that has an effect is read somewhere', () => {
  const source = join(root, 'packages/connect/src')
  const tables = /generated|undeclared|option-notes|options-page|former-names|validation/
  const text = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !tables.test(file))
    .map((file) => readFileSync(join(source, file), 'utf8'))
    .join('\n')
  const isRead = (name: string): boolean => {
    if (text.includes(`'${name}'`) || name.includes('(')) return true
    // read under a prefix: `${at}.store.only…`
    const dots = [...name.matchAll(/\./g)].map(({ index }) => index)
    return dots.some((dot) => text.includes(`}${name.slice(dot)}\``) || text.includes(`'${name.slice(dot + 1)}'`))
  }
  expect(
    Object.entries(optionNotes).flatMap(([name, { hasEffect }]) => (hasEffect && !isRead(name) ? [name] : [])),
  ).toEqual([])
})
