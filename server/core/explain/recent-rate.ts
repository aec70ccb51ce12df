const seconds = 60

/** Events per second over the last minute, or since the first after a silent minute. Constant memory. */
export class RecentRate {
  readonly #counts = new Array<number>(seconds).fill(0)
  #second = Number.NEGATIVE_INFINITY
  #since = 0

  add(nowMs: number, count = 1): void {
    const second = Math.floor(nowMs / 1_000)
    if (second - this.#second >= seconds) this.#since = nowMs
    this.#advance(second)
    const slot = second % seconds
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count
  }

  perSecond(nowMs: number): number {
    if (this.#second === Number.NEGATIVE_INFINITY) return 0
    this.#advance(Math.floor(nowMs / 1_000))
    const spanMs = Math.min(seconds * 1_000, Math.max(1_000, nowMs - this.#since))
    return (this.#counts.reduce((sum, count) => sum + count, 0) * 1_000) / spanMs
  }

  #advance(second: number): void {
    if (second <= this.#second) return
    const steps = Math.min(seconds, second - Math.max(this.#second, second - seconds))
    for (let step = 0; step < steps; step++) this.#counts[(second - step) % seconds] = 0
    this.#second = second
  }
}
