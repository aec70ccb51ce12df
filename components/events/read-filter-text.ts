const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** What typed text means: a task's id in full is looked up as such, all else is text to find. */
export function readFilterText(text: string): { task: string; q: null } | { q: string } {
  const trimmed = text.trim()
  return uuid.test(trimmed) ? { task: trimmed.toLowerCase(), q: null } : { q: text }
}
