const windowMs = 30_000

/** How fast work leaves the queue, from a count of ended tasks that is looked at now and then: over the last 30 seconds. */
export class DrainRate {
  #looks: { at: number; ended: number }[] = []

  /** `ended` counts up since some moment; it is the same count each time. */
  note(at: number, ended: number): void {
    this.#looks = this.#looks.filter(look => look.at > at - windowMs && look.at <= at)
    this.#looks.push({ at, ended })
  }

  /** 0 until there were two looks. */
  get perSecond(): number {
    const first = this.#looks[0]
    const last = this.#looks.at(-1)
    if (!first || !last || last.at <= first.at) return 0
    return Math.max(0, ((last.ended - first.ended) * 1_000) / (last.at - first.at))
  }
}
