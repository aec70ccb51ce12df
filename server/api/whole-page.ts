import type { Page } from '../contracts/common.ts'

/** A list that always fits one page, in the shape that all lists have. */
export function wholePage<Item>(items: Item[]): Page<Item> {
  return { items, nextCursor: null }
}
