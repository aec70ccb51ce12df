/** Makes identifiers that sort by the time they were made (UUIDv7). */
export interface IdSource {
  next(): string
}

/** A source of numbers in [0, 1), like `Math.random`; injected so that every choice can be replayed from a seed. */
export type Random = () => number
