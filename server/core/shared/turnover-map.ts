/**
 * A map whose entries come and go all the time: what is under way now, by its number or name. A Map that is used so leaves
 * behind one table after another, and in V8 each points to the next with all that stood in it. Once one of them is old, no scavenge
 * can free what passed through those after it: half of all garbage was kept and copied (docs/decisions/0024). Here each
 * value stands in a cell of its own that is emptied when its entry goes.
 */
export class TurnoverMap<Key extends string | number, Value> {
  readonly #cells = new Map<Key, { value: Value | null }>()

  get size(): number {
    return this.#cells.size
  }

  get(key: Key): Value | undefined {
    return this.#cells.get(key)?.value ?? undefined
  }

  has(key: Key): boolean {
    return this.#cells.has(key)
  }

  /** In place of what stood there. */
  set(key: Key, value: Value): void {
    const cell = this.#cells.get(key)
    if (cell) cell.value = value
    else this.#cells.set(key, { value })
  }

  /** Answers whether there was such an entry. */
  delete(key: Key): boolean {
    const cell = this.#cells.get(key)
    if (!cell) return false
    cell.value = null
    return this.#cells.delete(key)
  }

  keys(): Iterable<Key> {
    return this.#cells.keys()
  }

  /** In the order in which their keys came. Entries may go while they are gone through. */
  *values(): Generator<Value> {
    for (const { value } of this.#cells.values()) if (value !== null) yield value
  }
}
