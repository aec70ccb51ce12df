/** Hashes of all pairs of neighbouring words of a text, each once, ascending. */
export type Fingerprint = Uint32Array

/** The words of a licence that do not depend on whose licence it is: no names, years, comment marks or punctuation. */
export function normalizeLicense(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/^[\s/*#;-]+/gm, '')
    .replace(/^.*copyright\s+(\(c\)|©|<|\d|\[).*$/gm, '')
    .replace(/^(the )?[a-z0-9.+ -]{0,40}licen[cs]e\s*(\(.*\))?$/gm, '')
    .replace(/all rights reserved\.?/g, '')
    .replace(/licence/g, 'license')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
}

export function fingerprintOf(words: readonly string[]): Fingerprint {
  const pairs = new Set<number>()
  for (let index = 1; index < words.length; index += 1) pairs.add(hashOf(`${words[index - 1]} ${words[index]}`))
  return Uint32Array.from(pairs).sort()
}

/** Sørensen-Dice coefficient of two fingerprints: twice what they share, by what both have. 0-1. */
export function similarityOf(a: Fingerprint, b: Fingerprint): number {
  if (a.length + b.length === 0) return 0
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const left = a[i] as number
    const right = b[j] as number
    if (left === right) shared += 1
    if (left <= right) i += 1
    if (right <= left) j += 1
  }
  return (2 * shared) / (a.length + b.length)
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
