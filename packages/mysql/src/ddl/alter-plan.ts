// What the actions of one ALTER TABLE ask for, collected first and done at once, as the server does it: names of changed, renamed and
// dropped columns are those of the table before; the names after AFTER and in keys are those of the table to come.

import type { TableId } from './cursor.ts'
import { type ColumnSetting, type ColumnText, columnModel } from './read-column.ts'
import type { KeyText } from './read-key.ts'
import type { ColumnPlace } from './table-draft.ts'
import { notNull, TableDraft } from './table-draft.ts'
import type { ColumnModel, TableModel } from './table-model.ts'
import { emptyOptions, type TableOptions } from './table-options.ts'

/** A column that is added, changed or renamed. */
export interface ColumnStep {
  /** The column it was; null for a new one. */
  readonly from: string | null
  readonly name: string
  /** Null for a renaming only. */
  readonly definition: ColumnText | null
  /** Null keeps the place, or is the end for a new one. */
  readonly place: ColumnPlace | null
  /** IF EXISTS or IF NOT EXISTS: nothing is done where the column is missing, or there already. */
  readonly hasGuard: boolean
}

/** The collected actions. */
export interface AlterPlan {
  readonly drops: { readonly name: string; readonly hasGuard: boolean }[]
  readonly steps: ColumnStep[]
  /** SET and DROP DEFAULT; `text` null = no constant. */
  readonly defaults: { readonly name: string; readonly text: string | null; readonly hasGuard: boolean }[]
  readonly keys: KeyText[]
  dropsPrimaryKey: boolean
  /** CONVERT TO CHARACTER SET: every text column of the result. Null character set = the database's. */
  conversion: { charset: string | null; readonly collation: string | null } | null
  /** The table's default character set for columns of this statement and later ones, and its comment. */
  readonly options: TableOptions
  /** MariaDB's CONVERT PARTITION TO TABLE: a new table of this table's columns. */
  readonly splits: TableId[]
  /** MariaDB's CONVERT TABLE TO PARTITION: the table is gone. */
  readonly merges: TableId[]
}

/** A plan that asks for nothing. */
export function emptyPlan(): AlterPlan {
  return {
    drops: [],
    steps: [],
    defaults: [],
    keys: [],
    dropsPrimaryKey: false,
    conversion: null,
    options: emptyOptions(),
    splits: [],
    merges: [],
  }
}

/** One column on its way through an ALTER: its former name says which actions mean it. */
interface Slot {
  readonly former: string | null
  model: ColumnModel
}

/** Does what a plan asks for. Answers the draft of the table to come, or the reason why the plan does not fit the table. */
export function carryOut(before: TableModel, plan: AlterPlan, setting: ColumnSetting): TableDraft | string {
  const modelOf = (step: ColumnStep, old: ColumnModel | null): ColumnModel =>
    step.definition === null ? { ...(old as ColumnModel), name: step.name } : columnModel(step.definition, setting)
  const slots: Slot[] = before.columns.map((model) => ({ former: model.name, model }))
  const find = (name: string) => slots.findIndex(({ former }) => former !== null && isSameName(former, name))
  if (plan.dropsPrimaryKey && setting.tracksCharsets) {
    // A definition may have left a member of the key nullable; it never was, and does not become so.
    for (const slot of slots) if (before.primaryKey.includes(slot.model.name)) slot.model = notNull(slot.model)
  }
  for (const { name, hasGuard } of plan.drops) {
    const index = find(name)
    if (index >= 0) slots.splice(index, 1)
    else if (!hasGuard) return 'an unknown column is dropped'
  }
  const moved: { readonly slot: Slot; readonly place: ColumnPlace }[] = []
  for (const step of plan.steps) {
    if (step.from === null) {
      const isThere =
        step.hasGuard &&
        [...slots, ...moved.map(({ slot }) => slot)].some(({ model }) => isSameName(model.name, step.name))
      if (!isThere)
        moved.push({ slot: { former: null, model: modelOf(step, null) }, place: step.place ?? { kind: 'last' } })
      continue
    }
    const slot = slots[find(step.from)]
    if (slot === undefined) {
      if (step.hasGuard) continue
      return 'an unknown column is changed'
    }
    slot.model = modelOf(step, slot.model)
    if (step.place !== null) moved.push({ slot, place: step.place })
  }
  for (const { name, text, hasGuard } of plan.defaults) {
    const slot = slots[find(name)]
    if (slot === undefined) {
      if (hasGuard) continue
      return 'an unknown column is altered'
    }
    slot.model = { ...slot.model, hasDefault: text !== null || slot.model.isNullable, defaultExpression: text }
  }
  for (const { slot, place } of moved) {
    // Until its turn comes a column stays where it was, for others to go behind it.
    const index = slots.indexOf(slot)
    if (index >= 0) slots.splice(index, 1)
    if (!put(slots, slot, place)) return 'AFTER an unknown column'
  }
  return finish(before, plan, slots, setting)
}

function isDefaultStated({ options: { charset } }: AlterPlan): boolean {
  return charset.charset !== null || charset.collation !== null || charset.isDefault
}

/** MySQL compares names of columns without case. */
export function isSameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase()
}

function put(slots: Slot[], slot: Slot, place: ColumnPlace): boolean {
  if (place.kind === 'last') slots.push(slot)
  else if (place.kind === 'first') slots.unshift(slot)
  else {
    const after = slots.findIndex(({ model }) => isSameName(model.name, place.column))
    if (after < 0) return false
    slots.splice(after + 1, 0, slot)
  }
  return true
}

function finish(before: TableModel, plan: AlterPlan, slots: readonly Slot[], setting: ColumnSetting): TableDraft {
  const draft = new TableDraft(setting)
  draft.comment = plan.options.comment ?? before.comment
  for (const { model } of slots) draft.columns.push(model)
  if (!plan.dropsPrimaryKey) {
    draft.primaryKey = before.primaryKey.flatMap((name) => {
      const slot = slots.find(({ former }) => former !== null && isSameName(former, name))
      return slot === undefined ? [] : [slot.model.name]
    })
  }
  for (const key of plan.keys) {
    // IF NOT EXISTS: a primary key that is there stays.
    if (!(key.hasGuard && key.kind === 'primary' && draft.primaryKey.length > 0)) draft.addKey(key)
  }
  if (plan.conversion !== null && plan.conversion.charset !== null) {
    draft.convert(plan.conversion.charset, plan.conversion.collation)
    // A default that is stated besides is the table's, while the columns have the conversion's.
    if (isDefaultStated(plan) && setting.tracksCharsets) draft.charset = setting.charset
  }
  return draft
}
