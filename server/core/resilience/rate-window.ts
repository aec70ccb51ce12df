interface Slice {
  calls: number
  hits: number
}

const sliceCount = 10

/**
 * Which share of the calls of the last `spanMs` were hits (failed, or slow). It slides in tenths of its span, turned by use;
 * the sums are kept, so that a call costs the same however full it is. It covers at least nine tenths of its span.
 */
export class RateWindow {
  readonly #sliceMs: number
  readonly #slices: Slice[] = Array.from({ length: sliceCount }, () => ({ calls: 0, hits: 0 }))
  #newest = Number.NEGATIVE_INFINITY
  #calls = 0
  #hits = 0

  constructor(spanMs: number) {
    this.#sliceMs = spanMs / sliceCount
  }

  get calls(): number {
    return this.#calls
  }

  get hits(): number {
    return this.#hits
  }

  record(now: number, isHit: boolean): void {
    const slice = this.#turnTo(Math.floor(now / this.#sliceMs))
    slice.calls += 1
    this.#calls += 1
    if (!isHit) return
    slice.hits += 1
    this.#hits += 1
  }

  clear(): void {
    for (const slice of this.#slices) this.#drop(slice)
  }

  #turnTo(number: number): Slice {
    const steps = number - this.#newest
    // Set back by more than the span, what is here would count as new until the clock has caught up.
    if (steps >= sliceCount || steps <= -sliceCount) this.clear()
    else for (let step = 0; step < steps; step += 1) this.#drop(this.#sliceAt(number - step))
    if (steps > 0 || steps <= -sliceCount) this.#newest = number
    return this.#sliceAt(this.#newest)
  }

  #sliceAt(number: number): Slice {
    const slice = this.#slices[((number % sliceCount) + sliceCount) % sliceCount]
    if (slice === undefined) throw new RangeError(`No slice for time ${number}`)
    return slice
  }

  #drop(slice: Slice): void {
    this.#calls -= slice.calls
    this.#hits -= slice.hits
    slice.calls = 0
    slice.hits = 0
  }
}
