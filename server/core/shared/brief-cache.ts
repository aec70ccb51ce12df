import type { Clock } from './clock.ts'

interface Kept<Value> {
  value: Promise<Value>
  /** Null while it is being made. */
  madeAt: number | null
}

/**
 * Answers that are costly to make and may be some seconds old: each is made once at a time, kept for `keepMs`, and forgotten when
 * it failed. Holds the `most` newest.
 */
export class BriefCache<Value> {
  readonly #options: { clock: Clock; keepMs: number; most: number }
  readonly #kept = new Map<string, Kept<Value>>()

  constructor(options: { clock: Clock; keepMs: number; most: number }) {
    this.#options = options
  }

  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const { clock, keepMs, most } = this.#options
    const found = this.#kept.get(key)
    if (found && (found.madeAt === null || clock.now() - found.madeAt < keepMs)) return found.value
    const kept: Kept<Value> = { value: make(), madeAt: null }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most) break
      this.#kept.delete(oldest)
    }
    kept.value.then(
      () => {
        kept.madeAt = clock.now()
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key)
      },
    )
    return kept.value
  }
}
