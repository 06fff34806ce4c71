// The query string of the question list: search, date filter, order and page, with Django's parameter names.
import type { FilterQuery, QueryOrderMap } from '@mikro-orm/core'
import type { QuestionRow } from '../../database/entities.ts'
import { civilOf, dateText, type Micros, microsOf } from '../../time/micros.ts'

/** Rows on one page. */
export const PAGE_SIZE = 100
/** Up to this many rows "Show all" is offered. */
export const SHOW_ALL_LIMIT = 200

/** Columns of the list by their number in `?o=`. */
export const COLUMNS = [
  { title: 'Question text', field: 'questionText' },
  { title: 'Date published', field: 'pubDate' },
  { title: 'Published recently?', field: 'pubDate' },
] as const

/** One part of the order: column number (1-based) and direction. */
export interface OrderPart {
  readonly column: number
  readonly descending: boolean
}

/** A read query string. */
export interface ListQuery {
  readonly search: string
  readonly from: Micros | null
  readonly until: Micros | null
  readonly order: readonly OrderPart[]
  /** 1-based */
  readonly page: number
  readonly all: boolean
  /** The parameters as they came, for links that change one of them. */
  readonly params: URLSearchParams
}

const KNOWN = new Set(['q', 'o', 'p', 'all', 'e', 'pub_date__gte', 'pub_date__lt'])

/** Reads the query string; null when it asks for something that does not exist (the list then answers `?e=1`). */
export function readListQuery(params: URLSearchParams): ListQuery | null {
  for (const name of params.keys()) if (!KNOWN.has(name)) return null
  const from = readMoment(params.get('pub_date__gte'))
  const until = readMoment(params.get('pub_date__lt'))
  if (from === undefined || until === undefined) return null
  const page = Number(params.get('p') ?? 1)
  return {
    search: (params.get('q') ?? '').trim(),
    from,
    until,
    order: readOrder(params.get('o') ?? ''),
    page: Number.isInteger(page) ? page : 1,
    all: params.has('all'),
    params,
  }
}

/** Unknown columns are left out, as in Django. */
function readOrder(text: string): OrderPart[] {
  const parts: OrderPart[] = []
  for (const part of text.split('.')) {
    const match = /^(-?)(\d{1,2})$/.exec(part)
    const column = Number(match?.[2] ?? 0)
    if (match !== null && column >= 1 && column <= COLUMNS.length) parts.push({ column, descending: match[1] === '-' })
  }
  return parts
}

/** `2026-11-24`, `2026-11-24 00:00:00` and with `+00:00`; undefined when it is no date. */
function readMoment(text: string | null): Micros | null | undefined {
  if (text === null || text === '') return null
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\+00:00|Z)?)?$/.exec(text)
  if (match === null) return undefined
  const part = (i: number) => Number(match[i] ?? 0)
  const moment = {
    year: part(1),
    month: part(2),
    day: part(3),
    hour: part(4),
    minute: part(5),
    second: part(6),
    micro: 0,
  }
  return microsOf(moment) ?? undefined
}

/** The condition for MikroORM: every word of the search, and the dates. */
export function conditionOf(query: ListQuery): FilterQuery<QuestionRow> {
  const words = query.search.split(/\s+/).filter((word) => word !== '')
  return {
    $and: [
      ...words.map((word) => ({ questionText: { $like: `%${word.replace(/[\\%_]/g, '\\$&')}%` } })),
      ...(query.from === null ? [] : [{ pubDate: { $gte: query.from } }]),
      ...(query.until === null ? [] : [{ pubDate: { $lt: query.until } }]),
    ],
  }
}

/** The order for MikroORM; the id makes it total. */
export function orderOf(query: ListQuery): QueryOrderMap<QuestionRow>[] {
  const parts = query.order.map(({ column, descending }) => ({
    [COLUMNS[column - 1]!.field]: descending ? 'desc' : 'asc',
  }))
  return [...parts, { id: 'desc' }] as QueryOrderMap<QuestionRow>[]
}

/** The query string with some parameters changed or, by null, removed; `?` when nothing is left. */
export function linkWith(query: ListQuery, changes: Readonly<Record<string, string | null>>): string {
  const params = new URLSearchParams(query.params)
  params.delete('e')
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name)
    else params.set(name, value)
  }
  return `?${params.toString()}`
}

/** A choice of the date filter. */
export interface DateChoice {
  readonly title: string
  readonly from: string | null
  readonly until: string | null
}

/** Any date, today, past 7 days, this month, this year. */
export function dateChoices(now: Micros): DateChoice[] {
  const { year, month } = civilOf(now)
  const day = 86_400_000_000n
  const at = (micros: Micros) => `${dateText(micros)} 00:00:00+00:00`
  const first = (y: number, m: number) =>
    at(microsOf({ year: y, month: m, day: 1, hour: 0, minute: 0, second: 0, micro: 0 })!)
  return [
    { title: 'Any date', from: null, until: null },
    { title: 'Today', from: at(now), until: at(now + day) },
    { title: 'Past 7 days', from: at(now - 7n * day), until: at(now + day) },
    {
      title: 'This month',
      from: first(year, month),
      until: month === 12 ? first(year + 1, 1) : first(year, month + 1),
    },
    { title: 'This year', from: first(year, 1), until: first(year + 1, 1) },
  ]
}
