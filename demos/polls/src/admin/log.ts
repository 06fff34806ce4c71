// The admin log (django_admin_log): what staff did, in Django's form on disk and in its words on the page.
import type { EntityManager } from '@mikro-orm/mysql'
import { ContentType, LogEntry, type LogEntryRow, User, type UserRow } from '../database/entities.ts'
import { nowMicros } from '../time/micros.ts'

/** django_admin_log.action_flag */
export const ACTION_FLAGS = { added: 1, changed: 2, deleted: 3 } as const

/** One step of a change message. Without `name` it concerns the object itself, else an inline object. */
export interface LogStep {
  readonly kind: 'added' | 'changed' | 'deleted'
  readonly name?: string
  readonly object?: string
  readonly fields?: readonly string[]
}

const MAX_REPR = 200

/** Writes one entry in the caller's transaction. */
export async function writeLog(
  em: EntityManager,
  user: UserRow,
  entry: { flag: number; model: string; objectId: number; objectRepr: string; steps: readonly LogStep[] },
): Promise<void> {
  const type = await em.findOne(ContentType, { appLabel: 'polls', model: entry.model })
  em.create(LogEntry, {
    actionTime: nowMicros(),
    objectId: String(entry.objectId),
    objectRepr: Array.from(entry.objectRepr).slice(0, MAX_REPR).join(''),
    actionFlag: entry.flag,
    changeMessage: entry.flag === ACTION_FLAGS.deleted ? '' : messageJson(entry.steps),
    contentTypeId: type?.id ?? null,
    user: em.getReference(User, user.id),
  })
  await em.flush()
}

/** The newest entries of one user, for "My actions". */
export function recentActions(em: EntityManager, user: UserRow, limit = 10): Promise<LogEntryRow[]> {
  return em.find(LogEntry, { user: user.id }, { orderBy: { actionTime: 'desc', id: 'desc' }, limit })
}

/** All entries of one object, oldest first, with their users. */
export async function historyOf(em: EntityManager, model: string, objectId: number): Promise<LogEntryRow[]> {
  const type = await em.findOne(ContentType, { appLabel: 'polls', model })
  if (type === null) return []
  return em.find(
    LogEntry,
    { objectId: String(objectId), contentTypeId: type.id },
    { populate: ['user'], orderBy: { actionTime: 'asc', id: 'asc' } },
  )
}

/** The stored text: JSON with Python's separators, as Django writes it. */
export function messageJson(steps: readonly LogStep[]): string {
  const quoted = (text: string) =>
    JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const items = steps.map(({ kind, name, object, fields }) => {
    const parts: string[] = []
    if (name !== undefined) parts.push(`"name": ${quoted(name)}`, `"object": ${quoted(object ?? '')}`)
    if (fields !== undefined) parts.push(`"fields": [${fields.map(quoted).join(', ')}]`)
    return `{"${kind}": {${parts.join(', ')}}}`
  })
  return `[${items.join(', ')}]`
}

/** A stored message in words: "Changed Question text. Added choice “A”." */
export function messageText(stored: string): string {
  if (!stored.startsWith('[')) return stored
  let items: unknown
  try {
    items = JSON.parse(stored)
  } catch {
    return stored
  }
  if (!Array.isArray(items) || items.length === 0) return 'No fields changed.'
  return items.map(stepText).join(' ')
}

function stepText(item: Record<string, { name?: string; object?: string; fields?: string[] }>): string {
  const { added, changed, deleted } = item
  const target = (step: { name?: string; object?: string }) => `${step.name} “${step.object}”`
  if (added !== undefined) return added.name === undefined ? 'Added.' : `Added ${target(added)}.`
  if (changed !== undefined) {
    const fields = listText(changed.fields ?? [])
    return changed.name === undefined ? `Changed ${fields}.` : `Changed ${fields} for ${target(changed)}.`
  }
  return deleted === undefined ? '' : `Deleted ${target(deleted)}.`
}

/** "a", "a and b", "a, b and c" */
function listText(items: readonly string[]): string {
  if (items.length <= 1) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`
}
