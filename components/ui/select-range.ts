/**
 * The chosen ids after a click on `id`: it is chosen, or not any more if it was. With `from` every id between the two gets
 * the same state. `ids` is the list in its order.
 */
export function selectRange(
  chosen: ReadonlySet<string>,
  ids: readonly string[],
  from: string | null,
  id: string,
): Set<string> {
  const next = new Set(chosen)
  const isChosen = !chosen.has(id)
  const start = from === null ? -1 : ids.indexOf(from)
  const end = ids.indexOf(id)
  const affected = start === -1 || end === -1 ? [id] : ids.slice(Math.min(start, end), Math.max(start, end) + 1)
  for (const each of affected) {
    if (isChosen) next.add(each)
    else next.delete(each)
  }
  return next
}
