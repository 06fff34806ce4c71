// What the actions of one ALTER TABLE ask for, collected first and done at once, as the server does it: names of changed, renamed and
// dropped columns are those of the table before; the names after AFTER and in keys are those of the table to come.
import { type ColumnText, columnModel } from './read-column.ts'
import type { KeyText } from './read-key.ts'
import type { ColumnPlace } from './table-draft.ts'
import { TableDraft } from './table-draft.ts'
import type { ColumnModel, TableModel } from './table-model.ts'

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
  readonly defaults: { readonly name: string; readonly text: string | null }[]
  readonly keys: KeyText[]
  dropsPrimaryKey: boolean
  /** CONVERT TO CHARACTER SET: every text column of the result. */
  conversion: { readonly charset: string; readonly collation: string | null } | null
  /** The table's default for later columns, where it is followed. */
  charset: string | null
  comment: string | null
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
    charset: null,
    comment: null,
  }
}

/** One column on its way through an ALTER: its former name says which actions mean it. */
interface Slot {
  readonly former: string | null
  model: ColumnModel
}

/** Does what a plan asks for. Answers the draft of the table to come, or the reason why the plan does not fit the table. */
export function carryOut(before: TableModel, plan: AlterPlan, noBackslashEscapes: boolean): TableDraft | string {
  const charset = plan.charset ?? before.charset
  const modelOf = (step: ColumnStep, old: ColumnModel | null): ColumnModel =>
    step.definition === null
      ? { ...(old as ColumnModel), name: step.name }
      : columnModel(step.definition, charset, noBackslashEscapes)
  const slots: Slot[] = before.columns.map((model) => ({ former: model.name, model }))
  const find = (name: string) => slots.findIndex(({ former }) => former !== null && isSameName(former, name))
  for (const { name, text } of plan.defaults) {
    const slot = slots[find(name)]
    if (slot === undefined) return 'an unknown column is altered'
    slot.model = { ...slot.model, hasDefault: text !== null || slot.model.isNullable, defaultExpression: text }
  }
  for (const { name, hasGuard } of plan.drops) {
    const index = find(name)
    if (index >= 0) slots.splice(index, 1)
    else if (!hasGuard) return 'an unknown column is dropped'
  }
  const moved: { readonly slot: Slot; readonly place: ColumnPlace }[] = []
  for (const step of plan.steps) {
    if (step.from === null) {
      const isThere = step.hasGuard && before.columns.some((column) => isSameName(column.name, step.name))
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
  for (const { slot, place } of moved) {
    // Until its turn comes a column stays where it was, for others to go behind it.
    const index = slots.indexOf(slot)
    if (index >= 0) slots.splice(index, 1)
    if (!put(slots, slot, place)) return 'AFTER an unknown column'
  }
  return finish(before, plan, slots, charset, noBackslashEscapes)
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

function finish(
  before: TableModel,
  plan: AlterPlan,
  slots: readonly Slot[],
  charset: string | null,
  noBackslashEscapes: boolean,
): TableDraft {
  const draft = new TableDraft(charset, noBackslashEscapes)
  draft.comment = plan.comment ?? before.comment
  for (const { model } of slots) draft.columns.push(model)
  if (!plan.dropsPrimaryKey) {
    draft.primaryKey = before.primaryKey.flatMap((name) => {
      const slot = slots.find(({ former }) => former !== null && isSameName(former, name))
      return slot === undefined ? [] : [slot.model.name]
    })
  }
  for (const key of plan.keys) draft.addKey(key)
  if (plan.conversion !== null) draft.convert(plan.conversion.charset, plan.conversion.collation)
  return draft
}
