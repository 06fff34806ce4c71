import { expect, test } from 'vitest'
import { withCutNames } from './cut-names.ts'

const step = (shown: string) =>
  JSON.stringify({
    request: { body: JSON.stringify({ 'database.user': '${file:{{SECRETS}}/db.properties:absent}' }) },
    response: { body: JSON.stringify({ message: `Access denied for user '${shown}'@'h'` }) },
  })

test.each([
  ['/s', '${file:{{SECRETS}}/db.properties:absent}'],
  ['/twenty/chars/folders', '${file:{{SECRETS}}/db.properties:absen'],
  [`/${'x'.repeat(60)}`, `\${file:/${'x'.repeat(40)}`],
])('what MySQL shows of a reference into %s', (folder, shown) => {
  expect(withCutNames(step('${file:{{SECRETS}}/db.properties:absen'), folder)).toBe(step(shown))
})

test('other names stay', () => {
  expect(withCutNames(step('nobody'), '/s')).toBe(step('nobody'))
})
