// Which of two positions comes first: decides which records of the history belong to a stored offset.
import type { FlavourName } from '../../../config/mysql/mysql-config.ts'
import type { SourceOffset } from '../../source.ts'
import { type SourceFilter, transactionSet } from '../transaction-set.ts'

/** What decides about positions with GTIDs. */
export interface GtidOrder {
  readonly flavour: FlavourName
  /** Which sources count; null = all do (`gtid.source.includes` and `.excludes`). */
  readonly keeps: SourceFilter | null
}

const PLAIN: GtidOrder = { flavour: 'mysql', keeps: null }

/**
 * Whether `recorded` (of the history) lies at or before `desired` (the stored offset), as Debezium decides it. Both sides with GTIDs:
 * by the sets; else by server, file, position, event and row. Throws MYSQL_GTID_SYNTAX for a malformed set.
 */
export function isAtOrBefore(recorded: SourceOffset, desired: SourceOffset, order: GtidOrder = PLAIN): boolean {
  const recordedGtids = textOf(recorded['gtids'])
  const desiredGtids = textOf(desired['gtids'])
  if (desiredGtids !== null) {
    // A position without GTIDs is from before they were switched on.
    if (recordedGtids === null) return true
    return isGtidAtOrBefore(recorded, recordedGtids, desired, desiredGtids, order)
  }
  if (recordedGtids !== null) return false
  const recordedServer = numberOf(recorded['server_id'])
  const desiredServer = numberOf(desired['server_id'])
  // Snapshot positions carry no server id: they are of the server that is read. Times would mislead, a session can set them.
  if (recordedServer !== 0 && desiredServer !== 0 && recordedServer !== desiredServer) {
    // Coordinates of different servers say nothing of each other.
    return numberOf(recorded['ts_sec']) <= numberOf(desired['ts_sec'])
  }
  return isFileAtOrBefore(recorded, desired)
}

function isGtidAtOrBefore(
  recorded: SourceOffset,
  recordedGtids: string,
  desired: SourceOffset,
  desiredGtids: string,
  { flavour, keeps }: GtidOrder,
): boolean {
  let recordedSet = transactionSet(flavour, recordedGtids)
  let desiredSet = transactionSet(flavour, desiredGtids)
  if (recordedSet.equals(desiredSet)) {
    // A record of the stream is behind a snapshot of the same set.
    if (recorded['snapshot'] === undefined && desired['snapshot'] !== undefined) return false
    return numberOf(recorded['event']) <= numberOf(desired['event'])
  }
  if (keeps !== null) {
    recordedSet = recordedSet.filter(keeps)
    desiredSet = desiredSet.filter(keeps)
  }
  return desiredSet.containsAll(recordedSet)
}

function isFileAtOrBefore(recorded: SourceOffset, desired: SourceOffset): boolean {
  const files = compareFiles(textOf(recorded['file']) ?? '', textOf(desired['file']) ?? '')
  if (files !== 0) return files < 0
  for (const member of ['pos', 'event', 'row']) {
    const difference = numberOf(recorded[member]) - numberOf(desired[member])
    if (difference !== 0) return difference < 0
  }
  return true
}

/** Binlog files by their number; names whose base differs are compared as text. */
function compareFiles(a: string, b: string): number {
  const [, baseA, numberA] = /^(.*)\.(\d+)$/.exec(a) ?? [null, a, '0']
  const [, baseB, numberB] = /^(.*)\.(\d+)$/.exec(b) ?? [null, b, '0']
  if (baseA !== baseB) return a < b ? -1 : a > b ? 1 : 0
  return Number(numberA) - Number(numberB)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function numberOf(value: unknown): number {
  return typeof value === 'bigint' ? Number(value) : typeof value === 'number' ? value : 0
}
