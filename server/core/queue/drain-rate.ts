const windowMs = 30_000
/** So many looks that are over are let go of at once: moving the rest up for each cost as much as a task. */
const sweptFrom = 64

/** How fast work leaves the queue, from a count of ended tasks that is looked at now and then: over the last 30 seconds. */
export class DrainRate {
  readonly #looks: { at: number; ended: number }[] = []
  /** Place of the oldest look that still counts. */
  #first = 0

  /** `ended` counts up since some moment; it is the same count each time. */
  note(at: number, ended: number): void {
    const looks = this.#looks
    // A clock that was set back: what was seen later than now says nothing of the time until now.
    while (looks.length > this.#first && (looks.at(-1)?.at ?? at) > at) looks.pop()
    while ((looks[this.#first]?.at ?? at) <= at - windowMs) this.#first++
    if (this.#first >= sweptFrom) {
      looks.splice(0, this.#first)
      this.#first = 0
    }
    looks.push({ at, ended })
  }

  /** 0 until there were two looks. */
  get perSecond(): number {
    const first = this.#looks[this.#first]
    const last = this.#looks.at(-1)
    if (!first || !last || last.at <= first.at) return 0
    return Math.max(0, ((last.ended - first.ended) * 1_000) / (last.at - first.at))
  }
}
