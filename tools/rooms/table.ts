// The room table of ARCHITECTURE.md, printed from rooms.json so that the page cannot go stale.
import type { HousePlan } from './house.ts'

const BEGIN = '<!-- rooms:begin (written by tools/rooms, do not edit) -->'
const END = '<!-- rooms:end -->'

/** The table as Markdown, in flow order. */
export function roomTable(plan: HousePlan): string {
  const short = (room: string) => room.replace(/^packages\//, '').replace('/src/', '/')
  const rows = plan.rooms.map(
    (room) =>
      `| \`${short(room.path)}\` | ${room.duty} | ${room.imports.map((other) => short(other).replace(/^[^/]+\//, '')).join(', ') || '—'} |`,
  )
  return ['| room | duty | may import |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The page with the table between its markers replaced; throws when the markers are missing. */
export function replaceTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('ARCHITECTURE.md has no room table markers')
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`
}
