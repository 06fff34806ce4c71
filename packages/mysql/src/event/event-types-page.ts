// Prints docs/reference/binlog-events.md from the table of event types.
// Run: node packages/mysql/src/event/event-types-page.ts > docs/reference/binlog-events.md
import { EVENT_TYPES } from './event-type-table.ts'

const CODES = 256

/** The page as Markdown. */
export function eventTypesPage(): string {
  const known = Object.keys(EVENT_TYPES).map(Number)
  const rows = known.map((code) => {
    const { name, handling, about, hint } = EVENT_TYPES[code]!
    return `| ${code} | ${name} | ${handling} | ${about} | ${hint ?? ''} |`
  })
  const unknown = Array.from({ length: CODES }, (_, code) => code).filter((code) => EVENT_TYPES[code] === undefined)
  return [
    '# Binlog events',
    '',
    'Printed from `packages/mysql/src/event/event-type-table.ts` by `event-types-page.ts`; do not edit by hand.',
    '',
    'What happens to each of the 256 type codes that an event of MySQL (5.7 to 9) or MariaDB (10.5 to 11.8) can have:',
    '',
    '- **decoded**: the event is read, and its bytes are checked.',
    '- **harmless**: nothing in it concerns changes of rows; it is passed over, and its position counts.',
    '- **stop**: going on would lose or invent changes. The task fails with `CDC_UNSUPPORTED_EVENT`, file, position and remedy, and its offset',
    '  stays before the event.',
    '',
    '`millrace binlog cat` shows all of them: see [what did the server write?](../guide/what-did-the-server-write.md)',
    '',
    '| code | name | handling | what it holds | remedy |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    `| ${ranges(unknown)} | none | stop, harmless with the flag LOG_EVENT_IGNORABLE (0x80) | events of servers that are newer than this program, or damage | compare with mysqlbinlog |`,
    '',
  ].join('\n')
}

function ranges(codes: readonly number[]): string {
  const texts: string[] = []
  for (let i = 0; i < codes.length; ) {
    let end = i
    while (codes[end + 1] === codes[end]! + 1) end++
    texts.push(i === end ? `${codes[i]}` : `${codes[i]}–${codes[end]}`)
    i = end + 1
  }
  return texts.join(', ')
}

if (import.meta.main) process.stdout.write(eventTypesPage())
