const seconds = 10

/** Events per second over the last ten full seconds. */
export class RateMeter {
  readonly #counts = new Array<number>(seconds + 1).fill(0)
  #second = 0

  add(nowMs: number, count: number): void {
    this.#advance(nowMs)
    const slot = this.#second % this.#counts.length
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count
  }

  perSecond(nowMs: number): number {
    this.#advance(nowMs)
    const current = this.#counts[this.#second % this.#counts.length] ?? 0
    return (this.#counts.reduce((sum, count) => sum + count, 0) - current) / seconds
  }

  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000)
    const steps = Math.min(second - this.#second, this.#counts.length)
    for (let step = 1; step <= steps; step++) this.#counts[(second - step + 1) % this.#counts.length] = 0
    if (second > this.#second) this.#second = second
  }
}
