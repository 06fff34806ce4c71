import { expect, test } from 'vitest'
import { conditionOf, dateChoices, linkWith, orderOf, readListQuery } from '../src/admin/question/list-query.ts'
import { fromDatabaseText } from '../src/time/micros.ts'

const read = (text: string) => readListQuery(new URLSearchParams(text))

test('words of a search must all occur; wildcards are text', () => {
  expect(conditionOf(read('q= blue  50%_\\ ')!)).toEqual({
    $and: [{ questionText: { $like: '%blue%' } }, { questionText: { $like: '%50\\%\\_\\\\%' } }],
  })
})

test('the order: several columns, unknown ones left out, the id last', () => {
  expect(orderOf(read('o=-2.1')!)).toEqual([{ pubDate: 'desc' }, { questionText: 'asc' }, { id: 'desc' }])
  expect(orderOf(read('o=99.x.-')!)).toEqual([{ id: 'desc' }])
  expect(orderOf(read('')!)).toEqual([{ id: 'desc' }])
})

test('unknown parameters and bad dates are refused, a bad page is the first', () => {
  expect(read('colour=red')).toBeNull()
  expect(read('pub_date__gte=yesterday')).toBeNull()
  expect(read('pub_date__lt=2026-02-31')).toBeNull()
  expect(read('p=abc')?.page).toBe(1)
})

test('the links of the date filter read back as what they say', () => {
  const choices = dateChoices(fromDatabaseText('2026-12-24 17:00:00'))
  expect(choices.map((choice) => [choice.title, choice.from?.slice(0, 10), choice.until?.slice(0, 10)])).toEqual([
    ['Any date', undefined, undefined],
    ['Today', '2026-12-24', '2026-12-25'],
    ['Past 7 days', '2026-12-17', '2026-12-25'],
    ['This month', '2026-12-01', '2027-01-01'],
    ['This year', '2026-01-01', '2027-01-01'],
  ])
  const today = read(
    String(new URLSearchParams({ pub_date__gte: choices[1]!.from!, pub_date__lt: choices[1]!.until! })),
  )
  expect(today?.from).toBe(fromDatabaseText('2026-12-24 00:00:00'))
  expect(today?.until).toBe(fromDatabaseText('2026-12-25 00:00:00'))
})

test('a link changes one parameter and keeps the rest', () => {
  const query = read('q=x&p=3&e=1')!
  expect(linkWith(query, { o: '-1', p: null })).toBe('?q=x&o=-1')
  expect(linkWith(read('q=x')!, { q: null })).toBe('?')
})
