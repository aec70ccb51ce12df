/** A heap whose first item is the least by `compare`; adding and taking cost O(log n). Equal items come in no set order. */
export class BinaryHeap<Item> {
  readonly #compare: (a: Item, b: Item) => number
  readonly #items: Item[] = []

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#items.length
  }

  /** The least one, left in place. */
  get first(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    const items = this.#items
    let place = items.length
    items.push(item)
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = items[parent] as Item
      if (this.#compare(item, above) >= 0) break
      items[place] = above
      place = parent
    }
    items[place] = item
  }

  /** Takes the least one out; undefined when there is none. */
  pop(): Item | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.#sink(last)
    return first
  }

  /** Drops all others; costs O(n). */
  retain(isKept: (item: Item) => boolean): void {
    const items = this.#items
    let kept = 0
    for (const item of items) if (isKept(item)) items[kept++] = item
    items.length = kept
    for (let place = (kept >> 1) - 1; place >= 0; place--) this.#sink(items[place] as Item, place)
  }

  /** Puts an item into a free place and lets it sink. */
  #sink(item: Item, free = 0): void {
    const items = this.#items
    let place = free
    for (;;) {
      let child = 2 * place + 1
      if (child >= items.length) break
      if (child + 1 < items.length && this.#compare(items[child + 1] as Item, items[child] as Item) < 0) child++
      const least = items[child] as Item
      if (this.#compare(item, least) <= 0) break
      items[place] = least
      place = child
    }
    items[place] = item
  }
}
