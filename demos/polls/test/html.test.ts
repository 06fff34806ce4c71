import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeNext } from '../src/admin/account/login.ts'
import { html } from '../src/html/html.ts'

test('values are escaped in content and attributes', () => {
  const text = `<script>"'&`
  expect(html`<p title="${text}">${text}</p>`.text).toBe(
    '<p title="&lt;script&gt;&quot;&#x27;&amp;">&lt;script&gt;&quot;&#x27;&amp;</p>',
  )
})

test('markup inside markup is not escaped twice, lists are joined, nothing gives nothing', () => {
  expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>${null}${undefined}${false}${5n}`.text).toBe(
    '<ul><li>1</li><li>2</li></ul>5',
  )
})

test('no text leaves its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = html`${text}`.text
      expect(inside).not.toMatch(/[<>"']/)
    }),
  )
})

test.each([
  ['/admin/polls/', '/admin/polls/'],
  ['/admin/?a=1', '/admin/?a=1'],
  ['//evil.example', '/admin/'],
  ['/\\evil.example', '/admin/'],
  ['https://evil.example', '/admin/'],
  ['/a\tb', '/admin/'],
  ['', '/admin/'],
  [undefined, '/admin/'],
])('after a login, next=%s leads to %s', (next, target) => {
  expect(safeNext(next)).toBe(target)
})
