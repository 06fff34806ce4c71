// Which columns make the key of a table's records.
import type { ColumnModel, TableModel } from '@millrace/mysql'
import type { MessageKeyRule } from '../../config/mysql/column-rules.ts'

/**
 * The key's columns in the order of its fields: those of all matching `message.key.columns` entries, else the primary key's; empty for a
 * table without a key.
 */
export function keyColumns(table: TableModel, rules: readonly MessageKeyRule[]): readonly ColumnModel[] {
  const id = `${table.database}.${table.name}`
  const matching = rules.filter((rule) => rule.matchesTable(id))
  if (matching.length > 0) {
    const chosen: ColumnModel[] = []
    for (const rule of matching) {
      for (const { matches } of rule.columns) {
        for (const column of table.columns) {
          if (matches(`${id}.${column.name}`) && !chosen.includes(column)) chosen.push(column)
        }
      }
    }
    return chosen
  }
  return table.primaryKey.flatMap((name) => {
    const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
    return column === undefined ? [] : [column]
  })
}
