// Small operations on the entries of a validation answer.
import type { ConfigEntry } from '../definition.ts'

/** Adds a message to the entry of an option, in place of the entry. */
export function addError(entries: ConfigEntry[], name: string, message: string): void {
  const index = entries.findIndex((entry) => entry.value?.name === name)
  const entry = entries[index]
  if (entry?.value == null) return
  entries[index] = { ...entry, value: { ...entry.value, errors: [...entry.value.errors, message] } }
}

/** Groups in order of first appearance. */
export function groupsOf(entries: readonly ConfigEntry[]): string[] {
  const groups = entries.flatMap(({ definition }) => (definition?.group == null ? [] : [definition.group]))
  return [...new Set(groups)]
}

/** Texts in the order of a small Java HashSet: Connect collects the groups of converters in one. */
export function javaSetOrder(texts: readonly string[]): string[] {
  const bucket = (text: string) => {
    let hash = 0
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
    return (hash ^ (hash >>> 16)) & 15
  }
  return texts.toSorted((a, b) => bucket(a) - bucket(b))
}
