// Names of collations → character sets.

/** The character set a collation belongs to; null for MariaDB's collations that serve several (`uca1400_ai_ci`). */
export function charsetOfCollation(collation: string): string | null {
  const name = collation.toLowerCase()
  if (name === 'binary') return 'binary'
  if (name.startsWith('uca1400_')) return null
  const cut = name.indexOf('_')
  return cut < 0 ? name : name.slice(0, cut)
}
