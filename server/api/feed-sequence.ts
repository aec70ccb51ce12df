import type { ListChange } from '../contracts/common.ts'
import { shareJson } from './shared-json.ts'

/** The values of one stream: what is new of each, and what somebody has to be sent who has seen some of them. */
export interface FeedSequence<Value, Sent extends object> {
  /** Takes in the value of a number, which grows; answers whether it differs from the one before. */
  put(value: Value, number: number): boolean
  /** For who was last sent the value of the number `seen` (0 for none). Its JSON text is made once for all who ask. */
  since(seen: number): Sent
}

/** Sends every value in whole. */
export class WholeSequence<Value extends object> implements FeedSequence<Value, Value> {
  #value: Value | undefined
  #text = ''

  put(value: Value): boolean {
    const text = JSON.stringify(value)
    const isNew = text !== this.#text
    shareJson(value, text)
    this.#text = text
    this.#value = value
    return isNew
  }

  since(): Value {
    if (this.#value === undefined) throw new Error('Nothing was put into the sequence')
    return this.#value
  }
}

interface Entry<Item> {
  item: Item
  text: string
  /** The number of the value in which it became what it is. */
  number: number
}

/**
 * Sends a list once, and then only the items that changed: of a thousand breakers a few have calls in a quarter of a second. When
 * items came, went or changed their places, the list is sent in whole.
 */
export class ListSequence<Item> implements FeedSequence<readonly Item[], ListChange<Item>> {
  readonly #keyOf: (item: Item) => string
  #entries = new Map<string, Entry<Item>>()
  /** From this number on it has the same items in the same places. */
  #wholeFrom = 0
  readonly #changes = new Map<number, ListChange<Item>>()

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf
  }

  put(items: readonly Item[], number: number): boolean {
    const known = this.#entries
    const places = known.keys()
    let isSameList = items.length === known.size
    let isNew = !isSameList || this.#wholeFrom === 0
    this.#entries = new Map(
      items.map(item => {
        const key = this.#keyOf(item)
        const text = JSON.stringify(item)
        const was = known.get(key)
        isSameList &&= places.next().value === key
        if (was?.text === text) return [key, was]
        isNew = true
        return [key, { item, text, number }]
      }),
    )
    isNew ||= !isSameList
    if (!isSameList || this.#wholeFrom === 0) this.#wholeFrom = number
    this.#changes.clear()
    return isNew
  }

  since(seen: number): ListChange<Item> {
    const known = this.#changes.get(seen)
    if (known) return known
    const isWhole = seen < this.#wholeFrom
    const entries = [...this.#entries.values()].filter(({ number }) => isWhole || number > seen)
    const change = { isWhole, items: entries.map(({ item }) => item) }
    shareJson(change, `{"isWhole":${isWhole},"items":[${entries.map(({ text }) => text).join(',')}]}`)
    this.#changes.set(seen, change)
    return change
  }
}
