const windowMs = 30_000

/** How fast work leaves the queue, from a count of ended tasks that is looked at now and then: over the last 30 seconds. */
export class DrainRate {
  readonly #looks: { at: number; ended: number }[] = []

  /** `ended` counts up since some moment; it is the same count each time. */
  note(at: number, ended: number): void {
    const looks = this.#looks
    // A clock that was set back: what was seen later than now says nothing of the time until now.
    while ((looks.at(-1)?.at ?? at) > at) looks.pop()
    while ((looks[0]?.at ?? at) <= at - windowMs) looks.shift()
    looks.push({ at, ended })
  }

  /** 0 until there were two looks. */
  get perSecond(): number {
    const first = this.#looks[0]
    const last = this.#looks.at(-1)
    if (!first || !last || last.at <= first.at) return 0
    return Math.max(0, ((last.ended - first.ended) * 1_000) / (last.at - first.at))
  }
}
