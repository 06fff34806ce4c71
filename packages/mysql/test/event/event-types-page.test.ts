// The page about event types is the one that the table prints, and the table tells of all 256 codes.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/event/event-type-table.ts'
import { eventTypesPage } from '../../src/event/event-types-page.ts'
import { EventType, eventHandling } from '../../src/index.ts'

test('docs/reference/binlog-events.md is up to date', () => {
  const page = readFileSync(new URL('../../../../docs/reference/binlog-events.md', import.meta.url), 'utf8')
  // Stale? node packages/mysql/src/event/event-types-page.ts > docs/reference/binlog-events.md
  expect(page).toBe(eventTypesPage())
})

test('every code has a row or stands in the row of all others, and every stop has a remedy', () => {
  const page = eventTypesPage()
  for (let code = 0; code < 256; code++) {
    const entry = EVENT_TYPES[code]
    if (entry === undefined) {
      expect([eventHandling(code, 0), eventHandling(code, 0x80)]).toEqual(['stop', 'harmless'])
      continue
    }
    expect(page).toContain(`| ${code} | ${entry.name} | ${entry.handling} |`)
    expect(entry.hint !== undefined).toBe(entry.handling === 'stop')
  }
})

test('the codes that decoders know are those of the table', () => {
  for (const [name, code] of Object.entries(EventType))
    expect(name.replace('MARIADB_', '')).toBe(EVENT_TYPES[code]?.name)
})
