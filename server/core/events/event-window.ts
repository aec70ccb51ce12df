import type { EventView } from '../../contracts/events.ts'

/**
 * The newest events of one tenant in memory, oldest first. Knows which range it covers, so that a follower can tell whether
 * it may read from here or must go to the store.
 */
export class EventWindow {
  readonly #capacity: number
  #events: EventView[] = []
  #start = 0
  /** Everything after this number is held here. */
  #coversAfter: number

  constructor(capacity: number, coversAfter: number) {
    this.#capacity = capacity
    this.#coversAfter = coversAfter
  }

  push(event: EventView): void {
    this.#events.push(event)
    if (this.#events.length - this.#start <= this.#capacity) return
    this.#coversAfter = this.#events[this.#start]?.seq ?? this.#coversAfter
    this.#start++
    if (this.#start >= this.#capacity) {
      this.#events = this.#events.slice(this.#start)
      this.#start = 0
    }
  }

  /** Events after `seq`, oldest first; null when some of them are no longer held. */
  after(seq: number): EventView[] | null {
    if (seq < this.#coversAfter) return null
    let low = this.#start
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle]?.seq ?? 0) <= seq) low = middle + 1
      else high = middle
    }
    return this.#events.slice(low)
  }

  /** Newest first. */
  newest(limit: number, accepts: (event: EventView) => boolean): EventView[] {
    const found: EventView[] = []
    for (let index = this.#events.length - 1; index >= this.#start && found.length < limit; index--) {
      const event = this.#events[index]
      if (event && accepts(event)) found.push(event)
    }
    return found
  }
}
