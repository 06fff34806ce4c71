// The order in which a Java HashSet of table ids lists them: it shows in `source.table` of statements on several tables.

/** Distinct texts in the order of a `java.util.HashSet`: by slot of their hash, equal slots in the order of insertion. */
export function javaSetOrder(texts: readonly string[]): string[] {
  const distinct = [...new Set(texts)]
  let slots = 16
  while (distinct.length > slots * 0.75) slots *= 2
  return distinct
    .map((text, index) => ({ text, index, slot: slotOf(text, slots) }))
    .sort((a, b) => a.slot - b.slot || a.index - b.index)
    .map(({ text }) => text)
}

function slotOf(text: string, slots: number): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return (hash ^ (hash >>> 16)) & (slots - 1)
}
