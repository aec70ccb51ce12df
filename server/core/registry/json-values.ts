/** Whether two JSON values say the same, whatever the order of their keys (the database does not keep it). */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => isSameJson(item, right[index]))
  }
  const leftEntries = Object.entries(left)
  const rightMap = new Map(Object.entries(right))
  if (leftEntries.length !== rightMap.size) return false
  return leftEntries.every(([key, value]) => rightMap.has(key) && isSameJson(value, rightMap.get(key)))
}

/** Path of the first string or key that PostgreSQL cannot keep (it has NUL or half a surrogate pair); null when all can. */
export function findUnstorableText(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, item] of Object.entries(value)) {
    if (!isStorable(key)) return path
    const found = findUnstorableText(item, path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
