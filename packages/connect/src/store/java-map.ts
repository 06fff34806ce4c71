// The order in which a Java HashMap with string keys lists its entries. Connect keeps configurations in such maps, so this order is what
// its REST answers, its error texts and its task records show.

/**
 * Returns the entries in the order of a `java.util.HashMap` that holds them.
 *
 * The map's table has the smallest power of two (16 at least) that keeps it three quarters full at most; within one slot entries keep the
 * order of insertion. Slots with eight entries and more turn into trees in Java; their order is not modelled.
 */
export function javaMapOrder<V>(entries: Iterable<readonly [string, V]>): [string, V][] {
  const list = Array.from(entries, ([key, value]): [string, V] => [key, value])
  let slots = 16
  while (list.length > slots * 0.75) slots *= 2
  return list
    .map((entry, index) => ({ entry, index, slot: spread(javaHash(entry[0])) & (slots - 1) }))
    .sort((a, b) => a.slot - b.slot || a.index - b.index)
    .map(({ entry }) => entry)
}

/** Copies an object with its members in the order of a Java HashMap. */
export function inJavaMapOrder<V>(object: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(javaMapOrder(Object.entries(object)))
}

/** `{k=v, k=v}` as Java prints a map, in the order given. */
export function javaMapText(object: Readonly<Record<string, unknown>>): string {
  return `{${Object.entries(object)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ')}}`
}

/** `String.hashCode`: over UTF-16 units, in 32 bits. */
function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

function spread(hash: number): number {
  return hash ^ (hash >>> 16)
}
