const windowMs = 60_000

/**
 * Refused submissions of the last minute over all replicas, from what each of them has counted since it started. A count that
 * went down belongs to a process that started anew.
 */
export class RefusalMeter {
  readonly #counted = new Map<string, number>()
  #samples: { at: number; refused: number }[] = []

  /** Takes in the counts of now; what a replica had counted before it was first seen is not told. */
  note(replicas: readonly { id: string; refused: number }[], nowMs: number): void {
    let refused = 0
    for (const { id, refused: count } of replicas) {
      const before = this.#counted.get(id)
      if (before !== undefined) refused += count >= before ? count - before : count
      this.#counted.set(id, count)
    }
    if (refused > 0) this.#samples.push({ at: nowMs, refused })
    this.#samples = this.#samples.filter(({ at }) => at > nowMs - windowMs)
  }

  get lastMinute(): number {
    return this.#samples.reduce((sum, { refused }) => sum + refused, 0)
  }
}
